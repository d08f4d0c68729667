// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/disjoint_flow.hpp"

#include <algorithm>

#include "controller/paths/query/flow.hpp"

namespace suanlu::paths {

namespace {

// Above the cost of any two paths, and few enough bits that all links and routers can be shared.
constexpr std::uint64_t kSharing = std::uint64_t{1} << 34;

// Node of a router where paths enter it and where they leave it; one node unless routers are kept apart.
class PairNetwork {
public:
    PairNetwork(const Graph& graph, const Weights& weights, std::uint32_t from, std::uint32_t to,
                bool are_routers_apart, bool may_share)
        : graph_(graph), apart_(are_routers_apart), flow_(graph.routers() * (are_routers_apart ? 2 : 1)),
          from_(from), to_(to) {
        const auto join = [&](std::uint32_t a, std::uint32_t b, std::uint64_t cost, bool is_free) {
            flow_.add_arc(a, b, is_free ? 2 : 1, cost);
            if (may_share && !is_free) {
                flow_.add_arc(a, b, 1, cost + kSharing);
            }
        };
        step_ = may_share ? 4 : 2;
        for (std::uint32_t link = 0; link < graph.links(); ++link) {
            if (weights[link] < kInfinite && graph.from(link) != graph.to(link)) {
                used_.push_back(link);
                join(leave(graph.from(link)), enter(graph.to(link)), weights[link], false);
            }
        }
        for (std::uint32_t router = 0; apart_ && router < graph.routers(); ++router) {
            join(enter(router), leave(router), 0, router == from || router == to);
        }
    }

    std::uint32_t push() {
        return static_cast<std::uint32_t>(flow_.push_cheapest(leave(from_), enter(to_), 2));
    }
    [[nodiscard]] std::vector<std::uint32_t> units_by_link() const {
        std::vector<std::uint32_t> units(graph_.links());
        for (std::size_t index = 0; index < used_.size(); ++index) {
            const auto arc = static_cast<std::uint32_t>(index) * step_;
            units[used_[index]] =
                static_cast<std::uint32_t>(flow_.flow(arc) + (step_ == 4 ? flow_.flow(arc + 2) : 0));
        }
        return units;
    }
    // With one unit of flow the smallest cut is one arc.
    [[nodiscard]] std::string bottleneck() const {
        const std::vector<bool> side = flow_.reachable(leave(from_));
        for (const std::uint32_t link : used_) {
            if (side[leave(graph_.from(link))] && !side[enter(graph_.to(link))]) {
                return graph_.view().link_name(graph_.link(link));
            }
        }
        for (std::uint32_t router = 0; apart_ && router < graph_.routers(); ++router) {
            if (side[enter(router)] && !side[leave(router)]) {
                return graph_.view().routers[router].name;
            }
        }
        return {};
    }

private:
    [[nodiscard]] std::uint32_t enter(std::uint32_t router) const { return apart_ ? 2 * router : router; }
    [[nodiscard]] std::uint32_t leave(std::uint32_t router) const { return apart_ ? 2 * router + 1 : router; }

    const Graph& graph_;
    bool apart_;
    FlowNetwork flow_;
    std::uint32_t from_, to_;
    std::uint32_t step_ = 2; // arcs of the flow network per link
    std::vector<std::uint32_t> used_;
};

// A link used in both directions is not used at all once the two paths swap what follows: a pair must not
// lean on one fibre. Costs nothing, for the flow was the cheapest.
void cancel_opposites(const Graph& graph, std::vector<std::uint32_t>& units) {
    for (std::uint32_t link = 0; link < graph.links(); ++link) {
        const std::uint32_t back = units[link] == 0 ? kNone : graph.opposite(link);
        if (back != kNone && back != link) {
            const std::uint32_t both = std::min(units[link], units[back]);
            units[link] -= both;
            units[back] -= both;
        }
    }
}

Walk take_walk(const Graph& graph, std::vector<std::uint32_t>& units, std::uint32_t from, std::uint32_t to) {
    Walk walk;
    std::vector<std::size_t> visited_at(graph.routers(), graph.links() + 1);
    visited_at[from] = 0;
    for (std::uint32_t router = from; router != to;) {
        auto [link, end] = graph.out(router);
        while (link < end && units[link] == 0) {
            ++link;
        }
        SL_CHECK(link < end); // flow that enters a router leaves it
        --units[link];
        router = graph.to(link);
        if (visited_at[router] <= walk.size()) { // a ring of links without cost
            while (walk.size() > visited_at[router]) {
                visited_at[graph.to(walk.back())] = graph.links() + 1;
                walk.pop_back();
            }
        } else {
            walk.push_back(link);
        }
        visited_at[router] = walk.size();
    }
    return walk;
}

} // namespace

FlowPair flow_pair(const Graph& graph, const Weights& weights, std::uint32_t from, std::uint32_t to,
                   bool are_routers_apart, bool may_share) {
    PairNetwork network(graph, weights, from, to, are_routers_apart, may_share);
    FlowPair out;
    out.units = network.push();
    if (out.units == 1) {
        out.bottleneck = network.bottleneck();
    }
    if (out.units < 2) {
        return out;
    }
    std::vector<std::uint32_t> units = network.units_by_link();
    cancel_opposites(graph, units);
    for (Walk& walk : out.walks) {
        walk = take_walk(graph, units, from, to);
        for (const std::uint32_t link : walk) {
            out.cost += weights[link];
        }
    }
    return out;
}

} // namespace suanlu::paths
