// SPDX-License-Identifier: Apache-2.0
// What every router does with a destination once the IGP has converged: shortest trees of algorithm 0 and of
// each Flex-Algo (RFC 9350), equal-cost paths, overload (RFC 3277). Computed on first use and kept; with a
// Failure it is the forwarding after the network has converged on it. Keeps 8 bytes per router for every
// tree, 5 for every reach and 4 for every target asked for. Owned by one strand at a time. Pure.
#pragma once

#include <array>

#include "controller/paths/graph/tree.hpp"

namespace suanlu::paths {

/// Elements that do not carry anything. A failed router takes its links along.
struct Failure {
    std::vector<std::uint32_t> links;
    std::vector<std::uint32_t> routers;
};

/// What a node segment that starts at one router may claim about each target.
struct Reach {
    /// By router: 0 = unreachable, 1 = over exactly one path, 2 = over several, or nobody can tell because a
    /// metric-0 link puts two routers at one distance.
    std::vector<std::uint8_t> ways;
    /// By router: the longest delay over all equal-cost paths; kInfinite when unreachable, when a link's
    /// delay is unknown, or when a metric-0 link makes the set of paths uncertain.
    std::vector<std::uint32_t> slowest;
};

class Forwarding {
public:
    /// `graph` outlives it.
    explicit Forwarding(const Graph& graph, const Failure& failure = {});

    [[nodiscard]] const Graph& graph() const { return graph_; }
    /// False for a Flex-Algo that the view does not define.
    [[nodiscard]] bool has(std::uint8_t algorithm) const { return slots_[algorithm] != kNoSlot; }
    /// 0 and every Flex-Algo of the view, ascending.
    [[nodiscard]] const std::vector<std::uint8_t>& algorithms() const { return algorithms_; }
    [[nodiscard]] bool is_failed(std::uint32_t link) const { return failed_[link]; }

    /// Metric of a link in an algorithm as its first router uses it for its own packets; kInfinite =
    /// unusable.
    [[nodiscard]] std::uint32_t metric(std::uint32_t link, std::uint8_t algorithm = 0) const;
    /// Whether another router's packets may be sent through a router.
    [[nodiscard]] bool carries(std::uint32_t router) const { return !is_overloaded_[router]; }
    /// Average delay of a link, microseconds; kInfinite when nobody told it.
    [[nodiscard]] std::uint32_t delay(std::uint32_t link) const { return delays_[link]; }
    /// Some usable link of the algorithm has metric 0.
    [[nodiscard]] bool has_zero_metric(std::uint8_t algorithm = 0) const;

    /// The tree that router `from` computes for itself: distances and one parent link per router.
    const Tree& tree(std::uint32_t from, std::uint8_t algorithm = 0);
    /// Number of paths and longest delay from a router to all others.
    const Reach& reach(std::uint32_t from, std::uint8_t algorithm = 0);
    /// Distance of every router to one destination, each by its own tree: a link u>v is a next hop of u
    /// exactly when `is_next_hop` says so.
    const std::vector<std::uint32_t>& distance_to(std::uint32_t target, std::uint8_t algorithm = 0);
    /// Whether the link's first router sends packets for `target` over it (one of its equal-cost next hops).
    bool is_next_hop(std::uint32_t link, std::uint32_t target, std::uint8_t algorithm = 0);

    /// Weights of the tree of router `from`: links out of other overloaded routers are unusable. Valid until
    /// the next call.
    const Weights& weights(std::uint32_t from, std::uint8_t algorithm = 0);

private:
    static constexpr std::uint8_t kNoSlot = 0xff;
    struct Algorithm {
        Weights open;   // metric of every link
        Weights closed; // links that leave overloaded routers are unusable
        bool has_zero = false;
        std::vector<std::unique_ptr<Tree>> trees;
        std::vector<std::unique_ptr<Reach>> reaches;
        std::vector<std::unique_ptr<std::vector<std::uint32_t>>> targets;
    };
    Algorithm& at(std::uint8_t algorithm);
    [[nodiscard]] const Algorithm& at(std::uint8_t algorithm) const;
    void fail(const Failure& failure);
    void add_algorithm(MetricView view);
    void enter(Reach& reach, const Tree& tree, const Weights& weights, std::uint32_t router);

    const Graph& graph_;
    TreeSearch search_;
    std::vector<std::uint8_t> algorithms_;
    std::array<std::uint8_t, 256> slots_{};
    std::vector<Algorithm> parts_; // by slot
    std::vector<bool> failed_, is_overloaded_;
    Weights delays_;
    Weights own_;                      // memory for the tree of an overloaded router
    std::vector<std::uint64_t> order_; // distance, then router
};

} // namespace suanlu::paths
