// SPDX-License-Identifier: Apache-2.0
// What an engine is told of the kernel's routes, from routes that no kernel had.
#include "dataplane/agent/engine_routes.hpp"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

namespace suanlu {
namespace {

Prefix6 prefix(const char* text) {
    return *Prefix6::parse(text);
}

Plan plan_of_one() {
    Plan plan;
    plan.sid_block = prefix("fc00::/32");
    plan.local_sids = {{prefix("fc00:0:1::/48"), SidBehaviour::kEnd, {}, "", 0},
                       {prefix("fc00:0:e001::/48"), SidBehaviour::kEndX, *Ip6::parse("2001:db8::2"), "", 0},
                       {prefix("fc00:0:1:f006::/64"), SidBehaviour::kEndDt6, {}, "", 100}};
    return plan;
}

KernelRoute route(std::uint32_t table, const char* to, std::uint32_t link, const char* gateway = "::") {
    KernelRoute out;
    out.table = table;
    out.prefix = prefix(to);
    out.interface_index = link;
    out.gateway = *Ip6::parse(gateway);
    out.type = RTN_UNICAST;
    return out;
}

/// Link 3 knows the neighbours 2001:db8:51::7 and 192.0.2.7; each address has a MAC that ends as it does.
LinkAnswers links() {
    return {[](std::uint32_t link, const Ip6& address) {
                return NextHop{link, {2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, address.bytes[15]}};
            },
            [](std::uint32_t) { return 9000U; },
            [](std::uint32_t link) {
                return link == 3 ? std::vector{*Ip6::parse("2001:db8:51::7"), *Ip6::parse("192.0.2.7")}
                                 : std::vector<Ip6>{};
            }};
}

const EngineRoute* find(const std::vector<EngineRoute>& rows, std::uint32_t table, const char* to) {
    for (const auto& row : rows) {
        if (row.table == table && row.to == prefix(to)) {
            return &row;
        }
    }
    return nullptr;
}

TEST(EngineRoutes, OfTheMainTable_OnlyTheSidBlock_WithoutOurOwn) {
    auto own = route(kMainTable, "fc00:0:1::/48", 1);
    own.protocol = kRouteProtocol;
    const auto rows = engine_routes(plan_of_one(),
                                    {route(kMainTable, "fc00:0:2::/48", 2, "fe80::2"), own,
                                     route(kMainTable, "2001:db8:9::/48", 2, "fe80::2")},
                                    links());
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].hop.interface_index, 2U);
    EXPECT_EQ(rows[0].hop.destination_mac[5], 2);
    EXPECT_EQ(rows[0].mtu, 9000);
}

TEST(EngineRoutes, BestMetricCounts) {
    auto worse = route(kMainTable, "fc00:0:2::/48", 2, "fe80::2");
    worse.metric = 1024;
    auto better = route(kMainTable, "fc00:0:2::/48", 4, "fe80::4");
    better.metric = 20;
    for (const auto& routes : {std::vector{worse, better}, std::vector{better, worse}}) {
        const auto rows = engine_routes(plan_of_one(), routes, links());
        ASSERT_EQ(rows.size(), 1U);
        EXPECT_EQ(rows[0].hop.interface_index, 4U);
    }
}

TEST(EngineRoutes, SeveralNextHops_AreAllTold) {
    auto several = route(kMainTable, "fc00:0:2::/48", 2, "fe80::2");
    several.others = {{4, *Ip6::parse("fe80::4")}, {5, {}}};
    const auto rows = engine_routes(plan_of_one(), {several}, links());
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].hop.interface_index, 2U);
    ASSERT_EQ(rows[0].others.size(), 2U);
    EXPECT_EQ(rows[0].others[0].hop.interface_index, 4U);
    EXPECT_EQ(rows[0].others[0].hop.destination_mac[5], 4);
    EXPECT_EQ(rows[0].others[0].mtu, 9000);
    EXPECT_EQ(rows[0].others[1], EngineLink{}) << "a link without one neighbour";
}

TEST(EngineRoutes, WhatNoRowCanSay_IsTheKernels) {
    auto wrapped = route(kMainTable, "fc00:0:2::/48", 2, "fe80::2");
    wrapped.has_encap = true;
    auto local = route(kMainTable, "fc00:0:3::/48", 2);
    local.type = RTN_LOCAL;
    auto nowhere = route(kMainTable, "fc00:0:4::/48", 0);
    nowhere.type = RTN_UNREACHABLE;
    const auto rows = engine_routes(
        plan_of_one(), {wrapped, local, nowhere, route(kMainTable, "fc00:0:5::/48", 2)}, links());
    for (const char* to : {"fc00:0:2::/48", "fc00:0:3::/48", "fc00:0:5::/48"}) {
        ASSERT_NE(find(rows, kMainTable, to), nullptr) << to;
        EXPECT_EQ(*find(rows, kMainTable, to), (EngineRoute{kMainTable, prefix(to), {}, 0, false})) << to;
    }
    EXPECT_TRUE(find(rows, kMainTable, "fc00:0:4::/48")->is_nowhere);
}

TEST(EngineRoutes, TableOfASite_HasARowForEachNeighbourOnItsLinks) {
    auto last = route(100, "::/0", 0);
    last.type = RTN_UNREACHABLE;
    const auto rows = engine_routes(plan_of_one(),
                                    {route(100, "2001:db8:51::/64", 3), route(100, "2001:db8:a::1/128", 3),
                                     route(100, "192.0.2.0/24", 3), last, route(101, "::/0", 3)},
                                    links());
    EXPECT_EQ(find(rows, 100, "2001:db8:51::/64")->hop.interface_index, 0U)
        << "others are asked for by the kernel";
    EXPECT_EQ(find(rows, 100, "2001:db8:51::7/128")->hop.destination_mac[5], 7);
    EXPECT_EQ(find(rows, 100, "192.0.2.7/32")->hop.destination_mac[5], 7);
    EXPECT_EQ(find(rows, 100, "2001:db8:a::1/128")->hop.destination_mac[5], 1);
    EXPECT_TRUE(find(rows, 100, "::/0")->is_nowhere);
    EXPECT_EQ(find(rows, 101, "::/0"), nullptr) << "no SID names it";
}

TEST(EngineRoutes, ForeignBelowOurSids_IsTheKernels) {
    auto own = route(kMainTable, "fc00:0:1:f006::/64", 1);
    own.protocol = kRouteProtocol;
    auto address = route(kLocalTable, "fc00:0:1::1/128", 1);
    address.type = RTN_LOCAL;
    const auto sids = foreign_sids(plan_of_one(), {own, address, route(kMainTable, "fc00:0:1:f0ff::/64", 1),
                                                   route(kMainTable, "fc00:0:1::/48", 1),
                                                   route(kMainTable, "fc00:0:2:1::/64", 1)});
    ASSERT_EQ(sids.size(), 2U);
    EXPECT_EQ(sids[0].sid, prefix("fc00:0:1::1/128"));
    EXPECT_EQ(sids[1].sid, prefix("fc00:0:1:f0ff::/64"));
    EXPECT_TRUE(sids[0].is_foreign && sids[1].is_foreign);
}

} // namespace
} // namespace suanlu
