// SPDX-License-Identifier: Apache-2.0
// The fake data plane through the interface that the agent uses: Plans, paths, liveness, movable slots,
// restarts.
#include <gtest/gtest.h>

#include <set>

#include "dataplane/api/fake_dataplane.hpp"
#include "dataplane/steer/hash.h"

namespace suanlu {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kSlots = 251;

Plan plan_of(std::vector<std::uint32_t> shares, Affinity affinity = Affinity::kFlow) {
    Plan plan;
    plan.id = {"test", 1, 1};
    plan.sid_block = *Prefix6::parse("fc00::/32");
    ServicePlan service;
    service.id = {1};
    service.name = "video";
    service.addresses = {*Ip6::parse("2001:db8:a::1")};
    service.transport = affinity == Affinity::kFlow ? Transport::kTcp : Transport::kUdp;
    service.port = 9001;
    service.affinity = affinity;
    service.affinity_timeout = {60};
    service.slots = kSlots;
    for (std::uint16_t id = 1; id <= shares.size(); id++) {
        SitePlan site{{id}, "site-" + std::to_string(id), {}, {}};
        for (std::uint32_t rank = 0; rank < 2; rank++) {
            PathPlan path;
            path.id = path_id(site.id, rank);
            path.destination6 =
                *Ip6::parse("fc00:0:e" + std::to_string(id) + ":" + std::to_string(rank) + "::");
            path.mtu = {2000};
            site.paths.push_back(path);
        }
        plan.sites.push_back(site);
        service.shares.push_back({site.id, shares[id - 1]});
    }
    plan.services = {service};
    return plan;
}

class Tables : public testing::Test {
protected:
    void use(Plan plan) {
        current = std::move(plan);
        const auto status = fake.apply(current, now);
        ASSERT_TRUE(status) << status.error().text();
        for (const auto& site : current.sites) {
            ASSERT_TRUE(fake.set_paths(site.id, std::array{UsablePath{site.paths[0].id, {7, {}, {}}}}));
        }
    }
    void reshare(std::vector<std::uint32_t> shares) {
        for (std::size_t i = 0; i < shares.size(); i++) {
            current.services[0].shares[i].ppm = shares[i];
        }
        current.id.generation++;
        ASSERT_TRUE(fake.apply(current, now));
    }
    void pass(Duration time) {
        for (const auto end = now + time; now < end;) {
            now = now + 100ms;
            ASSERT_TRUE(fake.tick(now));
        }
    }
    std::size_t bases(std::uint16_t site) {
        std::size_t count = 0;
        const auto views = fake.slots(ServiceId{1});
        for (const auto& slot : *views) {
            count += slot.base == SiteId{site} ? 1 : 0;
        }
        return count;
    }
    PacketResult packet(std::uint16_t port, bool is_start = false) {
        SyntheticPacket p;
        p.flow = {*Ip6::parse("2001:db8:c1::2"), port, *Ip6::parse("2001:db8:a::1"), 9001,
                  current.services[0].transport};
        p.tcp_flags = is_start ? SyntheticPacket::kSyn : SyntheticPacket::kAck;
        return fake.send(p, now);
    }

    FakeDataplane fake;
    Plan current;
    MonoTime now{1000s};
};

TEST_F(Tables, FirstPlan_SlotsFollowTheShares) {
    use(plan_of({500000, 300000, 200000}));
    EXPECT_EQ(bases(1), 126U);
    EXPECT_EQ(bases(2), 75U);
    EXPECT_EQ(bases(3), 50U);
    EXPECT_EQ(fake.applied(), current.id);
}

TEST_F(Tables, NoPathYet_PlainAnycast) {
    current = plan_of({1, 1});
    ASSERT_TRUE(fake.apply(current, now));
    EXPECT_EQ(packet(1, true).reason, SL_R_no_site);
    ASSERT_TRUE(fake.set_paths(SiteId{2}, std::array{UsablePath{path_id(SiteId{2}, 0), {7, {}, {}}}}));
    EXPECT_EQ(packet(1, true).site, SiteId{2});
}

TEST_F(Tables, SteeringOffBeforeThePlan_HoldsFromItsFirstPacket) {
    ASSERT_TRUE(fake.set_steering(ServiceId{1}, false));
    use(plan_of({1000000, 0}));
    EXPECT_EQ(packet(1).reason, SL_R_steering_off);
    ASSERT_TRUE(fake.set_steering(ServiceId{1}, true));
    EXPECT_EQ(packet(1).site, SiteId{1});
}

TEST_F(Tables, SharesChange_BaseMovesOnlyAfterG) {
    use(plan_of({1000000, 0}));
    reshare({0, 1000000});
    pass(60s);
    EXPECT_EQ(bases(1), kSlots);
    EXPECT_EQ(packet(1, true).site, SiteId{2}) << "new flows go at once";
    pass(1s);
    EXPECT_EQ(bases(2), kSlots);
}

TEST_F(Tables, PathFails_SamePathOfTheSiteTakesOver) {
    use(plan_of({1000000, 0}));
    ASSERT_TRUE(fake.set_paths(SiteId{1}, std::array{UsablePath{path_id(SiteId{1}, 1), {8, {}, {}}}}));
    const auto result = packet(1);
    EXPECT_EQ(result.path, path_id(SiteId{1}, 1));
    EXPECT_EQ(result.interface_index, 8U);
    EXPECT_EQ(
        fake.set_paths(SiteId{1}, std::array{UsablePath{path_id(SiteId{2}, 0), {8, {}, {}}}}).error().code,
        Errc::kNotFound);
}

TEST_F(Tables, Suspect_NewFlowsLeave_EstablishedStay) {
    use(plan_of({500000, 500000}));
    std::uint16_t port = 1;
    while (packet(port, true).site != SiteId{1}) {
        port++;
    }
    ASSERT_TRUE(fake.set_liveness(SiteId{1}, SiteLiveness::kSuspect, now));
    EXPECT_EQ(packet(port).site, SiteId{1});
    for (std::uint16_t other = 1000; other < 1100; other++) {
        EXPECT_EQ(packet(other, true).site, SiteId{2});
    }
    pass(120s);
    EXPECT_GT(bases(1), 0U) << "no slot is given away for good while its next is not eligible";
}

TEST_F(Tables, Dead_SlotsAndEntriesMoveAtOnce_ReturnIsAnOrdinaryMove) {
    use(plan_of({500000, 500000}));
    const auto before = bases(1);
    ASSERT_GT(before, 100U);
    ASSERT_TRUE(fake.set_liveness(SiteId{1}, SiteLiveness::kDead, now));
    EXPECT_EQ(bases(1), 0U);
    for (std::uint16_t port = 1; port < 100; port++) {
        EXPECT_EQ(packet(port).site, SiteId{2});
    }
    ASSERT_TRUE(fake.set_liveness(SiteId{1}, SiteLiveness::kAlive, now));
    EXPECT_EQ(bases(1), 0U);
    pass(1s);
    EXPECT_EQ(bases(1), 0U) << "back, but its slots move after G only";
    std::set<SiteId> taken;
    for (std::uint16_t port = 2000; port < 2100; port++) {
        taken.insert(packet(port, true).site);
    }
    EXPECT_TRUE(taken.contains(SiteId{1}));
    pass(62s);
    EXPECT_EQ(bases(1), before);
}

TEST_F(Tables, BoundPairs_KeepTheirSlotForG) {
    use(plan_of({1000000, 0}, Affinity::kPair));
    reshare({0, 1000000});
    pass(10s);
    EXPECT_EQ(bases(1), kSlots) << "moved before G";
    pass(62s);
    EXPECT_EQ(bases(2), kSlots);
}

TEST_F(Tables, Movable_TenPercentATick_AndSixtySecondsStay) {
    use(plan_of({1000000, 0}, Affinity::kMovable));
    reshare({0, 1000000});
    now = now + 100ms;
    ASSERT_TRUE(fake.tick(now));
    EXPECT_EQ(bases(2), kSlots / 10);
    pass(1100ms);
    EXPECT_EQ(bases(2), kSlots);
    EXPECT_EQ(packet(1).site, SiteId{2});
    EXPECT_EQ(fake.counters()->reasons.at("recorded"), 0U);
    reshare({1000000, 0});
    pass(50s);
    EXPECT_EQ(bases(2), kSlots) << "moved again within the minimum stay";
    pass(12s);
    EXPECT_EQ(bases(1), kSlots);
}

TEST_F(Tables, Movable_DeathOverridesTheStay) {
    use(plan_of({1000000, 0}, Affinity::kMovable));
    reshare({0, 1000000});
    pass(2s);
    ASSERT_EQ(bases(2), kSlots);
    ASSERT_TRUE(fake.set_liveness(SiteId{2}, SiteLiveness::kDead, now));
    EXPECT_EQ(bases(1), kSlots);
    EXPECT_EQ(packet(1).site, SiteId{1});
}

TEST_F(Tables, Refusals_ChangeNothing) {
    use(plan_of({500000, 500000}));
    current.id.generation = 5;
    ASSERT_TRUE(fake.apply(current, now));
    auto older = current;
    older.id.generation = 4;
    EXPECT_EQ(fake.apply(older, now).error().code, Errc::kConflict);
    auto other_size = current;
    other_size.services[0].slots = 503;
    EXPECT_EQ(fake.apply(other_size, now).error().code, Errc::kConflict);
    auto unknown = current;
    unknown.services[0].shares.push_back({SiteId{9}, 1});
    EXPECT_EQ(fake.apply(unknown, now).error().code, Errc::kBadInput);
    auto huge = current;
    huge.services[0].id = {2};
    huge.services[0].slots = 70000;
    EXPECT_EQ(fake.apply(huge, now).error().code, Errc::kOutOfRange);
    EXPECT_EQ(fake.applied(), current.id);
    EXPECT_EQ(bases(1) + bases(2), kSlots);
}

// The maps hold the generation in force and the next one: a Plan that fits once must fit again.
TEST(Room, PlanOfMoreThanHalfTheMaps_RefusedBeforeAnythingIsWritten) {
    HostEngine engine;
    engine.set_room({8, 8, {{SideTable::kAccess, 4}}});
    SteerTables tables(engine, {});
    const MonoTime now{1000s};
    auto plan = plan_of({500000, 500000});
    plan.services[0].addresses.push_back(*Ip6::parse("2001:db8:a::2"));
    ASSERT_TRUE(tables.apply(plan, now)) << "two addresses, each with a row for echo requests";
    const auto rows = engine.services()->size();
    plan.id.generation++;
    auto wider = plan;
    wider.services[0].addresses.push_back(*Ip6::parse("2001:db8:a::3"));
    EXPECT_EQ(tables.apply(wider, now).error().code, Errc::kExhausted);
    auto guarded = plan;
    for (const auto* source : {"2001:db8:1::/48", "2001:db8:2::/48", "2001:db8:3::/48"}) {
        guarded.services[0].traffic.access.push_back({*Prefix6::parse(source), true});
    }
    EXPECT_EQ(tables.apply(guarded, now).error().code, Errc::kExhausted);
    EXPECT_EQ(engine.services()->size(), rows);
    EXPECT_EQ(tables.applied().generation + 1, plan.id.generation);
    ASSERT_TRUE(tables.apply(plan, now));
    EXPECT_EQ(engine.services()->size(), 2 * rows) << "both generations";
}

TEST_F(Tables, NarrowRuleOnTheSameAddress_FlowsOfTheOtherServiceStay) {
    use(plan_of({500000, 500000}));
    std::vector<SiteId> before;
    for (std::uint16_t port = 1; port <= 100; port++) {
        before.push_back(packet(port).site);
    }
    auto voice = current.services[0];
    voice.id = {2};
    voice.name = "voice";
    voice.traffic.dscp = 46;
    current.services.push_back(voice);
    current.id.generation++;
    ASSERT_TRUE(fake.apply(current, now));
    for (std::uint16_t port = 1; port <= 100; port++) {
        EXPECT_EQ(packet(port).site, before[port - 1U]) << "port " << port;
    }
}

TEST_F(Tables, NoShares_PlainAnycast_AndBack) {
    use(plan_of({750000, 250000}));
    reshare({0, 0});
    EXPECT_EQ(packet(1, true).reason, SL_R_steering_off);
    pass(70s);
    EXPECT_EQ(bases(1), 188U) << "the owners stay as they were";
    reshare({750000, 250000});
    EXPECT_EQ(packet(1, true).verdict, Verdict::kRedirect);
}

TEST_F(Tables, SiteLeavesThePlan_ItsFlowsArePlacedAgain) {
    use(plan_of({500000, 500000}));
    current.sites.erase(current.sites.begin());
    current.services[0].shares.erase(current.services[0].shares.begin());
    current.id.generation++;
    ASSERT_TRUE(fake.apply(current, now));
    EXPECT_EQ(bases(1), 0U);
    for (std::uint16_t port = 1; port < 50; port++) {
        EXPECT_EQ(packet(port).site, SiteId{2});
    }
}

TEST_F(Tables, NewFlows_AreCountedOnceAndSampled) {
    use(plan_of({1000000, 0}));
    packet(1, true);
    packet(1, true); // the same SYN again
    packet(1);
    const auto counters = fake.counters();
    EXPECT_EQ(counters->services.at(ServiceId{1}).new_flows, 1U);
    EXPECT_EQ(counters->services.at(ServiceId{1}).new_flows_by_site.at(SiteId{1}), 1U);
    EXPECT_EQ(counters->services.at(ServiceId{1}).packets, 3U);
    ASSERT_EQ(fake.flows(10)->size(), 1U);
    EXPECT_TRUE(fake.flows(10)->empty());
}

TEST_F(Tables, Packets_AreCountedAtTheirPath) {
    use(plan_of({1000000, 0}));
    for (std::uint16_t port = 1; port < 40; port++) {
        packet(port);
    }
    const auto counts = fake.counters()->sites;
    std::uint64_t packets = 0;
    for (const auto& path : counts.at(SiteId{1}).paths) {
        packets += path.packets;
        EXPECT_EQ(path.bytes > 0, path.packets > 0);
        EXPECT_EQ(path.drops, 0U);
    }
    EXPECT_EQ(packets, 39U);
    EXPECT_EQ(counts.at(SiteId{2}), EngineSiteCount{});
}

TEST_F(Tables, CountsOfASite_GoOnWhenItReturns_AndAreNobodyElses) {
    use(plan_of({1000000, 0}));
    packet(1);
    const auto before = fake.counters()->sites.at(SiteId{1});
    ASSERT_NE(before, EngineSiteCount{});
    auto plan = plan_of({0, 1000000});
    plan.sites.erase(plan.sites.begin());
    plan.services[0].shares.erase(plan.services[0].shares.begin());
    plan.sites.push_back(plan.sites[0]); // another site in the place of the first
    plan.sites[1].id = {3};
    plan.sites[1].name = "site-3";
    plan.sites[1].paths.resize(1);
    plan.sites[1].paths[0].id = path_id(SiteId{3}, 0);
    plan.id.generation = 2;
    ASSERT_TRUE(fake.apply(plan, now));
    EXPECT_EQ(fake.counters()->sites.count(SiteId{1}), 0U);
    EXPECT_EQ(fake.counters()->sites.at(SiteId{3}), EngineSiteCount{});
    plan = plan_of({1000000, 0});
    plan.id.generation = 3;
    ASSERT_TRUE(fake.apply(plan, now));
    EXPECT_EQ(fake.counters()->sites.at(SiteId{1}), before);
}

TEST(CounterPlaces, WhenAllAreTaken_OnlySitesThatHaveGoneMakeRoom) {
    CounterPlaces places;
    for (std::uint32_t index = 0; index < SL_SITE_COUNTERS; index++) {
        places.adopt(SiteId{static_cast<std::uint16_t>(index + 1)}, index);
    }
    const auto is_known = [](SiteId site) { return site.value != 5; };
    const auto place = places.take(SiteId{60000}, is_known);
    EXPECT_EQ(place.index, 4U);
    EXPECT_TRUE(place.is_new);
    EXPECT_FALSE(places.take(SiteId{60000}, is_known).is_new);
}

sl_flow_event event_at(std::uint16_t port) {
    sl_flow_event event{};
    event.port_be = __builtin_bswap16(port);
    return event;
}

TEST(FlowSamples, NewestStay_OthersAreCounted) {
    FlowSamples samples;
    for (std::uint16_t port = 1; port <= 10; port++) {
        samples.add(event_at(port));
    }
    std::vector<EngineFlow> list;
    samples.move_to(list, 3, MonoTime{1000s});
    ASSERT_EQ(list.size(), 3U);
    EXPECT_EQ(list.front().source_port, 8);
    EXPECT_EQ(list.back().source_port, 10);
    EXPECT_EQ(samples.left_out(), 7U);
    samples.move_to(list, 3, MonoTime{1000s});
    EXPECT_EQ(list.size(), 3U);
    for (std::size_t i = 0; i < FlowSamples::kMost + 5; i++) {
        samples.add(event_at(1));
    }
    EXPECT_EQ(samples.left_out(), 12U) << "never more than it has room for";
}

TEST(Sampling, OneInSoMany_TheSameFlowsAgain) {
    EXPECT_EQ(sample_limit(0), 0U);
    EXPECT_EQ(sample_limit(1), 0xffffffffU);
    const auto count = [](std::uint32_t one_in) {
        int sampled = 0;
        for (std::uint64_t hash = 1; hash <= 100'000; hash++) {
            sampled += sl_is_sampled(hash * 0x9e3779b97f4a7c15ULL, sample_limit(one_in));
        }
        return sampled;
    };
    EXPECT_EQ(count(0), 0);
    EXPECT_EQ(count(1), 100'000);
    EXPECT_NEAR(count(10), 10'000, 500);
    EXPECT_EQ(count(10), count(10));
}

TEST_F(Tables, RingThatNobodyFetches_LosesAndCounts) {
    use(plan_of({1000000, 0}));
    for (int port = 1; port <= 4100; port++) {
        packet(static_cast<std::uint16_t>(port), true);
    }
    const auto reasons = fake.counters()->reasons;
    EXPECT_EQ(reasons.at("sampled"), 4096U);
    EXPECT_EQ(reasons.at("sample_lost"), 4U);
    EXPECT_EQ(fake.flows(100)->size(), 100U);
    EXPECT_EQ(fake.counters()->reasons.at("samples_left_out"), 3996U);
}

TEST(Restart, SlotsInForceAreTheTruth) {
    HostEngine engine;
    const MonoTime now{1000s};
    auto plan = plan_of({500000, 500000});
    std::vector<std::uint64_t> words;
    {
        SteerTables tables(engine, {});
        ASSERT_TRUE(tables.apply(plan, now));
        for (std::uint16_t id : {1, 2}) {
            ASSERT_TRUE(tables.set_paths(SiteId{id},
                                         std::array{UsablePath{path_id(SiteId{id}, 0), {7, {}, {}}}}, now));
        }
        words.assign(engine.slots().begin(), engine.slots().end());
    }
    SteerTables again(engine, {});
    ASSERT_TRUE(again.adopt());
    EXPECT_EQ(again.applied(), plan.id);
    ASSERT_TRUE(again.tick(now + 1s));
    ASSERT_TRUE(again.apply(plan, now + 1s));
    EXPECT_TRUE(std::equal(words.begin(), words.end(), engine.slots().begin())) << "nothing moved";
    SyntheticPacket packet;
    packet.flow = {*Ip6::parse("2001:db8:c1::2"), 1, *Ip6::parse("2001:db8:a::1"), 9001, Transport::kTcp};
    EXPECT_EQ(engine.run(build_frame(packet), PacketRole::kExternal, now).verdict, Verdict::kRedirect)
        << "paths of before are still there";
}

} // namespace
} // namespace suanlu
