// SPDX-License-Identifier: Apache-2.0
// Suurballe's pair: two units of flow, each link (and router) carrying one. Without sharing allowed it is the
// pair of the smallest total cost; with it each shared link or router counts before any cost. Pure.
#pragma once

#include <array>

#include "controller/paths/query/find_path.hpp"

namespace suanlu::paths {

struct FlowPair {
    /// Units that fit: 0, 1 or 2.
    std::uint32_t units = 0;
    std::array<Walk, 2> walks; ///< with 2 units; each visits no router twice
    std::uint64_t cost = 0;    ///< of both
    /// With 1 unit: the link or router that every path passes.
    std::string bottleneck;
};

FlowPair flow_pair(const Graph& graph, const Weights& weights, std::uint32_t from, std::uint32_t to,
                   bool are_routers_apart, bool may_share);

} // namespace suanlu::paths
