// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/graph.hpp"

#include <algorithm>
#include <queue>

namespace suanlu {

Graph::Graph(std::shared_ptr<const TopologyView> view) : view_(std::move(view)) {
    // Links are sorted by source router, so the arcs of a router are a range.
    first_.assign(routers() + 1, 0);
    for (const TopologyLink& link : view_->links) {
        ++first_[link.from + 1];
    }
    for (std::size_t i = 0; i < routers(); ++i) {
        first_[i + 1] += first_[i];
    }
    igp_trees_.resize(routers());
}

std::uint32_t Graph::cost(std::uint32_t arc, std::uint32_t source, Weight weight,
                          const Exclusion& without) const {
    const TopologyLink& l = link(arc);
    const bool is_blocked = l.from != source && !without.routers.empty() && without.routers[l.from];
    if (is_blocked || (!without.links.empty() && without.links[arc])) {
        return kInfinite;
    }
    if (weight == Weight::kIgp) {
        return l.igp_metric < kUnusableMetric ? l.igp_metric : kInfinite;
    }
    const std::uint64_t extra = !without.avoided.empty() && without.avoided[arc] ? kAvoidance : 0;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(l.delay.value + extra, kInfinite));
}

bool Graph::is_pinnable(std::uint32_t arc) const {
    const ShortestTree& tree = igp_tree(link(arc).from);
    const std::uint32_t to = link(arc).to;
    return tree.count[to] == 1 && tree.parent[to] == arc;
}

ShortestTree Graph::tree(std::uint32_t source, Weight weight, const Exclusion& without) const {
    ShortestTree out;
    out.distance.assign(routers(), kInfinite);
    out.parent.assign(routers(), kInfinite);
    using Entry = std::pair<std::uint32_t, std::uint32_t>; // distance, router
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
    out.distance[source] = 0;
    open.emplace(0, source);
    while (!open.empty()) {
        const auto [distance, router] = open.top();
        open.pop();
        if (distance != out.distance[router]) {
            continue;
        }
        for (auto [arc, end] = arcs(router); arc < end; ++arc) {
            const std::uint32_t step = cost(arc, source, weight, without);
            if (step == kInfinite) {
                continue;
            }
            const std::uint64_t reach = std::uint64_t{distance} + step;
            const std::uint32_t to = link(arc).to;
            if (reach < out.distance[to]) {
                out.distance[to] = static_cast<std::uint32_t>(reach);
                out.parent[to] = arc;
                open.emplace(out.distance[to], to);
            }
        }
    }
    if (weight == Weight::kIgp) {
        count_paths(out, source);
    }
    return out;
}

void Graph::count_paths(ShortestTree& tree, std::uint32_t source) const {
    std::vector<std::uint32_t> order;
    for (std::uint32_t router = 0; router < routers(); ++router) {
        if (tree.distance[router] != kInfinite) {
            order.push_back(router);
        }
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return tree.distance[a] < tree.distance[b]; });
    const auto is_tight = [&](std::uint32_t arc) {
        const std::uint32_t step = cost(arc, source, Weight::kIgp, {});
        return step != kInfinite && std::uint64_t{tree.distance[link(arc).from]} + step ==
                                        std::uint64_t{tree.distance[link(arc).to]};
    };
    tree.count.assign(routers(), 0);
    tree.count[source] = 1;
    std::vector<std::uint32_t> ambiguous;
    for (const std::uint32_t router : order) {
        for (auto [arc, end] = arcs(router); arc < end; ++arc) {
            const std::uint32_t to = link(arc).to;
            if (is_tight(arc)) {
                const std::uint64_t sum = std::uint64_t{tree.count[to]} + tree.count[router];
                tree.count[to] = static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, kInfinite));
                if (link(arc).igp_metric == 0) {
                    ambiguous.push_back(to);
                }
            }
        }
    }
    // Metric zero puts two routers at one distance, so that the order above is none. What lies behind such a
    // link counts as ambiguous: never claimed to be the only way.
    for (std::size_t k = 0; k < ambiguous.size(); ++k) {
        tree.count[ambiguous[k]] = kInfinite;
        for (auto [arc, end] = arcs(ambiguous[k]); arc < end; ++arc) {
            if (is_tight(arc) && tree.count[link(arc).to] != kInfinite) {
                ambiguous.push_back(link(arc).to);
            }
        }
    }
}

ArcPath Graph::path(const ShortestTree& tree, std::uint32_t target) const {
    ArcPath out;
    while (tree.parent[target] != kInfinite) {
        out.push_back(tree.parent[target]);
        target = link(tree.parent[target]).from;
    }
    std::reverse(out.begin(), out.end());
    return out;
}

const ShortestTree& Graph::igp_tree(std::uint32_t source) const {
    if (!igp_trees_[source]) {
        igp_trees_[source] = std::make_unique<ShortestTree>(tree(source, Weight::kIgp));
    }
    return *igp_trees_[source];
}

} // namespace suanlu
