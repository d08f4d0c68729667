// SPDX-License-Identifier: Apache-2.0
// What reports say of one link or one router, for people and as JSON; what nobody told is left out, never
// zero. Pure.
#pragma once

#include <nlohmann/json.hpp>

#include "controller/topology/network.hpp"

namespace suanlu::offline {

/// Keys stay in the order in which they are written.
using Json = nlohmann::ordered_json;

Json router_json(const Router& router);
Json link_json(const TopologyView& view, const TopologyLink& link);

/// Numbers of the bits of an admin group.
Json colours_json(std::uint32_t affinity);
/// "igp", "te", "delay", "delay-min", "delay-max".
std::string_view metric_text(Metric metric);

/// "0,5": the bits of an admin group; "-" without any.
std::string colours_text(std::uint32_t affinity);
/// "7,12"; "-" without any.
std::string srlgs_text(const std::vector<std::uint32_t>& srlgs);
/// The text, or "-" when it is empty.
std::string or_dash(std::string_view text);

/// Rows under titles (">" = right-aligned); a column of nothing but "-" is left out.
std::string table_text(const std::vector<std::string>& titles,
                       const std::vector<std::vector<std::string>>& rows, bool colour);

} // namespace suanlu::offline
