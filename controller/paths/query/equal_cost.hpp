// SPDX-License-Identifier: Apache-2.0
// All shortest paths between two routers at once, as ECMP uses them: the links that lie on one, and how many
// paths there are. Pure.
#pragma once

#include "controller/paths/graph/tree.hpp"

namespace suanlu::paths {

struct EqualCost {
    std::uint32_t distance = kInfinite;
    /// Links on some shortest path, ascending.
    std::vector<std::uint32_t> links;
    /// Saturates at the largest number. Missing when links of weight zero form a ring among `links`: packets
    /// may then go round, and a number of paths has no meaning.
    std::optional<std::uint64_t> paths;
};

/// `from_tree` of Direction::kFrom, `to_tree` of kTo, both over these weights.
EqualCost equal_cost(const Graph& graph, const Weights& weights, const Tree& from_tree, const Tree& to_tree);
EqualCost equal_cost(const Graph& graph, const Weights& weights, std::uint32_t from, std::uint32_t to);

/// Links on some shortest path between two routers, ascending; empty when there is none.
std::vector<std::uint32_t> equal_cost_links(const Graph& graph, const Weights& weights, std::uint32_t from,
                                            std::uint32_t to);

} // namespace suanlu::paths
