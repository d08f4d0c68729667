// SPDX-License-Identifier: Apache-2.0
// The words that files, commands and reports use for what carries a link and how it is guarded. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "core/model/link.hpp"

namespace suanlu {

/// "otn", "ip-private", "internet", "unknown".
std::string_view to_text(LinkLayer layer);
/// "none", "ipsec", "macsec", "otnsec", "qkd".
std::string_view to_text(Protection protection);

/// The reverse; "unknown" is no layer that anybody may ask for or state.
std::optional<LinkLayer> layer_of(std::string_view word);
std::optional<Protection> protection_of(std::string_view word);

} // namespace suanlu
