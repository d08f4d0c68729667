// SPDX-License-Identifier: Apache-2.0
#include "dataplane/kernel/seg6_routes.hpp"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include <cstring>
#include <random>
#include <vector>

#include "dataplane/kernel/kernel_watch.hpp"
#include "dataplane/kernel/next_hops.hpp"

namespace suanlu {
namespace {

constexpr std::uint32_t kInterface = 9;
constexpr std::uint32_t kLink = 3;

LocalSid end() {
    return {*Prefix6::parse("fc00:0:1::/48"), SidBehaviour::kEnd, {}, "", 0};
}
LocalSid dx6() {
    return {*Prefix6::parse("fc00:0:1:f006::/64"), SidBehaviour::kEndDx6, *Ip6::parse("2001:db8::9"), "eth3",
            0};
}
LocalSid dx4() {
    return {*Prefix6::parse("fc00:0:1:f004::/64"), SidBehaviour::kEndDx4, *Ip6::parse("192.0.2.9"), "eth3",
            0};
}
LocalSid link() {
    return {*Prefix6::parse("fc00:0:e001::/48"), SidBehaviour::kEndX, *Ip6::parse("2001:db8:2::2"), "", 0};
}
LocalSid link_local() {
    return {*Prefix6::parse("fc00:0:e002::/48"), SidBehaviour::kEndX, *Ip6::parse("fe80::2"), "eth3", 0};
}
LocalSid dt6() {
    return {*Prefix6::parse("fc00:0:1:f016::/64"), SidBehaviour::kEndDt6, {}, "", 100};
}
/// By a VRF of the table; nothing else tells them apart from End.DT6.
LocalSid with_vrf(SidBehaviour behaviour) {
    return {*Prefix6::parse("fc00:0:1:f046::/64"), behaviour, {}, "", 100};
}

KernelRoute as_route(const LocalSid& sid) {
    NetlinkMessage message =
        sid_route_message(sid, {kInterface, sid.next_hop.is_link_local() ? kLink : 0}, RouteChange::kAdd);
    return parse_route(*message.header()).value();
}

KernelRoute foreign(const char* prefix, std::uint32_t metric) {
    KernelRoute route;
    route.prefix = *Prefix6::parse(prefix);
    route.table = RT_TABLE_MAIN;
    route.metric = metric;
    route.protocol = 187;
    route.type = RTN_UNICAST;
    return route;
}

TEST(RouteMessage, WhatIsWrittenIsReadBack) {
    for (const LocalSid& sid : {end(), dx6(), dx4(), dt6(), link(), link_local(),
                                with_vrf(SidBehaviour::kEndDt4), with_vrf(SidBehaviour::kEndDt46)}) {
        const KernelRoute route = as_route(sid);
        const std::uint32_t over = sid.next_hop.is_link_local() ? kLink : 0;
        EXPECT_TRUE(fulfils(route, sid, {kInterface, over})) << to_text(sid.behaviour);
        EXPECT_FALSE(fulfils(route, sid, {kInterface + 1, over})) << to_text(sid.behaviour);
    }
    EXPECT_TRUE(as_route(end()).is_next_csid);
    EXPECT_TRUE(as_route(link()).is_next_csid);
    EXPECT_FALSE(fulfils(as_route(link_local()), link_local(), {kInterface, kLink + 1})) << "another link";
}

TEST(RouteMessage, SeveralNextHops_AreReadUpToTheFirstThatMakesNoSense) {
    NetlinkMessage message(RTM_NEWROUTE, 0);
    auto& fixed = message.extra<rtmsg>();
    fixed.rtm_family = AF_INET6;
    fixed.rtm_dst_len = 48;
    fixed.rtm_table = RT_TABLE_MAIN;
    fixed.rtm_type = RTN_UNICAST;
    const auto to = *Ip6::parse("fc00:0:2::");
    mnl_attr_put(message.header(), RTA_DST, 16, to.bytes.data());
    std::vector<std::uint8_t> hops;
    for (const std::uint8_t link : {2, 4, 5}) {
        rtnexthop hop{};
        hop.rtnh_len = sizeof hop + 20;
        hop.rtnh_ifindex = link;
        const nlattr gateway{20, RTA_GATEWAY};
        auto address = *Ip6::parse("fe80::");
        address.bytes[15] = link;
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&hop);
        hops.insert(hops.end(), bytes, bytes + sizeof hop);
        bytes = reinterpret_cast<const std::uint8_t*>(&gateway);
        hops.insert(hops.end(), bytes, bytes + sizeof gateway);
        hops.insert(hops.end(), address.bytes.begin(), address.bytes.end());
    }
    hops[hops.size() - 28] = 255; // the last one's length
    mnl_attr_put(message.header(), RTA_MULTIPATH, hops.size(), hops.data());
    const auto route = parse_route(*message.header());
    ASSERT_TRUE(route);
    EXPECT_EQ(route->interface_index, 2U);
    EXPECT_EQ(route->gateway, *Ip6::parse("fe80::2"));
    EXPECT_EQ(route->others, (std::vector<KernelHop>{{4, *Ip6::parse("fe80::4")}}));
}

TEST(SidChanges, LinkSidWaitsForItsLink) {
    const SidChanges away = plan_sid_changes({end(), link(), link_local()}, {}, kInterface);
    EXPECT_EQ(away.add.size(), 2U);
    EXPECT_EQ(away.waiting, (std::vector<Prefix6>{link_local().sid}));
    EXPECT_TRUE(away.refused.empty());
    const SidChanges back = plan_sid_changes({link_local()}, {}, kInterface, {{"eth3", kLink}});
    EXPECT_EQ(back.add.size(), 1U);
    const SidChanges renamed =
        plan_sid_changes({link_local()}, {as_route(link_local())}, kInterface, {{"eth3", kLink + 1}});
    EXPECT_EQ(renamed.replace.size(), 1U) << "the interface came back with another index";
    EXPECT_TRUE(renamed.remove.empty() && renamed.add.empty());
}

TEST(RouteMessage, EveryTruncationIsHarmless) {
    NetlinkMessage message = sid_route_message(dx6(), {kInterface}, RouteChange::kAdd);
    const nlmsghdr* whole = message.header();
    std::vector<std::uint64_t> room(256);
    for (std::uint32_t length = sizeof(nlmsghdr); length < whole->nlmsg_len; ++length) {
        std::memcpy(room.data(), whole, length);
        auto* cut = reinterpret_cast<nlmsghdr*>(room.data());
        cut->nlmsg_len = length;
        const auto route = parse_route(*cut);
        EXPECT_FALSE(route && fulfils(*route, dx6(), {kInterface})) << length;
    }
}

TEST(RouteMessage, RandomBytesAreHarmless) {
    NetlinkMessage message = sid_route_message(end(), {kInterface}, RouteChange::kAdd);
    const nlmsghdr* whole = message.header();
    std::mt19937 random(7);
    std::vector<std::uint64_t> room(256);
    for (int round = 0; round < 50'000; ++round) {
        std::memcpy(room.data(), whole, whole->nlmsg_len);
        auto* bytes = reinterpret_cast<std::uint8_t*>(room.data());
        for (int flips = 0; flips < 3; ++flips) {
            bytes[sizeof(nlmsghdr) + random() % (whole->nlmsg_len - sizeof(nlmsghdr))] =
                static_cast<std::uint8_t>(random());
        }
        auto* header = reinterpret_cast<nlmsghdr*>(room.data());
        (void)parse_route(*header);
        header->nlmsg_type = RTM_NEWNEIGH;
        (void)parse_neighbour(*header, kInterface, *Ip6::parse("fe80::1"));
        (void)read_changes(bytes, whole->nlmsg_len);
    }
}

TEST(SidChanges, AnEmptyKernelGetsAll) {
    const SidChanges changes = plan_sid_changes({end(), dx6()}, {}, kInterface);
    EXPECT_EQ(changes.add.size(), 2U);
    EXPECT_TRUE(changes.remove.empty());
}

TEST(SidChanges, WhatIsThereIsAdopted) {
    const SidChanges changes =
        plan_sid_changes({end(), dx6()}, {as_route(end()), as_route(dx6())}, kInterface);
    EXPECT_TRUE(changes.add.empty());
    EXPECT_TRUE(changes.remove.empty());
}

TEST(SidChanges, OursThatIsNotWantedGoesAndAChangedOneIsReplaced) {
    LocalSid other = dx6();
    other.next_hop = *Ip6::parse("2001:db8::10");
    const SidChanges changes = plan_sid_changes({other}, {as_route(end()), as_route(dx6())}, kInterface);
    EXPECT_EQ(changes.remove.size(), 1U);
    EXPECT_TRUE(changes.add.empty());
    ASSERT_EQ(changes.replace.size(), 1U) << "in one step: packets find the old one or the new one";
    EXPECT_EQ(changes.replace[0].next_hop, other.next_hop);
    const auto flags = [&](RouteChange how) {
        NetlinkMessage message = sid_route_message(other, {kInterface}, how);
        return message.header()->nlmsg_flags & (NLM_F_CREATE | NLM_F_EXCL | NLM_F_REPLACE);
    };
    EXPECT_EQ(flags(RouteChange::kReplace), NLM_F_CREATE | NLM_F_REPLACE);
    EXPECT_EQ(flags(RouteChange::kAdd), NLM_F_CREATE | NLM_F_EXCL);
}

TEST(SidChanges, ForeignRoutesAreNeverRemoved) {
    const std::vector<KernelRoute> routes = {foreign("fc00:0:1::/48", 256), foreign("2001:db8::/32", 20)};
    const SidChanges changes = plan_sid_changes({end()}, routes, kInterface);
    EXPECT_TRUE(changes.remove.empty());
    EXPECT_EQ(changes.add.size(), 1U) << "a connected prefix of higher metric is no owner";
}

TEST(SidChanges, AForeignOwnerIsARefusalWithItsProtocol) {
    for (const std::uint32_t metric : {1U, kRouteMetric}) {
        const SidChanges changes = plan_sid_changes({end()}, {foreign("fc00:0:1::/48", metric)}, kInterface);
        ASSERT_EQ(changes.refused.size(), 1U);
        EXPECT_NE(changes.refused.begin()->second.find("protocol 187"), std::string::npos);
        EXPECT_TRUE(changes.add.empty());
    }
}

TEST(KernelWatch, OwnDeletionAsksForRepairAndOwnAdditionIsNoNews) {
    NetlinkMessage add = sid_route_message(end(), {kInterface}, RouteChange::kAdd);
    EXPECT_FALSE(read_changes(add.header(), add.header()->nlmsg_len).any());
    NetlinkMessage gone = sid_route_message(end(), {kInterface}, RouteChange::kRemove);
    const KernelChanges changes = read_changes(gone.header(), gone.header()->nlmsg_len);
    EXPECT_TRUE(changes.own_routes);
    EXPECT_FALSE(changes.routes);
}

} // namespace
} // namespace suanlu
