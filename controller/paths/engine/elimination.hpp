// SPDX-License-Identifier: Apache-2.0
// In which order routers are taken out of a graph so that shortest distances among the rest survive: always
// one of least degree, its neighbours joined in pairs ("customizable contraction"). Depends on who is linked,
// not on weights, so it is done once per topology. Ends where keeping the rest as a core is cheaper. Pure.
#pragma once

#include "controller/paths/graph/graph.hpp"

namespace suanlu::paths {

/// Where elimination ends.
struct EliminationLimits {
    /// Pairs of neighbours joined per link of the graph: bounds memory (4 bytes each) and the time to
    /// customise.
    std::uint32_t pairs_per_link = 12;
    /// How often an engine goes over the arcs of the core while it goes once over the others; 0 = take out
    /// all.
    std::uint32_t core_passes = 8;
    /// No router of a higher degree is taken out; below 256.
    std::uint32_t most_neighbours = 255;
};

/// Two routers joined by links or, later, by routers that were taken out.
struct EliminationEdge {
    std::uint32_t a = kNone, b = kNone; ///< a < b
};

struct Elimination {
    std::vector<EliminationEdge> edges;   ///< those of the graph first, then in the order they were joined
    std::vector<std::uint32_t> link_edge; ///< by link; kNone for a link from a router to itself
    std::vector<std::uint32_t> order;     ///< routers in the order they were taken out
    /// By place in `order`, one more at the end: where its edges start in `up`. They lead to routers that
    /// were still there.
    std::vector<std::uint32_t> first_up;
    std::vector<std::uint32_t> up; ///< edges
    /// For each place in `order` the edges that join its neighbours: of the i-th and j-th edge in `up`, i <
    /// j, by i, then j.
    std::vector<std::uint32_t> joined;
};

Elimination eliminate(const Graph& graph, const EliminationLimits& limits);

} // namespace suanlu::paths
