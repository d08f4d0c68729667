// SPDX-License-Identifier: Apache-2.0
// New flows and what sites say of their load: the whole way from a report to the site that a SYN goes to, on
// the C core.
#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "dataplane/api/fake_dataplane.hpp"
#include "tests/unit/dataplane/placed_plan.hpp"

namespace suanlu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SecondChoice : public testing::Test {
protected:
    void start(const Plan& plan) {
        ASSERT_TRUE(engine.apply(plan, now));
        for (const auto& site : plan.sites) {
            ASSERT_TRUE(engine.set_paths(site.id, std::array{UsablePath{site.paths[0].id, {1, {}, {}}}}));
        }
    }
    void say(std::uint16_t site, double jobs) {
        engine.take_loads(std::array{SiteJobs{{1}, {site}, jobs, now}}, now);
    }
    SiteId send(std::uint8_t flags = SyntheticPacket::kSyn) {
        SyntheticPacket packet;
        packet.flow = {*Ip6::parse("2001:db8:c::" + std::to_string(client % 10'000)),
                       static_cast<std::uint16_t>(1 + client / 10'000), *Ip6::parse("2001:db8:a::1"), 80,
                       Transport::kTcp};
        packet.tcp_flags = flags;
        return engine.send(packet, now).site;
    }
    SiteId next_flow() {
        ++client;
        return send();
    }
    void pass(Duration time) {
        now.since_boot += time;
        ASSERT_TRUE(engine.tick(now));
    }
    /// Share of the next flows that go to a site.
    double share_of(std::uint16_t site, int flows) {
        int count = 0;
        for (int i = 0; i < flows; i++) {
            count += next_flow().value == site ? 1 : 0;
        }
        return double(count) / flows;
    }
    std::uint64_t counted(const char* reason) { return engine.counters()->reasons.at(reason); }

    FakeDataplane engine;
    MonoTime now = kStart;
    int client = 0;
};

TEST_F(SecondChoice, NoReport_DrawAlone) {
    start(plan(1));
    pass(milliseconds(100));
    EXPECT_NEAR(share_of(1, 2000), 0.5, 0.05);
    EXPECT_EQ(counted("second_no_news"), 2000U);
    EXPECT_EQ(counted("second_choice"), 0U);
}

TEST_F(SecondChoice, BusySite_GivesItsNewFlowsAway_OpenOnesStay) {
    start(plan(0.25));
    pass(milliseconds(100));
    EXPECT_NEAR(share_of(1, 2000), 0.5, 0.05); // earns credit
    say(1, 40);
    say(2, 2);
    pass(milliseconds(100));
    std::uint64_t moved = 0;
    for (int i = 0; i < 8; i++) {
        const auto site = next_flow();
        EXPECT_EQ(site.value, 2);
        EXPECT_EQ(send(SyntheticPacket::kAck), site) << "its entry holds it";
        EXPECT_EQ(send(), site) << "a repeated SYN";
        moved = counted("second_choice");
    }
    EXPECT_GT(moved, 0U);
    EXPECT_EQ(counted("recorded"), moved);
    // Reports that say the opposite move nobody who is there.
    say(1, 2);
    say(2, 40);
    pass(milliseconds(100));
    EXPECT_EQ(send(SyntheticPacket::kAck).value, 2);
}

TEST_F(SecondChoice, NewsTooOld_DrawAloneAgain_WithoutAnyTick) {
    start(plan(0.25));
    pass(milliseconds(100));
    (void)share_of(1, 100);
    say(1, 40);
    say(2, 2);
    pass(milliseconds(100));
    EXPECT_EQ(share_of(1, 20), 0);
    const auto before = counted("second_no_news");
    now.since_boot += milliseconds(1100); // older than a service time; the agent is away
    EXPECT_NEAR(share_of(1, 1000), 0.5, 0.06);
    EXPECT_EQ(counted("second_no_news"), before + 1000);
}

TEST_F(SecondChoice, OwnFlows_RaiseTheCostAtOnce) {
    start(plan(0.25));
    pass(milliseconds(100));
    (void)share_of(1, 1000);
    say(1, 12);
    say(2, 8);
    pass(milliseconds(100));
    // 4 jobs apart: a few flows level them, without a report or a tick.
    const double to_two = share_of(2, 200);
    EXPECT_LT(to_two, 0.62);
    EXPECT_GT(counted("second_choice"), 0U);
    // And the agent makes the same of them: what was sent since the report stays in the word.
    pass(milliseconds(100));
    EXPECT_NEAR(share_of(2, 400), 0.5, 0.08);
    // A new report knows them.
    pass(milliseconds(100));
    say(1, 40);
    say(2, 8);
    pass(milliseconds(100));
    EXPECT_EQ(share_of(2, 10), 1);
}

TEST_F(SecondChoice, ManyExceptions_SecondSiteIsDrawn) {
    start(plan(1, 4));
    pass(milliseconds(100));
    (void)share_of(1, 1000);
    say(1, 40);
    say(2, 8);
    say(3, 8);
    say(4, 8);
    pass(milliseconds(100));
    EXPECT_LT(share_of(1, 50), 0.1);
    EXPECT_GT(share_of(3, 50), 0.1);
    EXPECT_GT(share_of(4, 50), 0.1);
}

TEST_F(SecondChoice, LateAndForeignReports_AreCountedAndLeft) {
    start(plan(1));
    pass(milliseconds(100));
    say(1, 3);
    engine.take_loads(std::array{SiteJobs{{1}, {1}, 99, now - milliseconds(50)},
                                 SiteJobs{{1}, {1}, 99, now + seconds(1)},
                                 SiteJobs{{1}, {1}, std::nan(""), now}, SiteJobs{{7}, {1}, 1, now},
                                 SiteJobs{{1}, {9}, 1, now}},
                      now);
    const auto count = engine.placement();
    EXPECT_EQ(count.loads_used, 1U);
    EXPECT_EQ(count.loads_late, 3U);
    EXPECT_EQ(count.loads_unasked, 2U);
    EXPECT_EQ(count.services, 1U);
    EXPECT_EQ(count.sites, 2U);
    EXPECT_EQ(count.fresh, 1U);
}

TEST_F(SecondChoice, SuspectSite_IsNobodysSecond) {
    start(plan(0.25));
    pass(milliseconds(100));
    (void)share_of(1, 500);
    say(1, 40);
    say(2, 2);
    pass(milliseconds(100));
    ASSERT_EQ(share_of(2, 10), 1);
    ASSERT_TRUE(engine.set_liveness(SiteId{2}, SiteLiveness::kSuspect, now));
    EXPECT_EQ(share_of(2, 100), 0);
}

TEST_F(SecondChoice, FewExceptions_GoFromTheDearestToTheCheapest) {
    start(plan(0.1, 4));
    pass(milliseconds(100));
    (void)share_of(1, 1000);
    say(1, 11);
    say(2, 40);
    say(3, 8);
    say(4, 1);
    pass(milliseconds(100));
    const auto before = counted("second_choice");
    EXPECT_EQ(share_of(2, 20), 0) << "the dearest gives its flows away";
    EXPECT_GT(counted("second_choice"), before);
    EXPECT_GT(share_of(3, 200), 0.15) << "a little dearer is not worth an entry";
}

/// Flows of very different length: never more live second choices than the share of the live flows and what
/// a second earns.
TEST_F(SecondChoice, ExceptionShare_BoundsLiveExceptions) {
    for (const double share : {0.05, 0.1, 0.5}) {
        SCOPED_TRACE(share);
        auto next = plan(share);
        next.id.generation = static_cast<std::uint64_t>(share * 100);
        start(next);
        struct Live {
            MonoTime until;
            bool is_second;
        };
        std::deque<Live> live;
        double most_over = -1e9;
        std::uint64_t taken = 0;
        for (int tick = 0; tick < 300; tick++) {
            say(1, 40);
            say(2, 1);
            pass(milliseconds(100));
            const int flows = tick % 50 < 25 ? 40 : 4; // bursts
            for (int i = 0; i < flows; i++) {
                const auto before = counted("second_choice");
                (void)next_flow();
                const bool is_second = counted("second_choice") > before;
                taken += is_second ? 1 : 0;
                live.push_back({now + milliseconds(client % 7 == 0 ? 9000 : 700), is_second});
            }
            std::erase_if(live, [&](const Live& flow) { return flow.until < now; });
            const auto seconds_here =
                std::count_if(live.begin(), live.end(), [](auto& f) { return f.is_second; });
            most_over = std::max(most_over, double(seconds_here) - share * double(live.size()));
        }
        EXPECT_GT(double(taken), 0.5 * share * 300 * 22) << "the share is used";
        EXPECT_LE(double(taken), share * 300 * 22 + 1) << "of all flows";
        EXPECT_LT(most_over, 1 + share * 400) << "what a second earns";
        EXPECT_GT(counted("second_refused"), 0U);
    }
}

TEST_F(SecondChoice, FullTable_FlowStaysOnItsSlot) {
    HostEngine host(256, 3);
    SteerTables tables(host, Ip6{});
    const auto p = plan(1);
    ASSERT_TRUE(tables.apply(p, now));
    for (const auto& site : p.sites) {
        ASSERT_TRUE(tables.set_paths(site.id, std::array{UsablePath{site.paths[0].id, {1, {}, {}}}}, now));
    }
    const auto send_to = [&](int number) {
        SyntheticPacket packet;
        packet.flow = {*Ip6::parse("2001:db8:c::" + std::to_string(number)), 7, *Ip6::parse("2001:db8:a::1"),
                       80, Transport::kTcp};
        packet.tcp_flags = SyntheticPacket::kSyn;
        return host.run(build_frame(packet), PacketRole::kExternal, now).site;
    };
    for (int i = 0; i < 100; i++) {
        send_to(i);
    }
    tables.take_loads(std::array{SiteJobs{{1}, {1}, 90, now}, SiteJobs{{1}, {2}, 1, now}}, now);
    ASSERT_TRUE(tables.tick(now));
    int to_one = 0;
    for (int i = 100; i < 200; i++) {
        to_one += send_to(i).value == 1 ? 1 : 0;
    }
    const auto reasons = host.counters().reasons;
    EXPECT_EQ(reasons.at("second_choice"), 3U) << "three entries fit";
    EXPECT_GT(to_one, 30);
    EXPECT_GT(reasons.at("exception_full"), 20U);
    EXPECT_EQ(host.exceptions(), 3U);
}

TEST_F(SecondChoice, InsertCap_HoldsBackAFlood_AndCountsIt) {
    HostEngine host;
    SteerTables tables(host, Ip6{});
    tables.set_insert_rate(1600); // 100 at once, 1.6 a millisecond
    auto p = plan(0);
    ASSERT_TRUE(tables.apply(p, now));
    for (const auto& site : p.sites) {
        ASSERT_TRUE(tables.set_paths(site.id, std::array{UsablePath{site.paths[0].id, {1, {}, {}}}}, now));
    }
    p.id.generation = 2;
    p.services[0].shares = {{{2}, kWholeShare}};
    now.since_boot += seconds(1);
    ASSERT_TRUE(tables.apply(p, now)); // half of the slots move
    std::map<int, SiteId> sites;
    const auto packet_of = [](int number, std::uint8_t flags) {
        SyntheticPacket packet;
        packet.flow = {*Ip6::parse("2001:db8:c::" + std::to_string(number)), 7, *Ip6::parse("2001:db8:a::1"),
                       80, Transport::kTcp};
        packet.tcp_flags = flags;
        return build_frame(packet);
    };
    for (int i = 0; i < 1000; i++) {
        sites[i] = host.run(packet_of(i, SyntheticPacket::kSyn), PacketRole::kExternal, now).site;
    }
    auto reasons = host.counters().reasons;
    EXPECT_NEAR(double(reasons.at("recorded")), 100, 2);
    EXPECT_NEAR(double(reasons.at("insert_capped")), 400, 60) << "those of moving slots";
    EXPECT_EQ(reasons.at("exception_full"), 0U);
    for (int i = 0; i < 1000; i++) {
        EXPECT_EQ(host.run(packet_of(i, SyntheticPacket::kAck), PacketRole::kExternal, now).site, sites[i])
            << i;
    }
    // Entries that are there are refreshed whatever the rate is, and time brings room.
    const auto before = host.counters().reasons.at("recorded");
    now.since_boot += milliseconds(50);
    for (int i = 2000; i < 2500; i++) {
        (void)host.run(packet_of(i, SyntheticPacket::kSyn), PacketRole::kExternal, now);
    }
    EXPECT_NEAR(double(host.counters().reasons.at("recorded") - before), 80, 3);
}

TEST_F(SecondChoice, NewPlan_SitesKeepTheirRowsAndNews) {
    start(plan(0.25, 3));
    pass(milliseconds(100));
    (void)share_of(1, 1000);
    say(2, 40);
    say(3, 1);
    auto next = plan(0.25, 3);
    next.id.generation = 2;
    next.services[0].placement.sites.erase(next.services[0].placement.sites.begin()); // site 1 takes none now
    next.services[0].shares = {{{2}, kWholeShare / 2}, {{3}, kWholeShare / 2}};
    ASSERT_TRUE(engine.apply(next, now));
    EXPECT_EQ(engine.placement().sites, 2U);
    EXPECT_EQ(engine.placement().fresh, 2U);
    pass(milliseconds(50));
    EXPECT_LT(share_of(2, 20), 0.2);
}

} // namespace
} // namespace suanlu
