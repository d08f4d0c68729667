// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/find_path.hpp"

#include <gtest/gtest.h>

#include <set>

#include "controller/paths/graph/tree.hpp"
#include "tests/unit/paths/query/small_network.hpp"

namespace suanlu::paths {
namespace {

PathQuery igp(std::uint32_t from, std::uint32_t to) {
    PathQuery query;
    query.from = from;
    query.to = to;
    query.view.metric = Metric::kIgp;
    return query;
}

// The answers against every path there is: as many, as cheap, each within the bounds, none twice.
void expect_as_enumerated(const Graph& graph, const PathQuery& query, std::size_t& answered) {
    const std::vector<Walk> walks = walks_within(graph, query);
    const auto found = find_paths(graph, query);
    ASSERT_EQ(found.has_value(), !walks.empty()) << (found ? "" : found.error().text());
    if (!found) {
        EXPECT_FALSE(found.error().detail.empty());
        return;
    }
    ++answered;
    const Weights weights = weights_of(graph, query.view, std::span(&query.from, 1));
    ASSERT_EQ(found->size(), std::min<std::size_t>(query.k, walks.size()));
    std::set<Walk> seen;
    for (std::size_t index = 0; index < found->size(); ++index) {
        const FoundPath& path = (*found)[index];
        EXPECT_TRUE(path.is_exact);
        EXPECT_EQ(path.cost, cost_of(weights, path.links));
        EXPECT_EQ(path.cost, cost_of(weights, walks[index])) << "path " << index;
        EXPECT_TRUE(check_walk(graph, query.bounds, query.from, path.links));
        EXPECT_EQ(graph.visited(query.from, path.links).back(), query.to);
        EXPECT_TRUE(seen.insert(path.links).second);
    }
}

TEST(FindPaths, RandomNetworksAndBounds_SameAsTryingEveryPath) {
    std::mt19937 random(1);
    std::size_t answered = 0;
    for (int round = 0; round < 3000; ++round) {
        const auto routers = 2 + static_cast<std::uint32_t>(random() % 6);
        const Graph graph = graph_of(random_view(random, routers, static_cast<std::uint32_t>(random() % 14)));
        PathQuery query = igp(static_cast<std::uint32_t>(random() % routers), routers - 1);
        query.view.metric = random() % 3 == 0 ? Metric::kDelay : Metric::kIgp;
        query.k = 1 + static_cast<std::uint32_t>(random() % 8);
        query.bounds = random_bounds(random, graph);
        expect_as_enumerated(graph, query, answered);
        if (HasFailure()) {
            FAIL() << "round " << round;
        }
    }
    EXPECT_GT(answered, 800U);
}

TEST(FindPaths, OneSumLimited_LaracAndLabelsFindTheCheapest) {
    std::mt19937 random(2);
    std::size_t answered = 0;
    for (int round = 0; round < 1500; ++round) {
        const auto routers = 5 + static_cast<std::uint32_t>(random() % 3);
        const Graph graph = graph_of(random_view(random, routers, 16));
        PathQuery query = igp(0, routers - 1);
        const auto limit = static_cast<std::uint32_t>(random() % 30);
        (random() % 2 == 0 ? query.bounds.max_delay : query.bounds.max_jitter) = Microseconds{limit};
        expect_as_enumerated(graph, query, answered);
        if (HasFailure()) {
            FAIL() << "round " << round;
        }
    }
    EXPECT_GT(answered, 300U);
}

// Many ways, each better in something: where wrongly dropped labels show.
Graph braid(std::mt19937& random) {
    std::vector<LinkSketch> links;
    for (std::uint32_t hop = 0; hop < 5; ++hop) {
        for (std::uint32_t ahead = 1; ahead <= 2 && hop + ahead <= 5; ++ahead) {
            for (std::uint32_t parallel = 0; parallel < 2; ++parallel) {
                const auto slow = static_cast<std::uint32_t>(random() % 30);
                links.push_back({hop, hop + ahead, ahead * (30 - slow), ahead * (slow + 1)});
            }
        }
    }
    TopologyView view = sketch(6, links);
    for (TopologyLink& link : view.links) {
        link.jitter = Microseconds{static_cast<std::uint32_t>(random() % 20)};
        link.loss_ppm = static_cast<std::uint32_t>(random() % 50'000);
    }
    return graph_of(std::move(view));
}

TEST(FindPaths, BraidOfTradeOffs_SeveralSumsLimited) {
    std::mt19937 random(4);
    std::size_t answered = 0;
    for (int round = 0; round < 300; ++round) {
        const Graph graph = braid(random);
        PathQuery query = igp(0, 5);
        query.k = 1 + static_cast<std::uint32_t>(random() % 4);
        const auto at_most = [&](std::uint32_t least, std::uint32_t span) {
            return least + static_cast<std::uint32_t>(random() % span);
        };
        const auto kinds = random() % 16;
        if ((kinds & 1) != 0) {
            query.bounds.max_delay = Microseconds{at_most(15, 90)};
        }
        if ((kinds & 2) != 0) {
            query.bounds.max_jitter = Microseconds{at_most(8, 30)};
        }
        if ((kinds & 4) != 0) {
            query.bounds.max_loss_ppm = at_most(20'000, 90'000);
        }
        if ((kinds & 8) != 0) {
            query.bounds.max_hops = at_most(3, 2);
        }
        expect_as_enumerated(graph, query, answered);
        if (HasFailure()) {
            FAIL() << "round " << round << " kinds " << kinds;
        }
    }
    EXPECT_GT(answered, 150U);
}

TEST(FindPaths, OpenLaracGap_LabelsDecide) {
    // Costs and delays (0,10), (5,6), (11,0); at most 6: the hull's ends are the first and the last, whose
    // line lies below the middle one.
    const Graph graph = graph_of(sketch(2, {{0, 1, 1, 10}, {0, 1, 7, 6}, {0, 1, 11, 0}}, true));
    PathQuery query = igp(0, 1);
    query.bounds.max_delay = Microseconds{6};
    const auto found = find_paths(graph, query);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->front().cost, 7U);
    EXPECT_TRUE(found->front().is_exact);
}

TEST(FindPaths, LabelsRunOut_GivesTheBestKnownAndTheProvenFloor) {
    std::vector<LinkSketch> links;
    for (std::uint32_t hop = 0; hop < 12; ++hop) { // 2^12 paths, none of which beats another
        links.push_back({hop, hop + 1, 1U << hop, 3U << (12 - hop)});
        links.push_back({hop, hop + 1, 3U << hop, 1U << (12 - hop)});
    }
    const Graph graph = graph_of(sketch(13, links, true));
    PathQuery query = igp(0, 12);
    query.bounds.max_delay = Microseconds{(1U << 13) + 2345};
    const auto exact = find_paths(graph, query);
    ASSERT_TRUE(exact);
    ASSERT_TRUE(exact->front().is_exact);
    query.max_labels = 4;
    const auto found = find_paths(graph, query);
    ASSERT_TRUE(found);
    const FoundPath& path = found->front();
    EXPECT_TRUE(check_walk(graph, query.bounds, 0, path.links));
    EXPECT_LE(path.cost_at_least, exact->front().cost);
    EXPECT_GE(path.cost, exact->front().cost);
    EXPECT_EQ(path.is_exact, path.cost == path.cost_at_least);
    if (!path.is_exact) {
        EXPECT_NE(path.note.find("4 labels"), std::string::npos);
    }
    query.bounds.max_hops = 12; // two limits and nothing known: a limit is no refusal
    query.bounds.max_delay = Microseconds{8192 + 100};
    query.bounds.max_jitter.reset();
    EXPECT_TRUE(find_paths(graph, query));
}

TEST(FindPaths, ViaRouters_VisitedInOrder) {
    std::mt19937 random(3);
    for (int round = 0; round < 400; ++round) {
        const Graph graph = graph_of(random_view(random, 6, 14));
        PathQuery query = igp(0, 5);
        query.via = {static_cast<std::uint32_t>(random() % 6), static_cast<std::uint32_t>(random() % 6)};
        query.view.respects_overload = false;
        const auto found = find_paths(graph, query);
        const Weights weights = weights_of(graph, query.view);
        std::uint64_t sum = 0;
        std::uint32_t at = 0;
        for (const std::uint32_t stop : {query.via[0], query.via[1], 5U}) {
            sum += std::min<std::uint64_t>(shortest_tree(graph, weights, at).distance[stop], kInfinite);
            at = stop;
        }
        ASSERT_EQ(found.has_value(), sum < kInfinite) << round;
        if (found) {
            EXPECT_EQ(found->front().cost, sum);
            const auto visited = graph.visited(0, found->front().links);
            const auto first = std::find(visited.begin(), visited.end(), query.via[0]);
            EXPECT_NE(std::find(first, visited.end(), query.via[1]), visited.end());
        }
    }
}

TEST(FindPaths, FlexAlgorithm_OnlyItsRoutersAndColours) {
    TopologyView view = sketch(4, {{0, 1, 1}, {1, 3, 1}, {0, 2, 5}, {2, 3, 5}});
    FlexAlgorithm algorithm{128, Metric::kIgp, {}, {}};
    for (const std::size_t router : {0U, 2U, 3U}) {
        view.routers[router].algorithms.push_back({128, {}});
    }
    view.algorithms.push_back(algorithm);
    const Graph graph = graph_of(std::move(view));
    PathQuery query = igp(0, 3);
    query.view = MetricView::of(algorithm);
    const auto found = find_paths(graph, query);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->front().cost, 10U);
}

TEST(FindPaths, FromARouterToItself_IsEmpty) {
    const Graph graph = graph_of(sketch(1, {{0, 0, 3}}));
    PathQuery query = igp(0, 0);
    query.k = 3;
    const auto found = find_paths(graph, query);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1U);
    EXPECT_TRUE(found->front().links.empty());
}

TEST(FindPaths, FartherThanTheFarthest_IsUnreachable) {
    const Graph graph = graph_of(sketch(3, {{0, 1, 1, kFarthest}, {1, 2, 1, 1}}));
    PathQuery query = igp(0, 2);
    query.view.metric = Metric::kDelay;
    EXPECT_EQ(find_paths(graph, query).error().code, Errc::kNotFound);
    query.to = 1;
    EXPECT_EQ(find_paths(graph, query)->front().cost, kFarthest);
}

TEST(Refusal, SumTooLarge_SaysTheLeast) {
    const Graph graph = graph_of(sketch(3, {{0, 1, 1, 3000}, {1, 2, 1, 4200}}));
    PathQuery query = igp(0, 2);
    query.bounds.max_delay = Microseconds{5000};
    EXPECT_EQ(find_paths(graph, query).error().text(),
              "refused: no path from R0 to R2 within a delay of 5 ms: the least is 7.2 ms");
    query.bounds = {};
    query.bounds.max_hops = 1;
    EXPECT_EQ(find_paths(graph, query).error().detail,
              "no path from R0 to R2 within 1 hops: the fewest are 2");
}

TEST(Refusal, NamesTheLinkBoundAndHowFar) {
    TopologyView view = sketch(2, {{0, 1, 1}});
    view.links[0].bandwidth = BytesPerSecond{125e6};
    view.links[0].protection = Protection::kIpsec;
    const Graph graph = graph_of(std::move(view));
    PathQuery query = igp(0, 1);
    query.bounds.min_bandwidth = BytesPerSecond{1250e6};
    EXPECT_NE(find_paths(graph, query).error().detail.find("the widest has 1 Gbit/s"), std::string::npos);
    query.bounds = {};
    query.bounds.protection = Protection::kQkd;
    EXPECT_NE(find_paths(graph, query).error().detail.find("the most is ipsec"), std::string::npos);
    query.bounds = {};
    query.bounds.legal_areas = {"HK"};
    EXPECT_EQ(find_paths(graph, query).error().detail, "no path from R0 to R1 within the legal area HK");
    query.bounds = {};
    query.bounds.max_jitter = Microseconds{5};
    EXPECT_NE(find_paths(graph, query).error().detail.find("do not tell"), std::string::npos);
}

TEST(Refusal, BoundsThatOnlyTogetherLeaveNone_AreNamedTogether) {
    TopologyView view = sketch(2, {{0, 1, 1}, {0, 1, 2}}, true);
    view.links[0].layer = LinkLayer::kOtn;
    view.links[1].protection = Protection::kQkd;
    const Graph graph = graph_of(std::move(view));
    PathQuery query = igp(0, 1);
    query.bounds.layers = {LinkLayer::kOtn};
    query.bounds.protection = Protection::kQkd;
    EXPECT_NE(find_paths(graph, query).error().detail.find("protection, layer"), std::string::npos);
}

TEST(FindPaths, BadQueries_AreErrors) {
    const Graph graph = graph_of(sketch(2, {{0, 1, 1}}));
    EXPECT_EQ(find_paths(graph, igp(0, 2)).error().code, Errc::kNotFound);
    PathQuery query = igp(0, 1);
    query.k = 0;
    EXPECT_EQ(find_paths(graph, query).error().code, Errc::kOutOfRange);
    query.k = 2;
    query.disjoint = Disjoint::kLink;
    EXPECT_EQ(find_paths(graph, query).error().code, Errc::kUnsupported);
}

TEST(Measures, UnknownOfOneLink_IsUnknownOfTheWalk) {
    TopologyView view = sketch(3, {{0, 1, 1, 10}, {1, 2, 1, 20}}, true);
    view.links[0].loss_ppm = 500'000;
    view.links[1].loss_ppm = 500'000;
    view.links[0].jitter = Microseconds{1};
    view.links[1].mtu = Bytes{1400};
    const Graph graph = graph_of(std::move(view));
    const Measures measures = measure(graph, {0, 1});
    EXPECT_EQ(measures.delay, Microseconds{30});
    EXPECT_EQ(measures.loss_ppm, 750'000U);
    EXPECT_FALSE(measures.jitter);
    EXPECT_FALSE(measures.bandwidth);
    EXPECT_EQ(measures.mtu, Bytes{1400});
}

} // namespace
} // namespace suanlu::paths
