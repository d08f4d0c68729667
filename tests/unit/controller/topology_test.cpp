// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/topology.hpp"

#include <gtest/gtest.h>

#include "tests/unit/controller/repetita.hpp"

namespace suanlu {
namespace {

constexpr MonoTime kStart{std::chrono::seconds(50)};

LinkState link(const char* from, const char* to, std::optional<Microseconds> delay = Microseconds{100}) {
    LinkState l;
    l.from = from;
    l.to = to;
    l.delay = delay;
    return l;
}

Topology three() {
    return Topology({test::make_router(0), test::make_router(1), test::make_router(2)},
                    {{{"R0", "R1"}, {9000}}}, {1500}, std::chrono::seconds(10));
}

TEST(Topology, OneWayLink_IsNotUsed) {
    Topology t = three();
    EXPECT_TRUE(t.report("P1", {link("R0", "R1"), link("R1", "R0"), link("R1", "R2")}, kStart));
    EXPECT_EQ(t.view()->links.size(), 2U);
    EXPECT_EQ(t.counters().one_way, 1U);
}

TEST(Topology, EqualContent_IsNoNewView) {
    Topology t = three();
    EXPECT_TRUE(t.report("P1", {link("R0", "R1"), link("R1", "R0")}, kStart));
    const auto before = t.view();
    EXPECT_FALSE(t.report("P1", {link("R1", "R0"), link("R0", "R1")}, kStart));
    EXPECT_EQ(t.view(), before);
}

TEST(Topology, UnknownRouter_IsCountedAndLeftOut) {
    Topology t = three();
    EXPECT_FALSE(t.report("P1", {link("R0", "X"), link("X", "R0")}, kStart));
    EXPECT_EQ(t.counters().unknown_router, 2U);
}

TEST(Topology, MissingDelay_IsUnknown_NotZero) {
    Topology t = three();
    EXPECT_TRUE(t.report("P1", {link("R0", "R1", std::nullopt), link("R1", "R0")}, kStart));
    EXPECT_EQ(t.view()->links[0].delay, kUnreachableDelay);
    EXPECT_EQ(t.counters().without_delay, 1U);
}

TEST(Topology, WhatTheInventoryDeclares_HoldsForTheIgpsLinkToo) {
    Topology t = three();
    LinkState declared = link("R0", "R1");
    declared.srlgs = {3, 7};
    declared.layer = LinkLayer::kOtn;
    declared.protection = Protection::kMacsec;
    declared.legal_area = "HK";
    t.set_declared({declared});
    LinkState told = link("R0", "R1");
    told.srlgs = {5, 7};
    told.te_metric = 9;
    EXPECT_TRUE(t.report("P1", {told, link("R1", "R0")}, kStart));
    const TopologyLink& there = t.view()->links.at(0);
    EXPECT_EQ(there.srlgs, (std::vector<std::uint32_t>{3, 5, 7}));
    EXPECT_EQ(there.layer, LinkLayer::kOtn);
    EXPECT_EQ(there.protection, Protection::kMacsec);
    EXPECT_EQ(there.legal_area, "HK");
    EXPECT_EQ(there.te_metric, 9U);
    EXPECT_EQ(t.view()->links.at(1).legal_area, "") << "declared for the other direction only";
}

TEST(Topology, SecondSource_WaitsUntilTheFirstFallsSilent) {
    Topology t = three();
    EXPECT_TRUE(t.report("P1", {link("R0", "R1"), link("R1", "R0")}, kStart));
    EXPECT_FALSE(t.report("P2", {}, kStart + std::chrono::seconds(9)));
    EXPECT_EQ(t.counters().standby_reports, 1U);
    EXPECT_TRUE(t.report("P2", {}, kStart + std::chrono::seconds(11)));
    EXPECT_EQ(t.source_in_force(), "P2");
    EXPECT_TRUE(t.view()->links.empty());
}

TEST(Topology, LinkNamedTwice_CountsOnce_ParallelLinksStay) {
    Topology t = three();
    std::vector<LinkState> links{link("R0", "R1"), link("R0", "R1"), link("R0", "R1"), link("R1", "R0")};
    links[0].local = links[1].local = *Ip6::parse("2001:db8::1");
    links[2].local = *Ip6::parse("2001:db8::2");
    EXPECT_TRUE(t.report("P1", links, kStart));
    EXPECT_EQ(t.view()->links.size(), 3U);
    EXPECT_EQ(t.counters().twice, 1U);
}

TEST(Topology, LinkThatIsDown_TakesBothDirectionsAway) {
    Topology t = three();
    std::vector<LinkState> links{link("R0", "R1"), link("R1", "R0")};
    EXPECT_TRUE(t.report("P1", links, kStart));
    links[1].up = false;
    EXPECT_TRUE(t.report("P1", links, kStart));
    EXPECT_TRUE(t.view()->links.empty());
}

TEST(Topology, MtuComesFromTheInventory) {
    Topology t = three();
    t.set_static({link("R0", "R1"), link("R1", "R0")});
    EXPECT_EQ(t.view()->links[0].mtu, Bytes{9000});
    EXPECT_EQ(t.view()->links[1].mtu, Bytes{1500});
}

} // namespace
} // namespace suanlu
