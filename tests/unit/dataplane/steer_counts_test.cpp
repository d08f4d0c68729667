// SPDX-License-Identifier: Apache-2.0
// What tables of the steering core count for the operator: packets by path, sites that go and return, new
// flows and samples of them.
#include "dataplane/steer/hash.h"
#include "tests/unit/dataplane/steered_tables.hpp"

namespace suanlu {
namespace {

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

} // namespace
} // namespace suanlu
