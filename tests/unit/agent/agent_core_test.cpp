// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/agent_core.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/agent/agent_bench.hpp"

namespace suanlu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(AgentPlans, AcceptedPlanReachesKernelAndEngine) {
    AgentBench b;
    b.begin();
    EXPECT_EQ(b.engine.applied_id.generation, 1U);
    EXPECT_EQ(b.sids.sids.size(), 1U);
    EXPECT_EQ(b.engine.paths.at(AgentBench::kA), path_id(AgentBench::kA, 0));
    EXPECT_TRUE(b.engine.steering.at(AgentBench::kService));
    EXPECT_EQ(b.core.applied().text(), "ctl/1/1");
}

TEST(AgentSids, EngineIsToldOnceUntilSomethingChanges) {
    AgentBench b;
    EngineSid sid{*Prefix6::parse("fc00:0:1:f006::/64"), SidBehaviour::kEndDx6, AgentBench::hop(4), 1500};
    b.core.set_engine_sids({{sid}, {}});
    b.core.set_engine_sids({{sid}, {}});
    EXPECT_EQ(b.engine.sid_calls, 1);
    sid.hop = {};
    b.core.set_engine_sids({{sid}, {}});
    EXPECT_EQ(b.engine.sids, std::vector<EngineSid>{sid});
    b.core.set_engine_sids({});
    EXPECT_TRUE(b.engine.sids.empty());
}

TEST(AgentSteering, WhatIsKnownBeforeTheFirstPlanIsToldAtOnce) {
    AgentBench b;
    b.core.set_route_usable(AgentBench::kService, false, "blackhole", b.clock.now());
    EXPECT_FALSE(b.engine.steering.at(AgentBench::kService))
        << "so that no packet of the Plan comes before it";
    ASSERT_TRUE(b.core.on_welcome("ctl", b.clock.now()));
    ASSERT_TRUE(b.offer(AgentBench::plan(1)));
    EXPECT_FALSE(b.engine.steering.at(AgentBench::kService));
    EXPECT_EQ(b.core.counters().engine_errors, 0U);
}

TEST(AgentPlans, OlderGenerationIsRefusedAndChangesNothing) {
    AgentBench b;
    b.begin();
    ASSERT_TRUE(b.offer(AgentBench::plan(5)));
    const auto verdict = b.offer(AgentBench::plan(4));
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, Errc::kConflict);
    EXPECT_EQ(b.engine.applied_id.generation, 5U);
    EXPECT_EQ(b.core.counters().plans_refused.at("conflict"), 1U);
}

TEST(AgentPlans, LaterEpochWinsOverGeneration) {
    AgentBench b;
    b.begin();
    ASSERT_TRUE(b.offer(AgentBench::plan(9)));
    Plan next = AgentBench::plan(1);
    next.id.epoch = 2;
    EXPECT_TRUE(b.offer(next));
    EXPECT_FALSE(b.offer(AgentBench::plan(10))) << "the epoch before is over";
}

TEST(AgentPlans, SamePlanAgainIsRepeatedAndNotAppliedTwice) {
    AgentBench b;
    b.begin();
    const int applies = b.engine.applies;
    const auto verdict = b.offer(AgentBench::plan(1));
    ASSERT_TRUE(verdict);
    EXPECT_EQ(*verdict, PlanOrder::kRepeated);
    EXPECT_EQ(b.engine.applies, applies);
    Plan other = AgentBench::plan(1);
    other.services[0].port = 1;
    EXPECT_FALSE(b.offer(other)) << "one number, two contents";
}

TEST(AgentPlans, SecondControllerIsRefusedWhileTheFirstSessionLives) {
    AgentBench b;
    b.begin();
    EXPECT_FALSE(b.core.on_welcome("usurper", b.clock.now()));
    Plan foreign = AgentBench::plan(50);
    foreign.id.controller = "usurper";
    const auto verdict = b.offer(foreign);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().detail.rfind("id.controller:", 0), 0U);
    b.core.on_session_lost(b.clock.now());
    ASSERT_TRUE(b.core.on_welcome("usurper", b.clock.now()));
    EXPECT_TRUE(b.offer(foreign));
}

TEST(AgentPlans, EveryWayOutsideTheAllowListsIsRefusedWithItsField) {
    struct Offence {
        const char* field;
        void (*commit)(Plan&);
    };
    const Offence offences[] = {
        {"node", [](Plan& p) { p.node = "R2"; }},
        {"sid_block", [](Plan& p) { p.sid_block = *Prefix6::parse("fc01::/32"); }},
        {"services[0].prefixes", [](Plan& p) { p.services[0].traffic.prefixes = {*Prefix6::parse("::/0")}; }},
        {"local_sids[0].sid", [](Plan& p) { p.local_sids[0].sid = *Prefix6::parse("2001:db8::/48"); }},
        {"local_sids[0].sid", [](Plan& p) { p.local_sids[0].sid = *Prefix6::parse("fc00:0:2::/48"); }},
        {"sites[1].paths[0].destination",
         [](Plan& p) { p.sites[1].paths[0].destination6 = *Ip6::parse("2001:db8::1"); }},
        {"sites[0].paths[1].destination",
         [](Plan& p) { p.sites[0].paths[1].destination4 = *Ip6::parse("2001:db8::1"); }},
        {"services[0].addresses",
         [](Plan& p) { p.services[0].addresses.push_back(*Ip6::parse("2001:db8:b::1")); }},
    };
    AgentBench b;
    b.begin();
    for (const Offence& offence : offences) {
        Plan plan = AgentBench::plan(2);
        offence.commit(plan);
        const auto verdict = b.offer(plan);
        ASSERT_FALSE(verdict) << offence.field;
        EXPECT_EQ(verdict.error().detail.rfind(std::string(offence.field) + ":", 0), 0U)
            << verdict.error().detail;
    }
    EXPECT_EQ(b.engine.applied_id.generation, 1U);
    EXPECT_EQ(b.sids.sids[0].sid, *Prefix6::parse("fc00:0:1::/48"));
}

TEST(AgentPlans, RefusalOfTheEnginePutsTheSidsBack) {
    AgentBench b;
    b.begin();
    b.engine.refuse_apply = "more services than the tables take";
    Plan plan = AgentBench::plan(2);
    plan.local_sids.clear();
    const auto verdict = b.offer(plan);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, Errc::kExhausted);
    EXPECT_EQ(b.sids.sids.size(), 1U);
    EXPECT_EQ(b.core.applied().generation, 1U);
}

TEST(AgentPlans, ForeignSidRefusesThePlan) {
    AgentBench b;
    b.begin();
    b.sids.foreign = "a route of protocol 187 holds this prefix";
    EXPECT_FALSE(b.offer(AgentBench::plan(2)));
    EXPECT_EQ(b.engine.applied_id.generation, 1U);
}

TEST(AgentPlans, SavedPlanIsRestoredWithoutAController) {
    AgentBench b;
    ASSERT_TRUE(b.core.restore(AgentBench::plan(3), AgentBench::all_hops(), b.clock.now()));
    EXPECT_EQ(b.engine.applied_id.generation, 3U);
    EXPECT_EQ(b.core.mode(), AgentMode::kLastGood);
    EXPECT_EQ(b.engine.paths.size(), 3U);
}

TEST(AgentPlans, RestoringClosesNoGateAndRaisesNoDeadSite) {
    AgentBench b;
    b.engine.applied_id = {"ctl", 1, 3};
    AgentCore core(AgentBench::config(), b.engine, b.sids, b.clock.now());
    core.set_route_usable(AgentBench::kService, true, "usable", b.clock.now());
    ASSERT_TRUE(core.restore(AgentBench::plan(3), AgentBench::all_hops(), b.clock.now()));
    EXPECT_TRUE(b.engine.steering.at(AgentBench::kService));
    EXPECT_TRUE(b.engine.liveness.empty()) << "what the engine knew stays until probes say otherwise";
    core.on_probe(
        {path_id(AgentBench::kA, 0), AgentBench::destination(AgentBench::kA, 0), ProbeState::kUp, {}, 2, 2},
        b.clock.now());
    EXPECT_EQ(b.engine.liveness.at(AgentBench::kA), SiteLiveness::kAlive);
    EXPECT_EQ(b.engine.liveness.count(AgentBench::kB), 0U);
}

TEST(AgentPlans, NewerPinnedTablesWinOverAnOlderFile) {
    RecordingEngine engine;
    engine.applied_id = {"ctl", 1, 9};
    RecordingSids sids;
    VirtualClock clock;
    AgentCore core(AgentBench::config(), engine, sids, clock.now());
    ASSERT_TRUE(core.restore(AgentBench::plan(8), AgentBench::all_hops(), clock.now()));
    EXPECT_EQ(engine.applies, 0);
    EXPECT_EQ(core.applied().generation, 9U);
    ASSERT_TRUE(core.on_welcome("ctl", clock.now()));
    EXPECT_FALSE(core.offer(AgentBench::plan(8), AgentBench::all_hops(), clock.now()));
    EXPECT_TRUE(core.offer(AgentBench::plan(9), AgentBench::all_hops(), clock.now()));
    EXPECT_EQ(engine.applies, 1);
}

TEST(AgentPaths, ProbeLossMovesToTheNextPathAndBackAfterTheHold) {
    AgentBench b;
    b.begin();
    b.probe(AgentBench::kA, 0, ProbeState::kDown);
    EXPECT_EQ(b.engine.paths.at(AgentBench::kA), path_id(AgentBench::kA, 1));
    EXPECT_EQ(b.engine.hops.at(AgentBench::kA).interface_index, 11U);
    EXPECT_EQ(b.core.liveness(AgentBench::kA), SiteLiveness::kAlive);
    b.probe(AgentBench::kA, 0, ProbeState::kUp);
    b.pass(milliseconds(900));
    EXPECT_EQ(b.engine.paths.at(AgentBench::kA), path_id(AgentBench::kA, 1)) << "not before the hold";
    b.pass(milliseconds(200));
    EXPECT_EQ(b.engine.paths.at(AgentBench::kA), path_id(AgentBench::kA, 0));
}

TEST(AgentPaths, MissingNextHopMovesAtOnceAndTheLastOneStaysWhenAllAreGone) {
    AgentBench b;
    b.begin();
    NextHopMap hops = AgentBench::all_hops();
    hops[path_id(AgentBench::kA, 0)] = {};
    b.core.set_next_hops(hops, b.clock.now());
    EXPECT_EQ(b.engine.paths.at(AgentBench::kA), path_id(AgentBench::kA, 1));
    b.core.set_next_hops({}, b.clock.now());
    EXPECT_EQ(b.engine.hops.at(AgentBench::kA).interface_index, 11U);
}

TEST(AgentPaths, ANewNextHopIsPushedOnce) {
    AgentBench b;
    b.begin();
    const int before = b.engine.path_calls;
    NextHopMap hops = AgentBench::all_hops();
    hops[path_id(AgentBench::kB, 0)] = AgentBench::hop(12);
    b.core.set_next_hops(hops, b.clock.now());
    b.core.set_next_hops(hops, b.clock.now());
    b.pass(seconds(1));
    EXPECT_EQ(b.engine.path_calls, before + 1);
    EXPECT_EQ(b.engine.hops.at(AgentBench::kB).interface_index, 12U);
}

TEST(AgentPaths, ResultsForAReplacedDestinationAreIgnored) {
    AgentBench b;
    b.begin();
    b.core.on_probe({path_id(AgentBench::kA, 0), *Ip6::parse("fc00:0:ffff::"), ProbeState::kDown, {}, 1, 0},
                    b.clock.now());
    EXPECT_EQ(b.engine.paths.at(AgentBench::kA), path_id(AgentBench::kA, 0));
}

TEST(AgentSites, AllPathsDownIsSuspectThenDeadThenAliveAgain) {
    AgentBench b;
    b.begin();
    b.fail_site(AgentBench::kA);
    EXPECT_EQ(b.engine.liveness.at(AgentBench::kA), SiteLiveness::kSuspect);
    b.pass(milliseconds(2900));
    EXPECT_EQ(b.engine.liveness.at(AgentBench::kA), SiteLiveness::kSuspect);
    b.pass(milliseconds(200));
    EXPECT_EQ(b.engine.liveness.at(AgentBench::kA), SiteLiveness::kDead);
    b.probe(AgentBench::kA, 1, ProbeState::kUp);
    EXPECT_EQ(b.engine.liveness.at(AgentBench::kA), SiteLiveness::kAlive);
}

TEST(AgentSites, MostSitesAtOnceKillNobodyUntilTheGuardEnds) {
    AgentBench b;
    b.begin();
    b.fail_site(AgentBench::kA);
    b.pass(milliseconds(200));
    b.fail_site(AgentBench::kB);
    EXPECT_TRUE(b.core.is_guarding());
    EXPECT_EQ(b.core.guard_count(), 1U);
    b.pass(seconds(9));
    EXPECT_EQ(b.core.liveness(AgentBench::kA), SiteLiveness::kSuspect);
    b.pass(seconds(2));
    EXPECT_EQ(b.core.liveness(AgentBench::kA), SiteLiveness::kDead);
    EXPECT_EQ(b.core.guard_count(), 1U);
}

TEST(AgentSites, AllSitesAtOnceAreNotEvenSuspected) {
    AgentBench b;
    b.begin();
    for (const SiteId site : {AgentBench::kA, AgentBench::kB, AgentBench::kC}) {
        b.fail_site(site);
    }
    for (const auto& [site, liveness] : b.engine.liveness) {
        EXPECT_EQ(liveness, SiteLiveness::kAlive) << site.value;
    }
    b.pass(seconds(5));
    EXPECT_EQ(b.core.liveness(AgentBench::kA), SiteLiveness::kAlive);
    b.probe(AgentBench::kA, 0, ProbeState::kUp);
    b.probe(AgentBench::kB, 0, ProbeState::kUp);
    EXPECT_FALSE(b.core.is_guarding());
}

TEST(AgentSites, FailuresFarApartAreNoBurst) {
    AgentBench b;
    b.begin();
    b.fail_site(AgentBench::kA);
    b.pass(seconds(1));
    b.fail_site(AgentBench::kB);
    EXPECT_FALSE(b.core.is_guarding());
    b.pass(seconds(4));
    EXPECT_EQ(b.core.liveness(AgentBench::kA), SiteLiveness::kDead);
    EXPECT_EQ(b.core.liveness(AgentBench::kB), SiteLiveness::kDead);
}

TEST(AgentSites, AnUnresolvedNextHopIsNoFailureWhileItIsBeingResolved) {
    AgentBench b;
    ASSERT_TRUE(b.core.on_welcome("ctl", b.clock.now()));
    ASSERT_TRUE(b.core.offer(AgentBench::plan(1), {}, b.clock.now()));
    EXPECT_EQ(b.core.liveness(AgentBench::kA), SiteLiveness::kAlive);
    EXPECT_TRUE(b.engine.paths.empty());
    b.core.set_next_hops(AgentBench::all_hops(), b.clock.now());
    EXPECT_EQ(b.engine.paths.size(), 3U);
}

TEST(AgentModes, WithoutAControllerTheStatesFollowInOrder) {
    AgentBench b;
    b.begin();
    EXPECT_EQ(b.core.mode(), AgentMode::kLive);
    b.core.on_session_lost(b.clock.now());
    b.pass(milliseconds(1900));
    EXPECT_EQ(b.core.mode(), AgentMode::kLive) << "a short loss is none";
    b.pass(milliseconds(200));
    EXPECT_EQ(b.core.mode(), AgentMode::kLastGood);
    EXPECT_EQ(b.engine.shares.at(AgentBench::kService).size(), 1U);
    b.pass(seconds(58));
    EXPECT_EQ(b.core.mode(), AgentMode::kStatic);
    EXPECT_EQ(b.engine.shares.at(AgentBench::kService).size(), 2U);
    EXPECT_TRUE(b.engine.steering.at(AgentBench::kService));
    b.pass(seconds(540));
    EXPECT_EQ(b.core.mode(), AgentMode::kAnycast);
    EXPECT_FALSE(b.engine.steering.at(AgentBench::kService));
    ASSERT_TRUE(b.core.on_welcome("ctl", b.clock.now()));
    EXPECT_EQ(b.core.mode(), AgentMode::kLive);
    EXPECT_EQ(b.engine.shares.at(AgentBench::kService).size(), 1U);
    EXPECT_TRUE(b.engine.steering.at(AgentBench::kService));
}

TEST(AgentModes, AQuickReconnectChangesNothing) {
    AgentBench b;
    b.begin();
    const int applies = b.engine.applies;
    b.core.on_session_lost(b.clock.now());
    b.pass(seconds(1));
    ASSERT_TRUE(b.core.on_welcome("ctl", b.clock.now()));
    b.pass(seconds(5));
    EXPECT_EQ(b.core.mode(), AgentMode::kLive);
    EXPECT_EQ(b.engine.applies, applies);
}

TEST(AgentGate, SteeringFollowsTheRouteOfTheService) {
    AgentBench b;
    ASSERT_TRUE(b.core.on_welcome("ctl", b.clock.now()));
    ASSERT_TRUE(b.offer(AgentBench::plan(1)));
    EXPECT_EQ(b.engine.steering.count(AgentBench::kService), 0U)
        << "nothing is said before the route was seen";
    b.core.set_route_usable(AgentBench::kService, true, "usable", b.clock.now());
    EXPECT_TRUE(b.engine.steering.at(AgentBench::kService));
    b.core.set_route_usable(AgentBench::kService, false, "blackhole", b.clock.now());
    EXPECT_FALSE(b.engine.steering.at(AgentBench::kService));
    ASSERT_TRUE(b.offer(AgentBench::plan(2)));
    EXPECT_FALSE(b.engine.steering.at(AgentBench::kService)) << "a Plan does not open the gate";
}

TEST(AgentReport, NamesInsteadOfNumbers) {
    AgentBench b;
    b.begin();
    b.engine.counts.services[AgentBench::kService] = {10, 100, 1000, 1, {{AgentBench::kB, 4}}};
    b.engine.counts.reasons["mtu"] = 3;
    b.engine.counts.sites[AgentBench::kB].paths[1] = {20, 2000, 2};
    b.engine.flow_list = {{AgentBench::kService, *Ip6::parse("2001:db8:c1::2"), 4000, AgentBench::kA, true,
                           milliseconds(1500)}};
    b.fail_site(AgentBench::kC);
    b.pass(seconds(2));
    const IngressReport report = b.core.report(b.clock.now());
    EXPECT_EQ(report.sequence, 1U);
    EXPECT_EQ(b.core.report(b.clock.now()).sequence, 2U);
    EXPECT_EQ(report.mode, "live");
    EXPECT_DOUBLE_EQ(report.uptime_s, 2.0);
    ASSERT_EQ(report.services.size(), 1U);
    EXPECT_EQ(report.services[0].service, "analysis");
    EXPECT_EQ(report.services[0].client_class, "cameras-1");
    EXPECT_EQ(report.services[0].new_flows_by_site.at("site-2"), 4U);
    EXPECT_EQ(report.sites.at("site-3"), SiteLiveness::kSuspect);
    EXPECT_EQ(report.paths.size(), 6U);
    ASSERT_EQ(report.path_counts.size(), 2U) << "of the site that the engine has counts of";
    EXPECT_EQ(report.path_counts[1].path, path_id(AgentBench::kB, 1));
    EXPECT_EQ(report.path_counts[1].site, "site-2");
    EXPECT_EQ(report.path_counts[1].packets, 20U);
    EXPECT_EQ(report.path_counts[1].bytes, 2000U);
    EXPECT_EQ(report.path_counts[1].drops, 2U);
    ASSERT_EQ(report.flows.size(), 1U);
    EXPECT_EQ(report.flows[0].source, "[2001:db8:c1::2]:4000");
    EXPECT_EQ(report.flows[0].kind, "exception");
    EXPECT_EQ(report.reasons.at("mtu"), 3U);
}

} // namespace
} // namespace suanlu
