// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>

#include "controller/paths/fastest_list.hpp"
#include "controller/paths/segments/walk_list.hpp"
#include "tests/unit/controller/path_network.hpp"

namespace suanlu {
namespace {

using paths::kInfinite;
using test::Edge, test::kBlock, test::lab_edges, test::link, test::make_net, test::Net, test::Network,
    test::site_at;

std::vector<PathPlan> compile(const Net& net, const Site& site, std::vector<PathPlan> previous = {}) {
    auto paths = compile_site_paths(net->forwarding, {&site, "R0", kBlock, std::move(previous)});
    EXPECT_TRUE(paths) << (paths ? "" : paths.error().detail);
    return paths ? *paths : std::vector<PathPlan>{};
}

TEST(SitePaths, PrimaryIsTheFastest_PinnedAgainstEqualHops) {
    const Net net = make_net(6, lab_edges());
    const Site site = site_at({4, 5});
    const auto paths = compile(net, site);
    ASSERT_EQ(paths.size(), 2U);
    // Two hops lead to R4 over R1 and over R2, so R1 must be named.
    EXPECT_EQ(paths[0].segments.text(), "R1 R4");
    EXPECT_EQ(paths[0].destination6.text(), "fc00:0:2:5:f006::");
    EXPECT_EQ(paths[0].delay, Microseconds{900});
    EXPECT_EQ(paths[0].mtu, Bytes{1540});
    EXPECT_EQ(paths[0].links, (std::vector<std::string>{"R0>R1", "R1>R4"}));
}

TEST(SitePaths, BackupSharesNothing_AndUsesTheOtherAttachment) {
    const Net net = make_net(6, lab_edges());
    const auto paths = compile(net, site_at({4, 5}));
    EXPECT_EQ(paths[1].egress, "R5");
    EXPECT_EQ(paths[1].links, (std::vector<std::string>{"R0>R2", "R2>R5"}));
}

TEST(SitePaths, EveryAttachmentHasAPath) {
    const Net net = make_net(6, lab_edges());
    const Site site = site_at({4, 5, 3, 2});
    const auto paths = compile(net, site);
    ASSERT_EQ(paths.size(), 4U);
    std::set<std::string> egresses;
    std::set<std::uint32_t> ids;
    for (const PathPlan& path : paths) {
        egresses.insert(path.egress);
        ids.insert(path.id.value);
        EXPECT_TRUE(check_path(net->forwarding, "R0", path)) << path.egress;
    }
    EXPECT_EQ(egresses, (std::set<std::string>{"R2", "R3", "R4", "R5"}));
    EXPECT_EQ(ids.size(), 4U);
    const auto again = compile(net, site, paths);
    EXPECT_EQ(again, paths) << "nothing moves without a reason";
}

TEST(SitePaths, SingleAttachment_BackupAvoidsThePrimarysRouters) {
    const Net net = make_net(6, lab_edges());
    const auto paths = compile(net, site_at({4}));
    ASSERT_EQ(paths.size(), 2U);
    EXPECT_EQ(paths[1].links, (std::vector<std::string>{"R0>R2", "R2>R4"}));
}

TEST(SitePaths, SurvivingPath_KeepsItsId_WhenTheOtherDies) {
    const Site site = site_at({4, 5});
    const auto before = compile(make_net(6, lab_edges()), site);
    auto edges = lab_edges();
    std::erase_if(edges, [](const Edge& e) { return e.a == 4; });
    const auto after = compile(make_net(6, edges), site, before);
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
    const auto before = compile(make_net(6, lab_edges()), site);
    auto edges = lab_edges();
    edges[5].delay = 2600; // R4-R1: 3200 us now, the fastest other way 2800 us
    const auto slower = compile(make_net(6, edges), site, before);
    EXPECT_EQ(slower[0].id, before[0].id);
    edges[5].delay = 9000;
    const auto other = compile(make_net(6, edges), site, slower);
    EXPECT_NE(other[0].id, before[0].id);
    EXPECT_EQ(other[0].links, (std::vector<std::string>{"R0>R1", "R1>R2", "R2>R4"}));
}

TEST(SitePaths, UnreachableSite_SaysWhy) {
    const Net net = make_net(6, {{0, 1, 10}});
    const Site site = site_at({4});
    const auto paths = compile_site_paths(net->forwarding, {&site, "R0", kBlock, {}});
    ASSERT_FALSE(paths);
    EXPECT_NE(paths.error().detail.find("no way with known delays to R4"), std::string::npos);
}

TEST(CheckPath, ForgedPlans_AreRefused) {
    const Net net = make_net(6, lab_edges());
    const PathPlan good = compile(net, site_at({4}))[0];
    EXPECT_TRUE(check_path(net->forwarding, "R0", good));
    const auto is_refused = [&](const auto& forge) {
        PathPlan path = good;
        forge(path);
        return !check_path(net->forwarding, "R0", path);
    };
    EXPECT_TRUE(is_refused([](PathPlan& p) { p.mtu = {2001}; }));
    EXPECT_TRUE(is_refused([](PathPlan& p) { p.delay = {1}; }));
    EXPECT_TRUE(is_refused([](PathPlan& p) { p.links.pop_back(); }));
    EXPECT_TRUE(is_refused([](PathPlan& p) { p.segments.segments = {{"R4", 5}}; })) << "two equal ways";
    EXPECT_TRUE(is_refused([](PathPlan& p) { p.segments.segments[0].node = "nowhere"; }));
    EXPECT_TRUE(is_refused([](PathPlan& p) { p.destination6.bytes[5] = 9; }));
    EXPECT_TRUE(is_refused([](PathPlan& p) { p.egress = "R5"; }));
}

TEST(SitePaths, LinkThatLostItsDelay_IsLeft_NotCalledFast) {
    const Site site = site_at({4});
    const auto before = compile(make_net(6, lab_edges()), site);
    ASSERT_EQ(before[0].links[1], "R1>R4");
    auto edges = lab_edges();
    edges[5].delay = kUnreachableDelay.value;
    const auto after = compile(make_net(6, edges), site, before);
    ASSERT_FALSE(after.empty());
    EXPECT_EQ(after[0].links.back(), "R2>R4");
}

TEST(SitePaths, BackupOverABridge_SharesOnlyTheBridge) {
    // R0 - R1 is the only way out; behind it two ways.
    const Net net = make_net(5, {{0, 1, 10}, {1, 2, 10}, {2, 4, 10}, {1, 3, 50}, {3, 4, 50}});
    const auto paths = compile(net, site_at({4}));
    ASSERT_EQ(paths.size(), 2U);
    EXPECT_EQ(paths[1].links, (std::vector<std::string>{"R0>R1", "R1>R3", "R3>R4"}));
}

TEST(SitePaths, HopThatNeedsAnAdjacencySid_IsGoneRound) {
    // Two equal links R0-R1 cannot be told apart by R1's node SID; the way over R2 can be named.
    const Net net = make_net(3, {{0, 1, 10}, {0, 1, 20}, {0, 2, 100}, {2, 1, 100}});
    const auto paths = compile(net, site_at({1}));
    ASSERT_EQ(paths.size(), 1U);
    EXPECT_EQ(paths[0].links, (std::vector<std::string>{"R0>R2", "R2>R1"}));
    const Site alone = site_at({1});
    const auto none =
        compile_site_paths(make_net(2, {{0, 1, 10}, {0, 1, 20}})->forwarding, {&alone, "R0", kBlock, {}});
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

Net chain_net(std::uint8_t msd) {
    std::vector<Router> routers;
    for (std::size_t n = 0; n < 4; ++n) {
        routers.push_back(test::make_router(n));
        routers.back().msd = msd;
    }
    Topology topology(std::move(routers), {}, {2000}, std::chrono::seconds(10));
    topology.set_static(chain_links());
    return std::make_unique<Network>(topology.view());
}

TEST(SitePaths, MsdOfTheIngress_ShortensTheList_OrRefuses) {
    const Site site = site_at({3});
    const auto delay_with = [&](std::uint8_t msd) {
        const auto paths = compile_site_paths(chain_net(msd)->forwarding, {&site, "R0", kBlock, {}});
        return paths ? (*paths)[0].delay.value : 0U;
    };
    EXPECT_EQ(delay_with(6), 30U + 100U) << "R1, R2, R3 named";
    EXPECT_EQ(delay_with(3), 510U + 100U) << "two ids for the way: one node and the egress";
    EXPECT_EQ(delay_with(2), 900U + 100U) << "only the egress";
    EXPECT_EQ(delay_with(1), 0U);
    EXPECT_EQ(delay_with(0), 0U);
}

Net random_net(std::mt19937& random, std::size_t n) {
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
    return std::make_unique<Network>(topology.view());
}

/// Delay of a list of node SIDs; kInfinite when it loops, meets equal paths or a black hole.
std::uint32_t delay_of(const Net& net, std::vector<std::uint32_t> routers) {
    paths::PathList list;
    for (const std::uint32_t router : routers) {
        list.push_back(paths::node_segment(net->graph.view(), router));
    }
    const auto walked = paths::walk_list(net->forwarding, 0, list);
    return walked && walked->is_single ? walked->longest_delay : kInfinite;
}

TEST(FastestList, AgreesWithTryingEveryList) {
    std::mt19937 random(11);
    std::size_t found = 0;
    for (int round = 0; round < 60; ++round) {
        const std::uint32_t n = 4 + random() % 5;
        const Net net = random_net(random, n);
        std::uint32_t best = kInfinite;
        for (std::uint32_t a = 0; a < n; ++a) {
            for (std::uint32_t b = 0; b < n; ++b) {
                best = std::min(best, delay_of(net, {a, b, n - 1}));
            }
        }
        if (best == kInfinite) {
            continue; // every list loops or meets equal paths; what the search then says is refused by the
                      // walk
        }
        const auto list =
            paths::fastest_list(net->forwarding, 0, n - 1, 3, paths::weights_of(net->graph, {}));
        ASSERT_TRUE(list);
        std::vector<std::uint32_t> routers;
        for (const paths::PathSegment& segment : *list) {
            routers.push_back(segment.router);
        }
        EXPECT_LE(routers.size(), 3U);
        EXPECT_EQ(delay_of(net, routers), best);
        ++found;
    }
    EXPECT_GT(found, 20U);
}

} // namespace
} // namespace suanlu
