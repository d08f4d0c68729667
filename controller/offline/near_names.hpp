// SPDX-License-Identifier: Apache-2.0
// Router names that somebody may have meant. Pure.
#pragma once

#include "controller/topology/network.hpp"

namespace suanlu::offline {

/// Up to three names that differ from `name` by little (case aside) or contain it, nearest first.
std::vector<std::string> near_names(const TopologyView& view, std::string_view name);

/// Index of a router; kNotFound says which names are near.
Result<std::uint32_t> find_router(const TopologyView& view, std::string_view name);

} // namespace suanlu::offline
