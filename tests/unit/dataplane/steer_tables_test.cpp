// SPDX-License-Identifier: Apache-2.0
// The fake data plane through the interface that the agent uses: Plans, paths, liveness, movable slots,
// restarts.
#include <set>

#include "tests/unit/dataplane/steered_tables.hpp"

namespace suanlu {
namespace {

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
