// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/disjoint.hpp"

#include <gtest/gtest.h>

#include "tests/unit/paths/query/small_network.hpp"

namespace suanlu::paths {
namespace {

struct BestPair {
    std::size_t shared = ~std::size_t{0};
    std::uint64_t total = ~std::uint64_t{0};
};

BestPair best_of_all(const Graph& graph, const PathQuery& query) {
    const std::vector<Walk> walks = walks_within(graph, query);
    const Weights weights = weights_of(graph, query.view, std::span(&query.from, 1));
    BestPair best;
    for (const Walk& a : walks) {
        for (const Walk& b : walks) {
            const std::size_t shared = shared_by(graph, query.disjoint, a, b).count();
            const std::uint64_t total = cost_of(weights, a) + cost_of(weights, b);
            if (shared < best.shared || (shared == best.shared && total < best.total)) {
                best = {shared, total};
            }
        }
    }
    return best;
}

PathQuery pair_query(const Graph& graph, Disjoint kind) {
    PathQuery query;
    query.to = graph.routers() - 1;
    query.view.metric = Metric::kIgp;
    query.disjoint = kind;
    return query;
}

void expect_best_pair(const Graph& graph, const PathQuery& query, std::size_t& answered) {
    const BestPair best = best_of_all(graph, query);
    const auto found = find_paths(graph, query);
    const bool is_there = best.total != ~std::uint64_t{0} && (query.fewest_shared || best.shared == 0);
    ASSERT_EQ(found.has_value(), is_there) << (found ? "" : found.error().text());
    if (!found) {
        EXPECT_NE(found.error().code, Errc::kExhausted);
        return;
    }
    ++answered;
    ASSERT_EQ(found->size(), 2U);
    const FoundPath &main = (*found)[0], &second = (*found)[1];
    const std::size_t shared = shared_by(graph, query.disjoint, main.links, second.links).count();
    EXPECT_TRUE(check_walk(graph, query.bounds, query.from, main.links));
    EXPECT_TRUE(check_walk(graph, query.bounds, query.from, second.links));
    EXPECT_LE(main.cost, second.cost);
    EXPECT_EQ(main.note.empty(), main.is_exact && shared == 0);
    if (!main.is_exact) { // of shared risk groups the fewest are not promised
        EXPECT_EQ(query.disjoint, Disjoint::kSrlg);
        EXPECT_GE(shared, best.shared);
        return;
    }
    EXPECT_EQ(shared, best.shared);
    EXPECT_EQ(main.cost + second.cost, best.total);
    EXPECT_EQ(main.cost_at_least, best.total);
}

void try_all_kinds(int seed, int rounds, bool has_bounds, std::size_t at_least) {
    std::mt19937 random(static_cast<std::uint32_t>(seed));
    std::size_t answered = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto routers = 3 + static_cast<std::uint32_t>(random() % 4);
        const Graph graph =
            graph_of(random_view(random, routers, 6 + static_cast<std::uint32_t>(random() % 8)));
        PathQuery query = pair_query(graph, static_cast<Disjoint>(1 + random() % 3));
        query.fewest_shared = random() % 2 == 0;
        if (has_bounds) {
            query.bounds = random_bounds(random, graph);
        }
        expect_best_pair(graph, query, answered);
        if (testing::Test::HasFailure()) {
            FAIL() << "round " << round << " kind " << static_cast<int>(query.disjoint) << " fewest "
                   << query.fewest_shared;
        }
    }
    EXPECT_GT(answered, at_least);
}

TEST(DisjointPair, RandomNetworks_SameAsTryingEveryPair) {
    try_all_kinds(11, 1500, false, 500);
}

TEST(DisjointPair, WithBounds_SameAsTryingEveryPair) {
    try_all_kinds(12, 2500, true, 250);
}

TEST(DisjointPair, ShortestPathIsATrap_IsNotTaken) {
    // The cheapest path R0 R1 R2 R3 leaves nothing disjoint; the best pair goes R0 R1 R3 and R0 R2 R3.
    const Graph graph = graph_of(sketch(4, {{0, 1, 1}, {1, 2, 1}, {2, 3, 1}, {0, 2, 4}, {1, 3, 4}}));
    for (const Disjoint kind : {Disjoint::kLink, Disjoint::kNode}) {
        const auto found = find_paths(graph, pair_query(graph, kind));
        ASSERT_TRUE(found);
        EXPECT_EQ((*found)[0].cost + (*found)[1].cost, 10U);
    }
}

TEST(DisjointPair, FreeLinkInTheMiddle_NotUsedInBothDirections) {
    const Graph graph = graph_of(sketch(4, {{0, 1, 1}, {1, 2, 0}, {2, 3, 1}, {0, 2, 4}, {1, 3, 4}}));
    const auto found = find_paths(graph, pair_query(graph, Disjoint::kLink));
    ASSERT_TRUE(found);
    EXPECT_EQ((*found)[0].links.size() + (*found)[1].links.size(), 4U);
}

TEST(DisjointPair, OneBridge_IsNamed) {
    const Graph graph = graph_of(sketch(4, {{0, 1, 1}, {0, 1, 2}, {1, 2, 1}, {2, 3, 1}, {2, 3, 1}}));
    PathQuery query = pair_query(graph, Disjoint::kLink);
    EXPECT_EQ(find_paths(graph, query).error().detail,
              "there are no two link-disjoint paths from R0 to R3: all pass R1>R2");
    query.fewest_shared = true;
    const auto found = find_paths(graph, query);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->front().note, "shares R1>R2");
}

TEST(DisjointPair, OneRouter_IsNamed) {
    const Graph graph = graph_of(sketch(3, {{0, 1, 1}, {0, 1, 2}, {1, 2, 1}, {1, 2, 1}}));
    EXPECT_NE(find_paths(graph, pair_query(graph, Disjoint::kNode)).error().detail.find("all pass R1"),
              std::string::npos);
    EXPECT_TRUE(find_paths(graph, pair_query(graph, Disjoint::kLink)));
}

TEST(DisjointPair, SecondTooSlow_RefusedWithoutTryingMains) {
    const Graph graph = graph_of(sketch(2, {{0, 1, 1, 10}, {0, 1, 1, 50}}));
    PathQuery query = pair_query(graph, Disjoint::kNode);
    query.bounds.max_delay = Microseconds{29};
    query.max_candidates = 0;
    const Error error = find_paths(graph, query).error();
    EXPECT_EQ(error.code, Errc::kRefused);
    EXPECT_NE(error.detail.find("the delay of both is above twice the bound"), std::string::npos);
}

TEST(DisjointPair, TooFewCandidates_SaysSo) {
    TopologyView view = sketch(2, {{0, 1, 1}, {0, 1, 2}, {0, 1, 3}, {0, 1, 9}, {0, 1, 9}}, true);
    for (std::size_t link = 0; link < 4; ++link) {
        view.links[link].srlgs = {7};
    }
    const Graph graph = graph_of(std::move(view));
    PathQuery query = pair_query(graph, Disjoint::kSrlg);
    EXPECT_TRUE(find_paths(graph, query)->front().is_exact);
    query.max_candidates = 1;
    const auto found = find_paths(graph, query);
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->front().is_exact);
    EXPECT_NE(found->front().note.find("not proven"), std::string::npos);
    query.max_candidates = 0;
    EXPECT_EQ(find_paths(graph, query).error().code, Errc::kExhausted);
}

} // namespace
} // namespace suanlu::paths
