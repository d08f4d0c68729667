// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

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

/// Every pair of a real topology: what compile gives must lead where it says, and the fastest pinned path is
/// no faster than the shortest.
TEST(SitePaths, RealTopologies_EveryListIsProven) {
    const char* configured = std::getenv("SUANLU_DATA");
    const std::filesystem::path data = configured != nullptr ? configured : "../shared/data";
    std::size_t pairs = 0;
    for (const char* name : {"Abilene", "Geant2012", "Cernet", "AttMpls"}) {
        const auto file = data / "topologies/repetita" / (std::string(name) + ".graph");
        if (!std::filesystem::exists(file)) {
            GTEST_SKIP() << "no test data at " << file << " (set SUANLU_DATA)";
        }
        const Graph graph(test::read_repetita(file).view());
        const ShortestTree from_first = graph.tree(0, Weight::kDelay);
        for (std::size_t egress = 1; egress < graph.routers(); ++egress) {
            const Site site = site_at({egress});
            const auto paths = compile_site_paths(graph, {&site, "R0", kBlock, {}});
            if (!paths) {
                continue; // needs an adjacency SID or more segments; the reason is in the error
            }
            ++pairs;
            for (const PathPlan& path : *paths) {
                EXPECT_TRUE(check_path(graph, "R0", path)) << name << " " << path.segments.text();
                EXPECT_GE(path.delay.value, from_first.distance[egress] + 100);
            }
        }
    }
    EXPECT_GT(pairs, 100U);
}

} // namespace
} // namespace suanlu
