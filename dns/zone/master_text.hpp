// SPDX-License-Identifier: Apache-2.0
// What ldns reads over in a master file (RFC 1035 section 5.1): a parenthesis or quote that nobody closes, a
// TTL that is no number or beyond RFC 2181 section 8, octets that no text has. Pure.
#pragma once

#include <string_view>

#include "core/support/result.hpp"

namespace suanlu::dns {

/// kBadInput: "LINE: what is wrong".
Status check_master_text(std::string_view text);

} // namespace suanlu::dns
