// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "controller/paths/engine/batch_engine.hpp"
#include "tests/unit/paths/engine/random_network.hpp"

namespace suanlu::paths {
namespace {

std::vector<std::uint32_t> random_roots(std::mt19937& random, std::uint32_t routers, std::size_t count) {
    std::vector<std::uint32_t> roots(count);
    std::generate(roots.begin(), roots.end(), [&] { return static_cast<std::uint32_t>(random() % routers); });
    return roots;
}

void expect_searched(const Graph& graph, const Weights& weights, const Distances& distances) {
    ASSERT_EQ(distances.routers, graph.routers());
    for (std::size_t column = 0; column < distances.stride; ++column) {
        std::vector<std::uint32_t> expected(graph.routers(), kInfinite);
        if (column < distances.roots.size()) {
            expected = shortest_tree(graph, weights, distances.roots[column], distances.direction).distance;
        }
        for (std::uint32_t router = 0; router < graph.routers(); ++router) {
            ASSERT_EQ(distances.at(router, column), expected[router]) << "column " << column;
        }
    }
}

void expect_kept(const BatchEngine& engine, std::span<const std::uint32_t> roots, Direction direction) {
    ASSERT_EQ(engine.kept(), roots.size());
    for (std::size_t column = 0; column < roots.size(); ++column) {
        const Tree full = shortest_tree(engine.graph(), engine.weights(), roots[column], direction);
        const auto kept = engine.kept_distances(column);
        ASSERT_TRUE(std::equal(kept.begin(), kept.end(), full.distance.begin(), full.distance.end()));
    }
}

BatchOptions only_with(Engine engine) {
    BatchOptions options;
    options.only = engine;
    return options;
}

constexpr Engine kEngines[] = {Engine::kSingle, Engine::kSweep, Engine::kIncremental, Engine::kCuda};

TEST(BatchEngine, EveryEngine_EqualsSearches) {
    for (const Engine only : kEngines) {
        std::mt19937 random(11);
        for (std::uint32_t round = 0; round < 8; ++round) {
            const Graph graph = random_graph(random, 1 + round * 12, round * 30);
            BatchEngine engine(graph, only_with(only));
            engine.set_weights(random_weights(random, graph.links(), 3000));
            const auto roots = random_roots(random, graph.routers(), 1 + round * 5);
            for (const Direction direction : {Direction::kFrom, Direction::kTo}) {
                expect_searched(graph, engine.weights(), engine.many_to_all(roots, direction));
                ASSERT_FALSE(HasFatalFailure()) << to_string(only) << " round " << round;
            }
        }
    }
}

TEST(BatchEngine, KeptTreesUnderChanges_EqualSearches) {
    for (const Engine only : kEngines) {
        std::mt19937 random(12);
        const Graph graph = random_graph(random, 60, 150);
        BatchEngine engine(graph, only_with(only));
        engine.set_weights(random_weights(random, graph.links(), 900));
        const auto roots = random_roots(random, graph.routers(), 5);
        ASSERT_TRUE(engine.keep(roots, Direction::kTo));
        for (int step = 0; step < 25; ++step) {
            const auto link = static_cast<std::uint32_t>(random() % graph.links());
            const WeightChange change{link, random_weight(random, 900)};
            std::vector<std::vector<std::uint32_t>> before;
            for (std::size_t column = 0; column < roots.size(); ++column) {
                const auto kept = engine.kept_distances(column);
                before.emplace_back(kept.begin(), kept.end());
            }
            const std::vector<ChangedRow> rows = engine.apply({&change, 1});
            std::multiset<ChangedRow> expected;
            for (std::size_t column = 0; column < roots.size(); ++column) {
                for (std::uint32_t router = 0; router < graph.routers(); ++router) {
                    if (before[column][router] != engine.kept_distances(column)[router]) {
                        expected.insert({roots[column], router});
                    }
                }
            }
            EXPECT_EQ(std::multiset<ChangedRow>(rows.begin(), rows.end()), expected);
            expect_kept(engine, roots, Direction::kTo);
            ASSERT_FALSE(HasFailure()) << to_string(only) << " step " << step;
        }
    }
}

// Zero weights make the tree links ambiguous that the incremental engine finds in a sweep's distances.
TEST(BatchEngine, IncrementalAfterRefresh_EqualsSearches) {
    for (std::uint32_t seed = 0; seed < 12; ++seed) {
        std::mt19937 random(seed);
        const Graph graph = random_graph(random, 50, 130);
        BatchEngine engine(graph);
        const auto roots = random_roots(random, graph.routers(), 3);
        ASSERT_TRUE(engine.keep(roots, Direction::kFrom));
        for (int round = 0; round < 6; ++round) {
            engine.set_weights(random_weights(random, graph.links(), 4));
            for (int step = 0; step < 6; ++step) {
                const WeightChange change{static_cast<std::uint32_t>(random() % graph.links()),
                                          random_weight(random, 4)};
                engine.apply({&change, 1});
                expect_kept(engine, roots, Direction::kFrom);
                ASSERT_FALSE(HasFatalFailure()) << "seed " << seed << " round " << round << " step " << step;
            }
        }
    }
}

// A line of many routers, so that the estimates are far apart.
Graph line(std::uint32_t routers) {
    auto view = std::make_shared<TopologyView>();
    view->routers.resize(routers);
    for (std::uint32_t router = 0; router + 1 < routers; ++router) {
        TopologyLink link;
        link.from = router;
        link.to = router + 1;
        view->links.push_back(link);
        std::swap(link.from, link.to);
        view->links.push_back(link);
    }
    sort_links(view->links);
    return Graph(view);
}

TEST(BatchEngine, OneRoot_IsSearched) {
    const Graph graph = line(2000);
    BatchEngine engine(graph);
    engine.set_weights(Weights(graph.links(), 10));
    EXPECT_EQ(engine.many_to_all(std::vector<std::uint32_t>{7}, Direction::kTo).at(0, 0), 70U);
    EXPECT_EQ(engine.last_engine().engine, Engine::kSingle);
}

TEST(BatchEngine, ManyRoots_ShareASweep) {
    const Graph graph = line(2000);
    BatchEngine engine(graph);
    engine.set_weights(Weights(graph.links(), 10));
    std::mt19937 random(5);
    const auto roots = random_roots(random, graph.routers(), 200);
    const Distances distances = engine.many_to_all(roots, Direction::kTo);
    EXPECT_EQ(engine.last_engine().engine, Engine::kSweep);
    EXPECT_NE(engine.last_engine().reason.find("share a sweep"), std::string::npos);
    EXPECT_EQ(distances.at(0, 0), roots[0] * 10);
}

TEST(BatchEngine, RootsAskedForOneByOne_PayForTheOrderInTheEnd) {
    const Graph graph = line(500);
    BatchEngine engine(graph);
    engine.set_weights(Weights(graph.links(), 10));
    std::mt19937 random(6);
    std::set<Engine> ran;
    Distances distances;
    for (int call = 0; call < 40; ++call) {
        engine.many_to_all(random_roots(random, graph.routers(), 16), Direction::kFrom, distances);
        ran.insert(engine.last_engine().engine);
    }
    EXPECT_EQ(ran, (std::set<Engine>{Engine::kSingle, Engine::kSweep}));
    EXPECT_EQ(engine.last_engine().engine, Engine::kSweep);
}

TEST(BatchEngine, SizeOfTheChange_DecidesHowKeptTreesFollow) {
    const Graph graph = line(3000);
    BatchEngine engine(graph);
    engine.set_weights(Weights(graph.links(), 10));
    std::mt19937 random(7);
    const auto roots = random_roots(random, graph.routers(), 64);
    ASSERT_TRUE(engine.keep(roots, Direction::kTo));
    std::vector<WeightChange> changes;
    for (std::uint32_t link = 0; link < graph.links(); ++link) {
        changes.push_back({link, 11});
    }
    EXPECT_FALSE(engine.apply({changes.data(), 1}).empty());
    EXPECT_EQ(engine.last_engine().engine, Engine::kIncremental);
    EXPECT_FALSE(engine.apply(changes).empty());
    EXPECT_EQ(engine.last_engine().engine, Engine::kSweep);
    EXPECT_NE(engine.last_engine().reason.find("many changes"), std::string::npos);
    EXPECT_EQ(engine.kept_distances(0)[0], roots[0] * 11);
}

TEST(BatchEngine, MoreTreesThanTheMemoryAllowed_AreRefused) {
    const Graph graph = line(100);
    BatchOptions options;
    options.kept_bytes = 2000;
    BatchEngine engine(graph, options);
    engine.set_weights(Weights(graph.links(), 10));
    ASSERT_TRUE(engine.keep(std::vector<std::uint32_t>{1, 2}, Direction::kTo));
    const Status refused = engine.keep(std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6}, Direction::kTo);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kExhausted);
    EXPECT_EQ(engine.kept(), 2U);
}

} // namespace
} // namespace suanlu::paths
