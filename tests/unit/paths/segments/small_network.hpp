// SPDX-License-Identifier: Apache-2.0
// Networks for tests: routers R0.. with node ids 1.., links by (from, to, metric, delay), adjacency SIDs on
// every link; and random ones with parallel links, asymmetric metrics and many equal costs.
#pragma once

#include <random>

#include "controller/paths/segments/forwarding.hpp"
#include "controller/paths/segments/path_segment.hpp"

namespace suanlu::paths::test {

struct Line {
    std::uint32_t from, to, metric, delay;
};

inline Prefix6 block() {
    return *Prefix6::parse("fc00::/32");
}

/// One direction per line.
inline TopologyView one_way(std::uint32_t routers, const std::vector<Line>& lines) {
    TopologyView view;
    for (std::uint32_t router = 0; router < routers; ++router) {
        Router row;
        row.name = "R" + std::to_string(router);
        view.by_name[row.name] = router;
        view.routers.push_back(row);
    }
    for (const Line& line : lines) {
        TopologyLink link;
        link.from = line.from;
        link.to = line.to;
        link.igp_metric = line.metric;
        link.delay = {line.delay};
        view.links.push_back(link);
    }
    sort_links(view.links);
    SL_CHECK(number_network(view, block()).has_value());
    return view;
}

/// Both directions alike.
inline TopologyView both_ways(std::uint32_t routers, std::vector<Line> lines) {
    const std::size_t count = lines.size();
    for (std::size_t index = 0; index < count; ++index) {
        const Line line = lines[index];
        lines.push_back({line.to, line.from, line.metric, line.delay});
    }
    return one_way(routers, lines);
}

inline Graph graph_of(TopologyView view) {
    return Graph(std::make_shared<const TopologyView>(std::move(view)));
}

/// First link between two routers.
inline std::uint32_t link_between(const Graph& graph, std::uint32_t from, std::uint32_t to) {
    auto [link, end] = graph.out(from);
    while (link < end && graph.to(link) != to) {
        ++link;
    }
    return link < end ? link : kNone;
}

inline Walk walk_over(const Graph& graph, const std::vector<std::uint32_t>& routers) {
    Walk walk;
    for (std::size_t place = 1; place < routers.size(); ++place) {
        walk.push_back(link_between(graph, routers[place - 1], routers[place]));
        SL_CHECK(walk.back() != kNone);
    }
    return walk;
}

/// Connected; metrics 1..4 make equal costs frequent. `zeros`: some metrics are 0.
inline TopologyView random_network(std::mt19937& random, std::uint32_t routers, bool zeros) {
    std::vector<Line> lines;
    const auto number = [&](std::uint32_t most) { return static_cast<std::uint32_t>(random() % most); };
    const auto metric = [&] { return zeros && number(5) == 0 ? 0 : 1 + number(4); };
    const auto connect = [&](std::uint32_t a, std::uint32_t b) {
        const std::uint32_t there = metric();
        const std::uint32_t back = number(3) == 0 ? metric() : there;
        lines.push_back({a, b, there, 1 + number(50)});
        lines.push_back({b, a, back, 1 + number(50)});
    };
    for (std::uint32_t router = 1; router < routers; ++router) {
        connect(router, number(router));
    }
    for (std::uint32_t more = 0; more < routers; ++more) {
        const std::uint32_t a = number(routers);
        const std::uint32_t b = number(routers);
        if (a != b) {
            connect(a, b); // often beside a link that is there
        }
    }
    return one_way(routers, lines);
}

/// A random walk that passes no router twice; may be empty.
inline Walk random_walk(std::mt19937& random, const Graph& graph, std::uint32_t from) {
    Walk walk;
    std::vector<bool> seen(graph.routers(), false);
    for (std::uint32_t at = from;;) {
        seen[at] = true;
        std::vector<std::uint32_t> next;
        for (auto [link, end] = graph.out(at); link < end; ++link) {
            if (!seen[graph.to(link)]) {
                next.push_back(link);
            }
        }
        if (next.empty() || random() % 8 == 0) {
            return walk;
        }
        walk.push_back(next[random() % next.size()]);
        at = graph.to(walk.back());
    }
}

} // namespace suanlu::paths::test
