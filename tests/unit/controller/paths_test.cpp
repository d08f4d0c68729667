// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>

#include "controller/paths/segments.hpp"
#include "controller/paths/site_paths.hpp"
#include "tests/unit/controller/repetita.hpp"

namespace suanlu {
namespace {

const Prefix6 kBlock = *Prefix6::parse("fc00:0::/32");

LinkState link(std::size_t from, std::size_t to, std::uint32_t delay, std::uint32_t metric = 10) {
    LinkState l;
    l.from = "R" + std::to_string(from);
    l.to = "R" + std::to_string(to);
    l.delay = Microseconds{delay};
    l.igp_metric = metric;
    return l;
}

struct Edge {
    std::size_t a;
    std::size_t b;
    std::uint32_t delay;
};

Graph make_graph(std::size_t routers, const std::vector<Edge>& edges) {
    std::vector<Router> all;
    for (std::size_t n = 0; n < routers; ++n) {
        all.push_back(test::make_router(n));
    }
    Topology topology(std::move(all), {}, {2000}, std::chrono::seconds(10));
    std::vector<LinkState> links;
    for (const Edge& e : edges) {
        links.push_back(link(e.a, e.b, e.delay));
        links.push_back(link(e.b, e.a, e.delay));
    }
    topology.set_static(std::move(links));
    return Graph(topology.view());
}

Attachment attachment(std::size_t egress) {
    Attachment a;
    a.egress = "R" + std::to_string(egress);
    a.sid6 = test::make_router(egress).locator.address;
    a.sid6.bytes[6] = 0xf0;
    a.sid6.bytes[7] = 0x06;
    a.delay = {100};
    a.mtu = {1500};
    return a;
}

Site site_at(std::vector<std::size_t> egresses) {
    Site s;
    s.id = {7};
    s.name = "mec";
    for (const std::size_t egress : egresses) {
        s.attachments.push_back(attachment(egress));
    }
    return s;
}

/// The smart-security core: R0 = ingress, R1..R3 = P1..P3, R4 and R5 = egresses of one site.
std::vector<Edge> lab_edges() {
    return {{0, 1, 500}, {0, 2, 2000}, {1, 2, 1000}, {1, 3, 1500}, {2, 3, 1000},
            {4, 1, 300}, {4, 2, 1200}, {5, 2, 800},  {5, 1, 900}};
}

std::vector<PathPlan> compile(const Graph& graph, const Site& site, std::vector<PathPlan> previous = {}) {
    auto paths = compile_site_paths(graph, {&site, "R0", kBlock, std::move(previous)});
    EXPECT_TRUE(paths) << (paths ? "" : paths.error().detail);
    return paths ? *paths : std::vector<PathPlan>{};
}

TEST(SitePaths, PrimaryIsTheFastest_PinnedAgainstEqualHops) {
    const Graph graph = make_graph(6, lab_edges());
    const Site site = site_at({4, 5});
    const auto paths = compile(graph, site);
    ASSERT_EQ(paths.size(), 2U);
    // Two hops lead to R4 over R1 and over R2, so R1 must be named.
    EXPECT_EQ(paths[0].segments.text(), "R1 R4");
    EXPECT_EQ(paths[0].destination6.text(), "fc00:0:2:5:f006::");
    EXPECT_EQ(paths[0].delay, Microseconds{900});
    EXPECT_EQ(paths[0].mtu, Bytes{1540});
    EXPECT_EQ(paths[0].links, (std::vector<std::string>{"R0>R1", "R1>R4"}));
}

TEST(SitePaths, BackupSharesNothing_AndUsesTheOtherAttachment) {
    const Graph graph = make_graph(6, lab_edges());
    const auto paths = compile(graph, site_at({4, 5}));
    EXPECT_EQ(paths[1].egress, "R5");
    EXPECT_EQ(paths[1].links, (std::vector<std::string>{"R0>R2", "R2>R5"}));
}

TEST(SitePaths, SingleAttachment_BackupAvoidsThePrimarysRouters) {
    const Graph graph = make_graph(6, lab_edges());
    const auto paths = compile(graph, site_at({4}));
    ASSERT_EQ(paths.size(), 2U);
    EXPECT_EQ(paths[1].links, (std::vector<std::string>{"R0>R2", "R2>R4"}));
}

TEST(SitePaths, SurvivingPath_KeepsItsId_WhenTheOtherDies) {
    const Site site = site_at({4, 5});
    const auto before = compile(make_graph(6, lab_edges()), site);
    auto edges = lab_edges();
    std::erase_if(edges, [](const Edge& e) { return e.a == 4; });
    const auto after = compile(make_graph(6, edges), site, before);
    ASSERT_GE(after.size(), 1U);
    EXPECT_EQ(after[0].egress, "R5");
    for (const PathPlan& path : after) {
        for (const PathPlan& old : before) {
            EXPECT_EQ(path.id == old.id, path.links == old.links && path.egress == old.egress);
        }
    }
}

TEST(SitePaths, SmallDelayChange_DoesNotMoveLiveFlows_LargeOneDoes) {
    const Site site = site_at({4});
    const auto before = compile(make_graph(6, lab_edges()), site);
    auto edges = lab_edges();
    edges[5].delay = 2600; // R4-R1: 3200 us now, the fastest other way 2800 us
    const auto slower = compile(make_graph(6, edges), site, before);
    EXPECT_EQ(slower[0].id, before[0].id);
    edges[5].delay = 9000;
    const auto other = compile(make_graph(6, edges), site, slower);
    EXPECT_NE(other[0].id, before[0].id);
    EXPECT_EQ(other[0].links, (std::vector<std::string>{"R0>R1", "R1>R2", "R2>R4"}));
}

TEST(SitePaths, UnreachableSite_SaysWhy) {
    const Graph graph = make_graph(6, {{0, 1, 10}});
    const Site site = site_at({4});
    const auto paths = compile_site_paths(graph, {&site, "R0", kBlock, {}});
    ASSERT_FALSE(paths);
    EXPECT_NE(paths.error().detail.find("no way with known delays to R4"), std::string::npos);
}

TEST(Pin, ParallelEqualLinks_NeedAnAdjacencySid) {
    const Graph graph = make_graph(2, {{0, 1, 10}, {0, 1, 20}});
    const auto pinned = pin(graph, 0, {0}, 5);
    ASSERT_TRUE(std::holds_alternative<PinFailure>(pinned));
    EXPECT_NE(std::get<PinFailure>(pinned).error.detail.find("adjacency SID"), std::string::npos);
}

TEST(Walk, ForgedLists_AreRefused) {
    const Graph graph = make_graph(6, lab_edges());
    EXPECT_FALSE(walk(graph, 0, {{{"R4", 5}}})) << "two equal ways";
    EXPECT_FALSE(walk(graph, 0, {{{"R1", 2}, {"R0", 1}}})) << "loop";
    EXPECT_FALSE(walk(graph, 0, {{{"nowhere", 9}}}));
    auto paths = compile(graph, site_at({4}));
    EXPECT_TRUE(check_path(graph, "R0", paths[0]));
    paths[0].mtu = {2001};
    EXPECT_FALSE(check_path(graph, "R0", paths[0]));
}

TEST(ShortestTree, RandomGraphs_AgreeWithBoost) {
    std::mt19937 random(5);
    using BoostGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                                             boost::property<boost::edge_weight_t, std::uint32_t>>;
    for (int round = 0; round < 40; ++round) {
        const std::size_t n = 3 + random() % 40;
        std::vector<Edge> edges;
        for (std::size_t k = 0; k < 2 * n; ++k) {
            edges.push_back({random() % n, random() % n, 1 + static_cast<std::uint32_t>(random() % 5000)});
        }
        const Graph graph = make_graph(n, edges);
        BoostGraph oracle(n);
        for (const TopologyLink& l : graph.view().links) {
            boost::add_edge(l.from, l.to, l.delay.value, oracle);
        }
        std::vector<std::uint32_t> expected(n);
        boost::dijkstra_shortest_paths(oracle, 0, boost::distance_map(expected.data()));
        EXPECT_EQ(graph.tree(0, Weight::kDelay).distance, expected);
    }
}

TEST(SitePaths, LinkThatLostItsDelay_IsLeft_NotCalledFast) {
    const Site site = site_at({4});
    const auto before = compile(make_graph(6, lab_edges()), site);
    ASSERT_EQ(before[0].links[1], "R1>R4");
    auto edges = lab_edges();
    edges[5].delay = kUnreachableDelay.value;
    const auto after = compile(make_graph(6, edges), site, before);
    ASSERT_FALSE(after.empty());
    EXPECT_EQ(after[0].links.back(), "R2>R4");
}

TEST(SitePaths, BackupOverABridge_SharesOnlyTheBridge) {
    // R0 - R1 is the only way out; behind it two ways.
    const Graph graph = make_graph(5, {{0, 1, 10}, {1, 2, 10}, {2, 4, 10}, {1, 3, 50}, {3, 4, 50}});
    const auto paths = compile(graph, site_at({4}));
    ASSERT_EQ(paths.size(), 2U);
    EXPECT_EQ(paths[1].links, (std::vector<std::string>{"R0>R1", "R1>R3", "R3>R4"}));
}

TEST(SitePaths, HopThatNeedsAnAdjacencySid_IsGoneRound) {
    // Two equal links R0-R1 cannot be told apart by R1's node SID; the way over R2 can be named.
    const Graph graph = make_graph(3, {{0, 1, 10}, {0, 1, 20}, {0, 2, 100}, {2, 1, 100}});
    const auto paths = compile(graph, site_at({1}));
    ASSERT_EQ(paths.size(), 1U);
    EXPECT_EQ(paths[0].links, (std::vector<std::string>{"R0>R2", "R2>R1"}));
    const Site alone = site_at({1});
    const auto none = compile_site_paths(make_graph(2, {{0, 1, 10}, {0, 1, 20}}), {&alone, "R0", kBlock, {}});
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().detail.find("adjacency SID"), std::string::npos);
}

/// A slow IGP short-cut 0-3 and a fast chain of three pinned hops.
std::vector<LinkState> chain_links() {
    std::vector<LinkState> links;
    for (const auto& [a, b, delay, metric] :
         {std::array{0, 1, 10, 30}, std::array{1, 2, 10, 30}, std::array{2, 3, 10, 30},
          std::array{0, 2, 500, 45}, std::array{1, 3, 500, 45}, std::array{0, 3, 900, 60}}) {
        for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
            links.push_back(link(static_cast<std::size_t>(from), static_cast<std::size_t>(to),
                                 static_cast<std::uint32_t>(delay), static_cast<std::uint32_t>(metric)));
        }
    }
    return links;
}

Graph chain_graph(std::uint8_t msd) {
    std::vector<Router> routers;
    for (std::size_t n = 0; n < 4; ++n) {
        routers.push_back(test::make_router(n));
        routers.back().msd = msd;
    }
    Topology topology(std::move(routers), {}, {2000}, std::chrono::seconds(10));
    topology.set_static(chain_links());
    return Graph(topology.view());
}

TEST(SitePaths, MsdOfTheIngress_ShortensTheList_OrRefuses) {
    const Site site = site_at({3});
    const auto delay_with = [&](std::uint8_t msd) {
        const auto paths = compile_site_paths(chain_graph(msd), {&site, "R0", kBlock, {}});
        return paths ? (*paths)[0].delay.value : 0U;
    };
    EXPECT_EQ(delay_with(6), 30U + 100U) << "R1, R2, R3 named";
    EXPECT_EQ(delay_with(3), 510U + 100U) << "two ids for the way: one node and the egress";
    EXPECT_EQ(delay_with(2), 900U + 100U) << "only the egress";
    EXPECT_EQ(delay_with(1), 0U);
    EXPECT_EQ(delay_with(0), 0U);
}

Graph random_graph(std::mt19937& random, std::size_t n) {
    std::vector<Router> routers;
    for (std::size_t k = 0; k < n; ++k) {
        routers.push_back(test::make_router(k));
    }
    Topology topology(std::move(routers), {}, {2000}, std::chrono::seconds(10));
    std::vector<LinkState> links;
    for (std::size_t k = 0; k < 2 * n; ++k) {
        const std::size_t a = random() % n;
        const std::size_t b = random() % n;
        const auto delay = static_cast<std::uint32_t>(1 + random() % 100);
        const auto metric = static_cast<std::uint32_t>(1 + random() % 20);
        links.push_back(link(a, b, delay, metric));
        links.push_back(link(b, a, delay, metric));
    }
    topology.set_static(std::move(links));
    return Graph(topology.view());
}

/// Delay of the fastest of all lists of three from R0 to the last router; kInfinite when none is proven.
std::uint32_t best_of_all_lists(const Graph& graph) {
    const auto name = [](std::size_t k) { return "R" + std::to_string(k); };
    const std::size_t n = graph.routers();
    std::uint32_t best = kInfinite;
    for (std::size_t a = 0; a < n; ++a) {
        for (std::size_t b = 0; b < n; ++b) {
            if (const auto walked = walk(graph, 0, {{{name(a), 1}, {name(b), 1}, {name(n - 1), 1}}})) {
                best = std::min(best, walked->delay.value);
            }
        }
    }
    return best;
}

TEST(FastestList, AgreesWithTryingEveryList) {
    std::mt19937 random(11);
    std::size_t found = 0;
    for (int round = 0; round < 60; ++round) {
        const std::size_t n = 4 + random() % 5;
        const Graph graph = random_graph(random, n);
        const std::uint32_t best = best_of_all_lists(graph);
        const auto list = fastest_list(graph, 0, static_cast<std::uint32_t>(n - 1), 3, {});
        if (best == kInfinite) {
            continue; // every list loops or meets equal paths; what the search then says is refused by walk
        }
        ASSERT_TRUE(list);
        EXPECT_LE(list->segments.size(), 3U);
        const auto walked = walk(graph, 0, *list);
        ASSERT_TRUE(walked) << walked.error().detail;
        EXPECT_EQ(walked->delay.value, best) << list->text();
        ++found;
    }
    EXPECT_GT(found, 20U);
}

TEST(Graph, MetricZero_IsNeverCalledUnique_MaximalMetricIsNoPath) {
    const auto with_metric = [](std::uint32_t metric) {
        Topology topology({test::make_router(0), test::make_router(1), test::make_router(2)}, {}, {2000},
                          std::chrono::seconds(10));
        topology.set_static({link(0, 1, 10), link(1, 0, 10), link(1, 2, 10, metric), link(2, 1, 10, metric)});
        return Graph(topology.view());
    };
    EXPECT_EQ(with_metric(5).igp_tree(0).count[2], 1U);
    EXPECT_EQ(with_metric(0).igp_tree(0).count[2], kInfinite);
    EXPECT_EQ(with_metric(kUnusableMetric).igp_tree(0).distance[2], kInfinite);
}

/// Random failures: whatever is given out is proven on the network as it then is, and uses no failed link.
TEST(SitePaths, LinksFailAtRandom_OnlyProvenPathsComeOut) {
    std::mt19937 random(13);
    const Site site = site_at({4, 5});
    std::vector<PathPlan> previous;
    for (int round = 0; round < 200; ++round) {
        auto edges = lab_edges();
        std::erase_if(edges, [&](const Edge&) { return random() % 5 == 0; });
        const Graph graph = make_graph(6, edges);
        const auto paths = compile_site_paths(graph, {&site, "R0", kBlock, previous});
        if (!paths) {
            continue;
        }
        std::set<std::uint32_t> ids;
        for (const PathPlan& path : *paths) {
            EXPECT_TRUE(check_path(graph, "R0", path));
            EXPECT_TRUE(ids.insert(path.id.value).second) << "an id twice";
            EXPECT_EQ(site_of(path.id), site.id);
        }
        previous = *paths;
    }
}

std::filesystem::path real_data() {
    const char* configured = std::getenv("SUANLU_DATA");
    return configured != nullptr ? configured : "../shared/data";
}

/// Pairs that got a path; every path is proven, and no faster than the fastest way.
std::size_t prove_from(const Graph& graph, std::size_t ingress) {
    std::size_t pairs = 0;
    const ShortestTree fastest = graph.tree(static_cast<std::uint32_t>(ingress), Weight::kDelay);
    const std::string name = "R" + std::to_string(ingress);
    for (std::size_t egress = 0; egress < graph.routers(); ++egress) {
        const Site site = site_at({egress});
        const auto paths = compile_site_paths(graph, {&site, name, kBlock, {}});
        if (!paths) {
            EXPECT_FALSE(paths.error().detail.empty());
            continue; // ingress itself, or it needs an adjacency SID: the reason is in the error
        }
        ++pairs;
        for (const PathPlan& path : *paths) {
            const Status proof = check_path(graph, name, path);
            EXPECT_TRUE(proof) << path.segments.text() << ": " << (proof ? "" : proof.error().detail);
            EXPECT_GE(path.delay.value, fastest.distance[egress] + 100);
        }
    }
    return pairs;
}

TEST(SitePaths, RealTopologies_EveryPairIsProven) {
    for (const char* name : {"Abilene", "Cernet", "AttMpls", "Chinanet", "Geant2012", "Uninett2010"}) {
        const auto file = real_data() / "topologies/repetita" / (std::string(name) + ".graph");
        if (!std::filesystem::exists(file)) {
            GTEST_SKIP() << "no test data at " << file << " (set SUANLU_DATA)";
        }
        const Graph graph(test::read_repetita(file).view());
        std::size_t pairs = 0;
        for (std::size_t ingress = 0; ingress < graph.routers(); ++ingress) {
            pairs += prove_from(graph, ingress);
        }
        const std::size_t all = graph.routers() * (graph.routers() - 1);
        EXPECT_GT(pairs, all * 9 / 10) << name << ": of " << all;
    }
}

TEST(SitePaths, LargeRealTopologies_SomeIngressesAreProven) {
    for (const char* name : {"GtsCe", "Cogentco", "rf1239_real_hard"}) {
        const auto file = real_data() / "topologies/repetita" / (std::string(name) + ".graph");
        if (!std::filesystem::exists(file)) {
            GTEST_SKIP() << "no test data at " << file << " (set SUANLU_DATA)";
        }
        const Graph graph(test::read_repetita(file).view());
        EXPECT_GT(prove_from(graph, 0) + prove_from(graph, graph.routers() / 2), graph.routers()) << name;
    }
}

} // namespace
} // namespace suanlu
