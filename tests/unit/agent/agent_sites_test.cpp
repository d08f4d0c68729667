// SPDX-License-Identifier: Apache-2.0
// Sites that others probe, static weights while most are gone, what lives on a site that is drained, and
// what sites say of their load.
#include "tests/unit/agent/agent_bench.hpp"

namespace suanlu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SiteId kSites[] = {AgentBench::kA, AgentBench::kB, AgentBench::kC};

Plan told(std::uint64_t generation, bool is_down) {
    Plan plan = AgentBench::plan(generation);
    plan.sites[0].is_probed = false;
    plan.sites[0].is_told_down = is_down;
    return plan;
}

TEST(SelfSuspect, MostSitesGoneServesStaticWeightsUntilTheyAreBack) {
    AgentBench b;
    b.begin();
    ASSERT_EQ(b.engine.shares.at(AgentBench::kService).size(), 1U);
    for (const SiteId site : kSites) {
        b.fail_site(site);
    }
    EXPECT_EQ(b.core.mode(), AgentMode::kSelfSuspect);
    EXPECT_EQ(to_text(b.core.mode()), "self-suspect");
    EXPECT_EQ(b.engine.shares.at(AgentBench::kService).size(), 2U) << "static weights";
    EXPECT_TRUE(b.engine.steering.at(AgentBench::kService));
    EXPECT_EQ(b.core.counters().self_suspected, 1U);
    EXPECT_EQ(b.core.report(b.clock.now()).mode, "self-suspect");
    for (const SiteId site : kSites) {
        b.probe(site, 0, ProbeState::kUp);
    }
    EXPECT_EQ(b.core.mode(), AgentMode::kLive);
    EXPECT_EQ(b.engine.shares.at(AgentBench::kService).size(), 1U);
}

TEST(SelfSuspect, OneSiteOfThreeIsNoReason) {
    AgentBench b;
    b.begin();
    b.fail_site(AgentBench::kA);
    b.pass(seconds(4));
    EXPECT_EQ(b.core.mode(), AgentMode::kLive);
    EXPECT_EQ(b.core.counters().self_suspected, 0U);
    EXPECT_EQ(b.engine.shares.at(AgentBench::kService).size(), 1U);
}

TEST(SelfSuspect, SuspectSitesStaySuspectInTheNewTables) {
    AgentBench b;
    b.begin();
    b.fail_site(AgentBench::kA);
    b.engine.liveness.clear();
    b.fail_site(AgentBench::kB);
    ASSERT_EQ(b.core.mode(), AgentMode::kSelfSuspect);
    EXPECT_EQ(b.engine.liveness.at(AgentBench::kA), SiteLiveness::kSuspect) << "said again after apply";
}

TEST(SelfSuspect, EndsWithTheGuardAndThePlansSharesReturn) {
    AgentBench b;
    b.begin();
    b.fail_site(AgentBench::kA);
    b.fail_site(AgentBench::kB);
    b.pass(milliseconds(9'900));
    EXPECT_EQ(b.core.mode(), AgentMode::kSelfSuspect);
    b.pass(milliseconds(300));
    EXPECT_EQ(b.core.mode(), AgentMode::kLive);
    EXPECT_EQ(b.core.liveness(AgentBench::kA), SiteLiveness::kDead)
        << "after the guard failures count as they are";
    EXPECT_EQ(b.engine.shares.at(AgentBench::kService).size(), 1U);
}

TEST(SelfSuspect, AnAgentThatIsAloneLongEnoughKeepsItsState) {
    AgentBench b;
    b.begin();
    b.core.on_session_lost(b.clock.now());
    b.pass(seconds(61));
    ASSERT_EQ(b.core.mode(), AgentMode::kStatic);
    for (const SiteId site : kSites) {
        b.fail_site(site);
    }
    EXPECT_EQ(b.core.mode(), AgentMode::kStatic);
}

TEST(SelfSuspect, WhatOthersToldIsNoReason) {
    AgentBench b;
    b.begin();
    Plan plan = AgentBench::plan(2);
    for (SitePlan& site : plan.sites) {
        site.is_probed = site.id == AgentBench::kA;
        site.is_told_down = !site.is_probed;
    }
    ASSERT_TRUE(b.offer(plan));
    EXPECT_FALSE(b.core.is_guarding()) << "two of three are down, and we have probed neither";
    b.pass(milliseconds(3'100));
    EXPECT_EQ(b.core.liveness(AgentBench::kB), SiteLiveness::kDead);
    EXPECT_EQ(b.core.liveness(AgentBench::kA), SiteLiveness::kAlive);
    EXPECT_EQ(b.core.guard_count(), 0U);
}

TEST(SelfSuspect, NextHopsThatAreGoneAreOurOwnExperience) {
    AgentBench b;
    b.begin();
    Plan plan = AgentBench::plan(2);
    for (SitePlan& site : plan.sites) {
        site.is_probed = false;
    }
    ASSERT_TRUE(b.offer(plan));
    b.core.set_next_hops({}, b.clock.now());
    b.pass(milliseconds(300));
    EXPECT_TRUE(b.core.is_guarding());
}

TEST(ToldSites, OneThatNobodyHereHasProbedIsNotReportedAlive) {
    AgentBench b;
    ASSERT_TRUE(b.core.on_welcome("ctl", b.clock.now()));
    ASSERT_TRUE(b.offer(told(1, false)));
    b.probe(AgentBench::kB, 0, ProbeState::kUp);
    const auto sites = b.core.report(b.clock.now()).sites;
    EXPECT_FALSE(sites.contains("site-1")) << "told";
    EXPECT_EQ(sites.at("site-2"), SiteLiveness::kAlive);
    EXPECT_FALSE(sites.contains("site-3")) << "no answer yet";
    ASSERT_TRUE(b.offer(told(2, true)));
    EXPECT_EQ(b.core.report(b.clock.now()).sites.at("site-1"), SiteLiveness::kSuspect) << "it acts on that";
}

TEST(ToldSites, DownByTheControllerIsSuspectThenDeadThenAlive) {
    AgentBench b;
    b.begin();
    ASSERT_TRUE(b.offer(told(2, false)));
    EXPECT_EQ(b.core.told_sites(), 1U);
    EXPECT_EQ(b.core.liveness(AgentBench::kA), SiteLiveness::kAlive);
    ASSERT_TRUE(b.offer(told(3, true)));
    EXPECT_EQ(b.engine.liveness.at(AgentBench::kA), SiteLiveness::kSuspect);
    b.pass(milliseconds(3'100));
    EXPECT_EQ(b.engine.liveness.at(AgentBench::kA), SiteLiveness::kDead);
    ASSERT_TRUE(b.offer(told(4, false)));
    EXPECT_EQ(b.engine.liveness.at(AgentBench::kA), SiteLiveness::kAlive);
}

TEST(ToldSites, WhatWasMeasuredBeforeCountsNoMore) {
    AgentBench b;
    b.begin();
    b.fail_site(AgentBench::kA);
    ASSERT_EQ(b.core.liveness(AgentBench::kA), SiteLiveness::kSuspect);
    ASSERT_TRUE(b.offer(told(2, false)));
    EXPECT_EQ(b.core.liveness(AgentBench::kA), SiteLiveness::kAlive);
    for (const IngressReport report = b.core.report(b.clock.now()); const auto& path : report.paths) {
        EXPECT_NE(path.site, "site-1") << "an old measurement is no report";
    }
}

TEST(Drain, ReportsWhatLivesThereAndIsEmptyOnlyAfterAWholeLook) {
    AgentBench b;
    b.begin();
    EXPECT_TRUE(b.core.report(b.clock.now()).rests.empty()) << "nobody asked";
    b.engine.occupied.sites[AgentBench::kA] = {12, 3};
    b.engine.occupied.looks = 7;
    Plan plan = AgentBench::plan(2);
    plan.sites[0].is_draining = true;
    ASSERT_TRUE(b.offer(plan));
    EXPECT_EQ(b.core.report(b.clock.now()).rests.at("site-1"), (SiteRest{12, 3, false}));
    b.engine.occupied.sites.clear();
    b.engine.occupied.looks = 8;
    EXPECT_FALSE(b.core.report(b.clock.now()).rests.at("site-1").is_empty()) << "began before the drain";
    b.engine.occupied.looks = 9;
    EXPECT_TRUE(b.core.report(b.clock.now()).rests.at("site-1").is_empty());
    plan.id.generation = 3;
    plan.sites[0].is_draining = false;
    ASSERT_TRUE(b.offer(plan));
    EXPECT_TRUE(b.core.report(b.clock.now()).rests.empty());
}

TEST(Drain, ConnectionIdsThatNameTheSite_KeepItFromBeingEmptyForTheirTimeout) {
    AgentBench b;
    b.begin();
    b.engine.occupied.looks = 7;
    b.engine.counts.sites[AgentBench::kA].named = 5;
    Plan plan = AgentBench::plan(2);
    plan.sites[0].is_draining = true;
    plan.services[0].affinity_timeout = {10};
    plan.services[0].traffic.quic = {1, 2, {{AgentBench::kA, 77}}};
    ASSERT_TRUE(b.offer(plan));
    const auto rest = [&] { return b.core.report(b.clock.now()).rests.at("site-1"); };
    EXPECT_TRUE(rest().is_named) << "nobody has looked long enough";
    b.engine.occupied.looks = 9;
    b.pass(seconds(9));
    ++b.engine.counts.sites[AgentBench::kA].named;
    EXPECT_TRUE(rest().is_named);
    b.pass(seconds(9));
    EXPECT_FALSE(rest().is_empty()) << "nine seconds after its last packet";
    b.pass(seconds(2));
    EXPECT_TRUE(rest().is_empty());
}

TEST(SiteLoads, ReachTheEngineUnderItsIds_AsOldAsTheyAre) {
    AgentBench b;
    b.begin();
    b.pass(seconds(1));
    const MonoTime received = b.clock.now() - milliseconds(20);
    b.core.on_loads({{"site-2", "analysis", 7.5, Microseconds{5000}}, {"site-3", "analysis", 0, {}}},
                    received, b.clock.now());
    ASSERT_EQ(b.engine.loads.size(), 2U);
    EXPECT_EQ(b.engine.loads[0].service, AgentBench::kService);
    EXPECT_EQ(b.engine.loads[0].site, AgentBench::kB);
    EXPECT_EQ(b.engine.loads[0].jobs, 7.5);
    EXPECT_EQ(b.engine.loads[0].measured, received - milliseconds(5));
    EXPECT_EQ(b.engine.loads[1].site, AgentBench::kC);
    EXPECT_EQ(b.engine.loads[1].measured, received);
    EXPECT_EQ(b.core.counters().loads_unknown, 0U);
}

TEST(SiteLoads, WhatThePlanDoesNotNameIsCountedAndLeft) {
    AgentBench b;
    const auto tell = [&](const char* site, const char* service) {
        b.core.on_loads({{site, service, 1, {}}}, b.clock.now(), b.clock.now());
    };
    tell("site-1", "analysis");
    EXPECT_EQ(b.core.counters().loads_unknown, 1U) << "no Plan yet";
    b.begin();
    tell("site-9", "analysis");
    tell("site-1", "other");
    EXPECT_EQ(b.core.counters().loads_unknown, 3U);
    EXPECT_TRUE(b.engine.loads.empty());
    tell("site-1", "analysis");
    EXPECT_EQ(b.engine.loads.size(), 1U);
}

} // namespace
} // namespace suanlu
