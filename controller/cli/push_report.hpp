// SPDX-License-Identifier: Apache-2.0
// Changes that DNS Push brings, for people and as JSON: what `suanluctl dns subscribe` prints. Pure.
#pragma once

#include "dns/push/dso_message.hpp"

namespace suanlu {

/// "+ record" or "- record", and below it what it says of compute.
std::string change_text(const dns::PushChange& change, bool colour);
/// One line of docs/reference/dns-subscribe.schema.json.
std::string change_json(const dns::PushChange& change);

} // namespace suanlu
