// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/equal_cost.hpp"

#include <algorithm>

namespace suanlu::paths {

namespace {

// Kahn's order over the links found; none when they hold a ring.
std::optional<std::uint64_t> number_of_paths(const Graph& graph, std::span<const std::uint32_t> links,
                                             std::uint32_t from, std::uint32_t to) {
    std::vector<std::uint32_t> enter(graph.routers());
    std::vector<bool> is_used(graph.links());
    for (const std::uint32_t link : links) {
        ++enter[graph.to(link)];
        is_used[link] = true;
    }
    if (enter[from] != 0) {
        return std::nullopt;
    }
    std::vector<std::uint64_t> count(graph.routers());
    count[from] = 1;
    std::vector<std::uint32_t> ready{from};
    std::size_t seen = 0;
    for (std::size_t head = 0; head < ready.size(); ++head) {
        for (auto [link, end] = graph.out(ready[head]); link < end; ++link) {
            if (!is_used[link]) {
                continue;
            }
            ++seen;
            std::uint64_t& there = count[graph.to(link)];
            there = there + count[ready[head]] < there ? ~std::uint64_t{0} : there + count[ready[head]];
            if (--enter[graph.to(link)] == 0) {
                ready.push_back(graph.to(link));
            }
        }
    }
    return seen == links.size() ? std::optional(count[to]) : std::nullopt;
}

} // namespace

EqualCost equal_cost(const Graph& graph, const Weights& weights, const Tree& from_tree, const Tree& to_tree) {
    EqualCost out;
    const std::uint32_t from = from_tree.root;
    const std::uint32_t to = to_tree.root;
    out.distance = from_tree.distance[to];
    if (out.distance == kInfinite || from == to) {
        out.paths = from == to ? 1 : 0;
        return out;
    }
    for (std::uint32_t link = 0; link < graph.links(); ++link) {
        const std::uint32_t before = add(from_tree.distance[graph.from(link)], weights[link]);
        if (add(before, to_tree.distance[graph.to(link)]) == out.distance) {
            out.links.push_back(link);
        }
    }
    out.paths = number_of_paths(graph, out.links, from, to);
    return out;
}

EqualCost equal_cost(const Graph& graph, const Weights& weights, std::uint32_t from, std::uint32_t to) {
    return equal_cost(graph, weights, shortest_tree(graph, weights, from, Direction::kFrom),
                      shortest_tree(graph, weights, to, Direction::kTo));
}

std::vector<std::uint32_t> equal_cost_links(const Graph& graph, const Weights& weights, std::uint32_t from,
                                            std::uint32_t to) {
    return equal_cost(graph, weights, from, to).links;
}

} // namespace suanlu::paths
