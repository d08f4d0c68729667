// SPDX-License-Identifier: Apache-2.0
// Flow in a network of directed arcs with capacities and costs: the largest, or the cheapest of a given
// amount. The cheapest is found by Dijkstra over reduced costs and blocking flows on the arcs that a shortest
// path may use (primal-dual). Suurballe's disjoint pair is such a flow of two units. Deterministic. Pure.
#pragma once

#include <cstdint>
#include <vector>

namespace suanlu::paths {

class FlowNetwork {
public:
    explicit FlowNetwork(std::uint32_t nodes) : first_(nodes, kNoArc) {}

    /// Cost below 2^60 and a path's sum below 2^62. Returns the arc's index, even.
    std::uint32_t add_arc(std::uint32_t from, std::uint32_t to, std::uint64_t capacity, std::uint64_t cost);
    [[nodiscard]] std::uint64_t flow(std::uint32_t arc) const { return capacity_[arc ^ 1]; }
    [[nodiscard]] std::size_t arcs() const { return to_.size(); }

    /// Adds up to `amount`; returns what was added. Costs are ignored.
    std::uint64_t push_most(std::uint32_t source, std::uint32_t sink, std::uint64_t amount);
    /// As cheaply as possible; on a network without flow.
    std::uint64_t push_cheapest(std::uint32_t source, std::uint32_t sink, std::uint64_t amount);
    /// Nodes that further flow could reach: the source's side of a smallest cut once no more can be pushed.
    [[nodiscard]] std::vector<bool> reachable(std::uint32_t source) const;

private:
    static constexpr std::uint32_t kNoArc = ~std::uint32_t{0};

    [[nodiscard]] bool is_usable(std::uint32_t from, std::uint32_t arc) const;
    bool raise_potentials(std::uint32_t source, std::uint32_t sink);
    bool set_levels(std::uint32_t source, std::uint32_t sink);
    std::uint64_t block(std::uint32_t source, std::uint32_t sink, std::uint64_t amount);

    std::vector<std::uint32_t> first_, next_, to_; // arcs of a node as a list; arc ^ 1 is its reverse
    std::vector<std::uint64_t> capacity_;
    std::vector<std::int64_t> cost_;
    std::vector<std::int64_t> potential_; // empty: costs are ignored
    std::vector<std::uint32_t> level_, cursor_;
};

} // namespace suanlu::paths
