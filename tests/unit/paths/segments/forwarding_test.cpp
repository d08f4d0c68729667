// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/paths/segments/small_network.hpp"

namespace suanlu::paths::test {
namespace {

struct Paths {
    std::uint32_t shortest = kInfinite;
    std::uint32_t count = 0;
    std::uint32_t slowest = 0;
};

/// Tries every simple path; overloaded routers are only start or end.
Paths try_all(const Graph& graph, std::uint32_t from, std::uint32_t to) {
    Paths out;
    std::vector<bool> seen(graph.routers(), false);
    const std::function<void(std::uint32_t, std::uint32_t, std::uint32_t)> visit =
        [&](std::uint32_t at, std::uint32_t metric, std::uint32_t delay) {
            if (at == to) {
                if (metric < out.shortest) {
                    out = {metric, 0, 0};
                }
                if (metric == out.shortest) {
                    ++out.count;
                    out.slowest = std::max(out.slowest, delay);
                }
                return;
            }
            if (at != from && graph.view().routers[at].is_overloaded) {
                return;
            }
            seen[at] = true;
            for (auto [link, end] = graph.out(at); link < end; ++link) {
                if (!seen[graph.to(link)]) {
                    visit(graph.to(link), metric + graph.link(link).igp_metric,
                          delay + graph.link(link).delay.value);
                }
            }
            seen[at] = false;
        };
    visit(from, 0, 0);
    return out;
}

TEST(Forwarding, ReachAndDistances_EqualThoseOfTryingEveryPath) {
    std::mt19937 random(1);
    for (int round = 0; round < 60; ++round) {
        TopologyView view = random_network(random, 2 + random() % 5, false);
        for (Router& router : view.routers) {
            router.is_overloaded = random() % 5 == 0;
        }
        const Graph graph = graph_of(view);
        Forwarding forwarding(graph);
        for (std::uint32_t from = 0; from < graph.routers(); ++from) {
            for (std::uint32_t to = 0; to < graph.routers(); ++to) {
                const Paths all = try_all(graph, from, to);
                ASSERT_EQ(forwarding.tree(from).distance[to], all.shortest);
                ASSERT_EQ(forwarding.distance_to(to)[from], all.shortest);
                ASSERT_EQ(forwarding.reach(from).ways[to], std::min(all.count, 2U));
                ASSERT_EQ(forwarding.reach(from).slowest[to], all.count == 0 ? kInfinite : all.slowest);
            }
        }
    }
}

TEST(Forwarding, MetricZero_IsNeverClaimedUnique) {
    const Graph graph = graph_of(both_ways(3, {{0, 1, 0, 1}, {1, 2, 5, 1}}));
    Forwarding forwarding(graph);
    EXPECT_TRUE(forwarding.has_zero_metric());
    EXPECT_EQ(forwarding.reach(0).ways, (std::vector<std::uint8_t>{1, 2, 2}));
    EXPECT_EQ(forwarding.reach(1).ways, (std::vector<std::uint8_t>{2, 1, 2}));
    EXPECT_EQ(forwarding.reach(2).ways, (std::vector<std::uint8_t>{2, 2, 1}));
    EXPECT_EQ(forwarding.reach(2).slowest[0], kInfinite);
}

TEST(Forwarding, FlexAlgorithm_UsesItsMetricRoutersAndColours) {
    TopologyView view = both_ways(4, {{0, 1, 1, 9}, {1, 3, 1, 9}, {0, 2, 5, 2}, {2, 3, 5, 2}, {0, 3, 9, 1}});
    FlexAlgorithm low_delay;
    low_delay.algorithm = 128;
    low_delay.metric = Metric::kDelayMin;
    low_delay.affinity.exclude_any = 1;
    view.algorithms = {low_delay};
    for (TopologyLink& link : view.links) {
        link.affinity = link.delay.value == 1 ? 1U : 0U;
    }
    for (const std::uint32_t router : {0U, 2U, 3U}) {
        view.routers[router].algorithms.push_back({128, *Prefix6::parse("fc01:0:1::/48")});
    }
    const Graph graph = graph_of(view);
    Forwarding forwarding(graph);
    EXPECT_TRUE(forwarding.has(128));
    EXPECT_FALSE(forwarding.has(129));
    EXPECT_EQ(forwarding.tree(0).distance[3], 2U);
    EXPECT_EQ(forwarding.tree(0, 128).distance[3], 4U);
    EXPECT_EQ(forwarding.tree(0, 128).distance[1], kInfinite);
}

TEST(Forwarding, Failure_TakesLinksAndRoutersAway) {
    const Graph graph = graph_of(both_ways(4, {{0, 1, 1, 1}, {1, 3, 1, 1}, {0, 2, 5, 1}, {2, 3, 5, 1}}));
    Forwarding without_router(graph, {{}, {1}});
    EXPECT_EQ(without_router.tree(0).distance[3], 10U);
    EXPECT_EQ(without_router.tree(0).distance[1], kInfinite);
    Forwarding without_link(graph, {{link_between(graph, 1, 3)}, {}});
    EXPECT_EQ(without_link.tree(0).distance[3], 10U);
    EXPECT_EQ(without_link.tree(3).distance[0], 2U);
}

} // namespace
} // namespace suanlu::paths::test
