// SPDX-License-Identifier: Apache-2.0
// A record taken apart, for people and as JSON: what `suanluctl dns` shows of one. Pure.
#pragma once

#include <nlohmann/json.hpp>

#include "dns/record/record_view.hpp"

namespace suanlu {

using Json = nlohmann::ordered_json;

/// Names of a record may hold bytes that are no UTF-8. `indent` -1: one line.
std::string dumped(const Json& json, int indent = 2);
/// docs/reference/dns-decode.schema.json.
Json to_json(const dns::RecordView& view);
std::string to_text(const dns::RecordView& view, bool colour);

} // namespace suanlu
