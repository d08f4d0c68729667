// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "controller/paths/graph/tree.hpp"
#include "tests/unit/paths/engine/random_network.hpp"
#include "tests/unit/paths/graph/oracles.hpp"

namespace suanlu::paths {
namespace {

Graph network_of(std::uint32_t routers, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& links) {
    auto view = std::make_shared<TopologyView>();
    view->routers.resize(routers);
    for (const auto& [from, to] : links) {
        TopologyLink link;
        link.from = from;
        link.to = to;
        view->links.push_back(link);
    }
    sort_links(view->links);
    return Graph(view);
}

// Every parent link is tight, and going up its length adds up to the distance.
void expect_tree(const Graph& graph, const Weights& weights, const Tree& tree) {
    for (std::uint32_t router = 0; router < graph.routers(); ++router) {
        const bool has_parent = router != tree.root && tree.distance[router] < kInfinite;
        ASSERT_EQ(tree.parent[router] != kNone, has_parent) << router;
        if (!has_parent) {
            continue;
        }
        ASSERT_TRUE(is_tight(graph, tree, weights, tree.parent[router]));
        const Walk walk = walk_of(graph, tree, router);
        std::uint32_t length = 0;
        for (const std::uint32_t link : walk) {
            length = add(length, weights[link]);
        }
        ASSERT_EQ(length, tree.distance[router]);
        const bool is_from = tree.direction == Direction::kFrom;
        ASSERT_EQ(graph.from(walk.front()), is_from ? tree.root : router);
        ASSERT_EQ(graph.to(walk.back()), is_from ? router : tree.root);
    }
}

TEST(TreeSearch, RandomNetworks_EqualBoostAndLemon) {
    std::mt19937 random(11);
    for (int round = 0; round < 1500; ++round) {
        const auto routers = 1 + static_cast<std::uint32_t>(random() % (round % 50 == 0 ? 300 : 30));
        const Graph graph =
            random_graph(random, routers, static_cast<std::uint32_t>(random() % (routers * 4)));
        const std::uint32_t most = round % 3 == 0 ? 10 : round % 3 == 1 ? 20000 : kFarthest;
        const Weights weights = random_weights(random, graph.links(), most);
        TreeSearch search(graph);
        Tree tree;
        for (const Direction direction : {Direction::kFrom, Direction::kTo}) {
            search.run(weights, static_cast<std::uint32_t>(random() % routers), direction, tree);
            ASSERT_EQ(tree.distance, boost_distances(graph, weights, tree.root, direction)) << round;
            const auto lemon = lemon_distances(graph, weights, tree.root, direction);
            ASSERT_TRUE(lemon.empty() || lemon == tree.distance) << round;
            expect_tree(graph, weights, tree);
        }
    }
}

TEST(TreeSearch, OneRouter_ReachesItself) {
    const Graph graph = network_of(1, {});
    EXPECT_EQ(shortest_tree(graph, {}, 0).distance, std::vector<std::uint32_t>{0});
    const Graph looped = network_of(1, {{0, 0}});
    EXPECT_EQ(shortest_tree(looped, {7}, 0).parent, std::vector<std::uint32_t>{kNone});
}

TEST(TreeSearch, ParallelLinks_TakeTheShorter) {
    const Graph graph = network_of(2, {{0, 1}, {0, 1}, {0, 1}});
    const Tree tree = shortest_tree(graph, {9, 4, kInfinite}, 0);
    EXPECT_EQ(tree.distance[1], 4U);
    EXPECT_EQ(tree.parent[1], 1U);
}

TEST(TreeSearch, FartherThanFarthest_IsUnreachable) {
    const Graph graph = network_of(3, {{0, 1}, {1, 2}});
    EXPECT_EQ(shortest_tree(graph, {kFarthest, 0}, 0).distance[2], kFarthest);
    EXPECT_EQ(shortest_tree(graph, {kFarthest, 1}, 0).distance[2], kInfinite);
    EXPECT_EQ(shortest_tree(graph, {kFarthest, kFarthest}, 0).distance[2], kInfinite);
}

TEST(TreeSearch, WeightsThatChangeTheBuckets_DoNotDisturbTheNextRun) {
    const Graph graph = network_of(3, {{0, 1}, {1, 2}});
    TreeSearch search(graph);
    Tree tree;
    for (const std::uint32_t weight : {1U, 1000000U, 0U, 500000000U, 3U}) {
        search.run({weight, weight}, 0, Direction::kFrom, tree);
        EXPECT_EQ(tree.distance, (std::vector<std::uint32_t>{0, weight, 2 * weight}));
    }
}

TEST(Add, SaturatesAtInfinite) {
    EXPECT_EQ(add(kFarthest, 0), kFarthest);
    EXPECT_EQ(add(kFarthest, 1), kInfinite);
    EXPECT_EQ(add(kInfinite, 0), kInfinite);
    EXPECT_EQ(add(kInfinite, kInfinite), kInfinite);
}

} // namespace
} // namespace suanlu::paths
