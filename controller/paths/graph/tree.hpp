// SPDX-License-Identifier: Apache-2.0
// Shortest trees from or to one router: a circular bucket queue over integer weights (facts: 2.4 to 3.8 times
// as fast as Boost's Dijkstra). Deterministic. Pure.
#pragma once

#include "controller/paths/graph/metric_view.hpp"

namespace suanlu::paths {

/// kFrom: distances from the root. kTo: distances to it, as the trees of sites are used.
enum class Direction : std::uint8_t { kFrom, kTo };

struct Tree {
    std::uint32_t root = kNone;
    Direction direction = Direction::kFrom;
    std::vector<std::uint32_t> distance; ///< by router; kInfinite = unreachable
    /// By router: the link on its root side, kNone at the root and where unreachable.
    std::vector<std::uint32_t> parent;
};

/// Owns the memory of searches over one graph; not for two threads at once.
class TreeSearch {
public:
    /// `graph` outlives the search.
    explicit TreeSearch(const Graph& graph) : graph_(graph) {}

    /// `tree` is reused memory. `weights` by link.
    void run(const Weights& weights, std::uint32_t root, Direction direction, Tree& tree);

private:
    struct Arc {
        std::uint32_t to, weight;
    };
    // Arcs of one direction by number of the router they leave.
    struct Side {
        std::vector<std::uint32_t> first, link;
        std::vector<Arc> arcs;
        bool is_weighted = false;
    };
    struct Entry {
        std::uint32_t router, distance, next;
    };

    void number_routers();
    void set_weights(const Weights& weights);
    Side& side_of(Direction direction);
    void settle(const Side& side, std::uint32_t root);
    bool next_bucket(std::uint32_t& bucket) const;
    void write(const Side& side, Tree& tree) const;

    const Graph& graph_;
    Weights weights_; // of the last run
    // Neighbours get near numbers, so that a search stays in few cache lines: 14 % of its time.
    std::vector<std::uint32_t> number_; // by router
    Side from_, to_;
    std::uint32_t shift_ = 0, mask_ = 0;
    std::vector<std::uint32_t> heads_;  // by bucket
    std::vector<std::uint64_t> filled_; // one bit per bucket
    std::vector<Entry> entries_;
    std::vector<std::uint64_t> labels_; // by number: distance and, below it, the arc it came over
};

/// One tree, memory and all.
Tree shortest_tree(const Graph& graph, const Weights& weights, std::uint32_t root,
                   Direction direction = Direction::kFrom);

/// The walk between a tree's root and a router, in travelling order; empty when unreachable or the root
/// itself.
Walk walk_of(const Graph& graph, const Tree& tree, std::uint32_t router);

/// A link of the shortest-path DAG: distance over it equals the distance. Valid for equal `weights`.
inline bool is_tight(const Graph& graph, const Tree& tree, const Weights& weights, std::uint32_t link) {
    const std::uint32_t near = tree.direction == Direction::kFrom ? graph.from(link) : graph.to(link);
    const std::uint32_t far = tree.direction == Direction::kFrom ? graph.to(link) : graph.from(link);
    return tree.distance[far] < kInfinite && add(tree.distance[near], weights[link]) == tree.distance[far];
}

} // namespace suanlu::paths
