// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/equal_cost.hpp"

#include <gtest/gtest.h>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <set>

#include "tests/unit/paths/query/small_network.hpp"

namespace suanlu::paths {
namespace {

TEST(EqualCost, RandomNetworks_SameLinksAndCountAsTryingEveryPath) {
    std::mt19937 random(41);
    std::size_t counted = 0;
    for (std::uint32_t round = 0; round < 1000; ++round) {
        const Graph graph = graph_of(random_view(random, 6, 12));
        Weights weights = weights_of(graph, {Metric::kIgp, {}, {}, 0, false});
        for (std::uint32_t& weight : weights) {
            weight = weight < kInfinite ? weight % 3 + round % 2 : weight; // ties
        }
        const EqualCost found = equal_cost(graph, weights, 0, 5);
        std::set<std::uint32_t> links;
        std::uint64_t paths = 0, least = kInfinite;
        const auto walks = all_walks(graph, weights, 0, 5);
        for (const Walk& walk : walks) {
            least = std::min(least, cost_of(weights, walk));
        }
        for (const Walk& walk : walks) {
            if (cost_of(weights, walk) == least) {
                ++paths;
                links.insert(walk.begin(), walk.end());
            }
        }
        ASSERT_EQ(found.distance, least) << round;
        if (found.paths) {
            ++counted;
            ASSERT_EQ(*found.paths, paths) << round;
            ASSERT_EQ(found.links, std::vector<std::uint32_t>(links.begin(), links.end())) << round;
        } else { // a ring without weight: its links are kept too
            for (const std::uint32_t link : links) {
                EXPECT_TRUE(std::binary_search(found.links.begin(), found.links.end(), link));
            }
        }
    }
    EXPECT_GT(counted, 500U);
}

TEST(EqualCost, LadderOfSquares_CountSaturates) {
    std::vector<LinkSketch> links;
    for (std::uint32_t hop = 0; hop < 70; ++hop) {
        links.push_back({hop, hop + 1, 1});
        links.push_back({hop, hop + 1, 1});
    }
    const Graph graph = graph_of(sketch(71, links, true));
    const Weights weights = weights_of(graph, {Metric::kIgp, {}, {}, 0, false});
    EXPECT_EQ(equal_cost(graph, weights, 0, 63).paths, std::uint64_t{1} << 63);
    EXPECT_EQ(equal_cost(graph, weights, 0, 70).paths, ~std::uint64_t{0});
    EXPECT_EQ(equal_cost_links(graph, weights, 0, 70).size(), 140U);
}

TEST(FindPaths, LargerNetworks_SameCostAsBoost) {
    using Boost = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                                        boost::property<boost::edge_weight_t, std::uint64_t>>;
    std::mt19937 random(42);
    for (int round = 0; round < 20; ++round) {
        const Graph graph = graph_of(random_view(random, 200, 420));
        PathQuery query;
        query.view = {Metric::kIgp, {}, {}, 0, false};
        const Weights weights = weights_of(graph, query.view);
        Boost oracle(graph.routers());
        for (std::uint32_t link = 0; link < graph.links(); ++link) {
            if (weights[link] < kInfinite) {
                boost::add_edge(graph.from(link), graph.to(link), weights[link], oracle);
            }
        }
        std::vector<std::uint64_t> distance(graph.routers());
        boost::dijkstra_shortest_paths(oracle, 0, boost::distance_map(distance.data()));
        for (query.to = 1; query.to < 200; query.to += 9) {
            const auto found = find_paths(graph, query);
            ASSERT_EQ(found.has_value(), distance[query.to] < kInfinite);
            if (found) {
                EXPECT_EQ(found->front().cost, distance[query.to]);
            }
        }
    }
}

} // namespace
} // namespace suanlu::paths
