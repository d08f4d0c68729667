// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/paths/query/small_network.hpp"

#include <algorithm>

namespace suanlu::paths {

TopologyView sketch(std::uint32_t routers, std::vector<LinkSketch> links, bool one_way) {
    TopologyView view;
    for (std::uint32_t index = 0; index < routers; ++index) {
        view.routers.push_back({});
        view.routers.back().name = "R" + std::to_string(index);
        view.by_name["R" + std::to_string(index)] = index;
    }
    for (const LinkSketch& drawn : links) {
        TopologyLink link;
        link.from = drawn.from;
        link.to = drawn.to;
        link.igp_metric = drawn.metric;
        link.delay = {drawn.delay};
        view.links.push_back(link);
        if (!one_way) {
            std::swap(link.from, link.to);
            view.links.push_back(link);
        }
    }
    sort_links(view.links);
    return view;
}

Graph graph_of(TopologyView view) {
    return Graph(std::make_shared<const TopologyView>(std::move(view)));
}

TopologyView random_view(std::mt19937& random, std::uint32_t routers, std::uint32_t links) {
    const auto below = [&](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
    TopologyView view = sketch(routers, {});
    const char* const areas[] = {"CN-GD", "CN-GD", "HK", ""};
    for (Router& router : view.routers) {
        router.legal_area = areas[below(4)];
        router.protection = static_cast<Protection>(below(5));
        router.is_overloaded = below(12) == 0;
    }
    for (std::uint32_t index = 0; index < links; ++index) {
        TopologyLink link;
        link.from = below(routers);
        link.to = below(routers);
        link.igp_metric = below(10) == 0 ? kUnusableMetric : below(12);
        link.delay = below(12) == 0 ? kUnreachableDelay : Microseconds{below(12)};
        link.jitter = below(12) == 0 ? std::nullopt : std::optional(Microseconds{below(9)});
        link.loss_ppm = below(12) == 0 ? std::nullopt : std::optional(below(4) * 70'000);
        link.bandwidth = below(12) == 0 ? std::nullopt : std::optional(BytesPerSecond{1.0 + below(6)});
        link.available = below(3) != 0 ? std::nullopt : std::optional(BytesPerSecond{1.0 + below(6)});
        link.affinity = below(8);
        link.layer = static_cast<LinkLayer>(below(4));
        link.protection = static_cast<Protection>(below(5));
        link.legal_area = below(2) == 0 ? "" : areas[below(4)];
        for (std::uint32_t group = 0; group < 6; ++group) {
            if (below(8) == 0) {
                link.srlgs.push_back(group);
            }
        }
        const bool is_one_way = below(4) == 0;
        view.links.push_back(link);
        if (!is_one_way) {
            std::swap(link.from, link.to);
            view.links.push_back(link);
        }
    }
    sort_links(view.links);
    return view;
}

Bounds random_bounds(std::mt19937& random, const Graph& graph) {
    const auto below = [&](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
    const auto sometimes = [&] { return below(5) == 0; };
    Bounds out;
    if (sometimes()) {
        out.max_delay = Microseconds{below(40)};
    }
    if (sometimes()) {
        out.max_jitter = Microseconds{below(25)};
    }
    if (sometimes()) {
        out.max_loss_ppm = below(500'000);
    }
    if (sometimes()) {
        out.max_hops = below(6);
    }
    if (sometimes()) {
        out.min_bandwidth = BytesPerSecond{1.0 + below(4)};
    }
    if (below(8) == 0) {
        out.affinity = {below(8), 0, below(2)};
    }
    if (below(8) == 0) {
        out.legal_areas = {"CN-GD"};
    }
    if (below(8) == 0) {
        out.protection = static_cast<Protection>(below(3));
    }
    if (below(8) == 0) {
        out.transit_protection = static_cast<Protection>(below(3));
    }
    if (below(8) == 0) {
        out.layers = {LinkLayer::kOtn, LinkLayer::kIpPrivate};
    }
    if (below(8) == 0) {
        out.exclude_routers = {below(graph.routers())};
        out.exclude_srlgs = {below(6)};
    }
    if (below(8) == 0 && graph.links() > 0) {
        out.exclude_links = {below(graph.links())};
    }
    return out;
}

std::uint64_t cost_of(const Weights& weights, const Walk& walk) {
    std::uint64_t sum = 0;
    for (const std::uint32_t link : walk) {
        sum += weights[link];
    }
    return sum;
}

std::vector<Walk> all_walks(const Graph& graph, const Weights& weights, std::uint32_t from,
                            std::uint32_t to) {
    std::vector<Walk> out;
    std::vector<bool> is_on(graph.routers());
    Walk walk;
    const std::function<void(std::uint32_t)> go_on = [&](std::uint32_t router) {
        if (router == to) {
            out.push_back(walk);
            return;
        }
        is_on[router] = true;
        for (auto [link, end] = graph.out(router); link < end; ++link) {
            if (weights[link] < kInfinite && !is_on[graph.to(link)]) {
                walk.push_back(link);
                go_on(graph.to(link));
                walk.pop_back();
            }
        }
        is_on[router] = false;
    };
    go_on(from);
    return out;
}

std::vector<Walk> walks_within(const Graph& graph, const PathQuery& query) {
    const Weights weights = weights_of(graph, query.view, std::span(&query.from, 1));
    std::vector<Walk> walks = all_walks(graph, weights, query.from, query.to);
    std::erase_if(walks, [&](const Walk& walk) {
        return !check_walk(graph, query.bounds, query.from, walk) || cost_of(weights, walk) > kFarthest;
    });
    std::stable_sort(walks.begin(), walks.end(),
                     [&](const Walk& a, const Walk& b) { return cost_of(weights, a) < cost_of(weights, b); });
    return walks;
}

} // namespace suanlu::paths
