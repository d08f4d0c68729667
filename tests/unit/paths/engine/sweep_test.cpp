// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "controller/paths/engine/sweep.hpp"
#include "controller/topology/files/topology_file.hpp"
#include "tests/bench/paths/generators.hpp"
#include "tests/unit/paths/engine/random_network.hpp"
#include "tests/unit/paths/graph/oracles.hpp"

namespace suanlu::paths {
namespace {

constexpr Direction kDirections[] = {Direction::kFrom, Direction::kTo};

std::vector<Isa> supported() {
    std::vector<Isa> out;
    for (const Isa isa : {Isa::kPortable, Isa::kAvx2, Isa::kAvx512}) {
        if (is_supported(isa)) {
            out.push_back(isa);
        }
    }
    return out;
}

std::vector<std::uint32_t> random_roots(std::mt19937& random, std::uint32_t routers, std::size_t count) {
    std::vector<std::uint32_t> roots(count);
    for (std::uint32_t& root : roots) {
        root = static_cast<std::uint32_t>(random() % routers);
    }
    return roots;
}

// All columns against the search, those beyond the roots against kInfinite.
void expect_searched(const Graph& graph, const Weights& weights, const Distances& found) {
    ASSERT_EQ(found.routers, graph.routers());
    ASSERT_EQ(found.stride, (found.roots.size() + 15) / 16 * 16);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(found.rows.data()) % 64, 0U);
    TreeSearch search(graph);
    Tree tree;
    for (std::size_t column = 0; column < found.stride; ++column) {
        const bool is_root = column < found.roots.size();
        if (is_root) {
            search.run(weights, found.roots[column], found.direction, tree);
        }
        for (std::uint32_t router = 0; router < graph.routers(); ++router) {
            ASSERT_EQ(found.at(router, column), is_root ? tree.distance[router] : kInfinite)
                << "router " << router << " column " << column;
        }
    }
}

// One engine per instruction set, and the searches.
void expect_all_equal(const Graph& graph, const Weights& weights, const std::vector<std::uint32_t>& roots,
                      const EliminationLimits& limits = {}) {
    for (const Direction direction : kDirections) {
        Rows first;
        for (const Isa isa : supported()) {
            SweepEngine engine(graph, isa, limits);
            engine.set_weights(weights);
            const Distances found = engine.many(roots, direction);
            if (first.empty()) {
                expect_searched(graph, weights, found);
                first = found.rows;
            }
            ASSERT_EQ(found.rows, first) << to_string(isa);
        }
    }
}

// From "take out all" to "take out nothing but leaves".
EliminationLimits limits_of(std::uint32_t kind) {
    switch (kind % 4) {
    case 0:
        return {};
    case 1:
        return {1000, 0, 255};
    case 2:
        return {1000, 0, 1};
    default:
        return {1, 3, 4};
    }
}

TEST(SweepEngine, RandomNetworks_EqualSearchesOnEveryIsa) {
    std::mt19937 random(5);
    for (std::uint32_t round = 0; round < 600; ++round) {
        const auto routers = 1 + static_cast<std::uint32_t>(random() % (round % 40 == 0 ? 250 : 40));
        const Graph graph =
            random_graph(random, routers, static_cast<std::uint32_t>(random() % (routers * 4)));
        const std::uint32_t most = round % 3 == 0 ? 10 : round % 3 == 1 ? 20000 : kFarthest;
        const Weights weights = random_weights(random, graph.links(), most);
        expect_all_equal(graph, weights, random_roots(random, routers, 1 + random() % 70), limits_of(round));
        ASSERT_FALSE(HasFatalFailure()) << "round " << round;
    }
}

TEST(SweepEngine, RandomNetworks_EqualBoostAndLemon) {
    std::mt19937 random(6);
    for (std::uint32_t round = 0; round < 1000; ++round) {
        const auto routers = 1 + static_cast<std::uint32_t>(random() % 30);
        const Graph graph =
            random_graph(random, routers, static_cast<std::uint32_t>(random() % (routers * 4)));
        const Weights weights = random_weights(random, graph.links(), 5000);
        SweepEngine engine(graph, widest_isa(), limits_of(round));
        engine.set_weights(weights);
        const auto root = static_cast<std::uint32_t>(random() % routers);
        for (const Direction direction : kDirections) {
            const Distances found = engine.many({&root, 1}, direction);
            const auto boost = boost_distances(graph, weights, root, direction);
            const auto lemon = lemon_distances(graph, weights, root, direction);
            ASSERT_TRUE(lemon.empty() || lemon == boost);
            for (std::uint32_t router = 0; router < routers; ++router) {
                ASSERT_EQ(found.at(router, 0), boost[router]) << "round " << round << " router " << router;
            }
        }
    }
}

TEST(SweepEngine, EveryNumberOfRoots_FillsItsColumns) {
    std::mt19937 random(7);
    const Graph graph = random_graph(random, 60, 150);
    const Weights weights = random_weights(random, graph.links(), 1000);
    SweepEngine engine(graph);
    engine.set_weights(weights);
    for (std::size_t count = 0; count <= 70; ++count) {
        expect_searched(graph, weights, engine.many(random_roots(random, 60, count), Direction::kTo));
        ASSERT_FALSE(HasFatalFailure()) << count;
    }
}

TEST(SweepEngine, RootsRepeated_GiveTheSameColumn) {
    std::mt19937 random(8);
    const Graph graph = random_graph(random, 20, 60);
    expect_all_equal(graph, random_weights(random, graph.links(), 99), std::vector<std::uint32_t>(40, 3));
}

TEST(SweepEngine, WeightsAgainAndAgain_ForgetTheOldOnes) {
    std::mt19937 random(9);
    const Graph graph = random_graph(random, 80, 240);
    SweepEngine engine(graph);
    Distances found;
    for (int round = 0; round < 20; ++round) {
        const Weights weights = random_weights(random, graph.links(), round % 2 == 0 ? 50 : kFarthest);
        engine.set_weights(weights);
        engine.many(random_roots(random, 80, 1 + random() % 40), kDirections[round % 2], found);
        expect_searched(graph, weights, found);
    }
}

TEST(SweepEngine, NoLinksOneRouterOnlyLoops_ReachOnlyThemselves) {
    for (const std::uint32_t routers : {1U, 2U, 33U}) {
        auto view = std::make_shared<TopologyView>();
        view->routers.resize(routers);
        const Graph empty(view);
        expect_all_equal(empty, {}, {0, routers - 1});
        auto looped = std::make_shared<TopologyView>(*view);
        looped->links.resize(routers);
        for (std::uint32_t router = 0; router < routers; ++router) {
            looped->links[router].from = looped->links[router].to = router;
        }
        expect_all_equal(Graph(looped), Weights(routers, 0), {0, routers - 1});
    }
}

TEST(SweepEngine, FartherThanFarthest_IsUnreachable) {
    auto view = std::make_shared<TopologyView>();
    view->routers.resize(6);
    for (std::uint32_t router = 0; router + 1 < 6; ++router) {
        view->links.emplace_back();
        view->links.back().from = router;
        view->links.back().to = router + 1;
    }
    const Graph graph(view);
    for (const std::uint32_t kind : {0U, 1U, 2U, 3U}) {
        expect_all_equal(graph, {kFarthest, 0, 0, 1, 0}, {0, 1, 2, 3, 4, 5}, limits_of(kind));
        expect_all_equal(graph, Weights(5, kFarthest), {0, 1, 2, 3, 4, 5}, limits_of(kind));
        expect_all_equal(graph, Weights(5, kInfinite), {0, 5}, limits_of(kind));
    }
}

TEST(SweepEngine, CarrierAndPreferentialNetworks_EqualSearches) {
    for (const auto& list :
         {bench::hierarchical(1200, 1), bench::preferential(700, 2, 2), bench::preferential(150, 5, 3)}) {
        const Graph graph(bench::view_of(bench::shuffled(list, 4)));
        std::mt19937 random(10);
        expect_all_equal(graph, weights_of(graph, {}), random_roots(random, graph.routers(), 70));
    }
}

TEST(SweepEngine, ResultsLargerThanTheCache_AreTheSame) {
    const Graph graph(bench::view_of(bench::hierarchical(12000, 1)));
    const Weights weights = weights_of(graph, {});
    std::mt19937 random(12);
    const auto roots = random_roots(random, graph.routers(), 192);
    Rows first;
    for (const Isa isa : supported()) {
        SweepEngine engine(graph, isa);
        engine.set_weights(weights);
        const Distances found = engine.many(roots, Direction::kTo);
        if (first.empty()) {
            first = found.rows;
            const Tree tree = shortest_tree(graph, weights, roots[70], Direction::kTo);
            for (std::uint32_t router = 0; router < graph.routers(); ++router) {
                ASSERT_EQ(found.at(router, 70), tree.distance[router]);
            }
        }
        ASSERT_TRUE(found.rows == first) << to_string(isa);
    }
}

TEST(SweepEngine, StarAndRing_StaySmallAndQuick) {
    bench::EdgeList star{20000, {}}, ring{20000, {}};
    for (std::uint32_t router = 1; router < 20000; ++router) {
        star.edges.push_back({0, router, router});
        ring.edges.push_back({router - 1, router, 1});
    }
    ring.edges.push_back({19999, 0, 1});
    for (const auto& list : {star, ring}) {
        const Graph graph(bench::view_of(list));
        SweepEngine engine(graph);
        const Weights weights = weights_of(graph, {});
        engine.set_weights(weights);
        const std::uint32_t roots[] = {0, 777, 19999};
        expect_searched(graph, weights, engine.many(roots, Direction::kFrom));
        EXPECT_LT(engine.contraction().memory(), std::size_t{200} * graph.links());
    }
}

TEST(SweepEngine, Memory_StaysBelow200BytesPerLink) {
    for (const auto& list : {bench::hierarchical(5000, 1), bench::preferential(5000, 2, 1)}) {
        const Graph graph(bench::view_of(list));
        SweepEngine engine(graph);
        engine.set_weights(weights_of(graph, {}));
        std::mt19937 random(13);
        static_cast<void>(engine.many(random_roots(random, graph.routers(), 64), Direction::kTo));
        EXPECT_LT(engine.memory(), std::size_t{200} * graph.links());
    }
}

TEST(SweepEngine, PublishedNetworks_EqualSearchesAndBoost) {
    const char* given = std::getenv("SUANLU_DATA");
    const auto folder = std::filesystem::path(given != nullptr ? given : "../shared/data") / "topologies";
    if (!std::filesystem::is_directory(folder)) {
        GTEST_SKIP() << "no " << folder.string()
                     << "; set SUANLU_DATA to the folder of the published networks";
    }
    std::size_t networks = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
        auto read = file.is_regular_file() ? load_topology(file.path().string())
                                           : Result<ReadTopology>(Error{Errc::kNotFound, "folder"});
        if (!read || read->view.routers.empty()) {
            continue; // traffic matrices, notes
        }
        ++networks;
        const Graph graph(std::make_shared<TopologyView>(std::move(read->view)));
        std::mt19937 random(14);
        for (const Metric metric : {Metric::kIgp, Metric::kDelay}) {
            MetricView view;
            view.metric = metric;
            const Weights weights = weights_of(graph, view);
            expect_all_equal(graph, weights, random_roots(random, graph.routers(), 18));
            const auto root = static_cast<std::uint32_t>(random() % graph.routers());
            ASSERT_EQ(shortest_tree(graph, weights, root).distance,
                      boost_distances(graph, weights, root, Direction::kFrom));
            ASSERT_FALSE(HasFatalFailure()) << file.path();
        }
    }
    EXPECT_GE(networks, 30U);
}

} // namespace
} // namespace suanlu::paths
