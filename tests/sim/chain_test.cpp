// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/sim_world.hpp"

namespace suanlu::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Cameras at both ingresses, below what mec-1 alone can take, until the shares have settled.
void settle(SimWorld& world, double flows_per_s = 20) {
    world.load("R1", "analysis", flows_per_s);
    world.load("R2", "analysis", flows_per_s);
    world.run(seconds(15));
    world.take_placed();
}

TEST(Chain, StartUp_EveryIngressGetsAPlanAndSteers) {
    SimWorld world;
    world.run(seconds(2));
    EXPECT_EQ(world.decision().state(), DecisionState::kDeciding);
    for (const char* node : {"R1", "R2"}) {
        EXPECT_EQ(world.agent_state(node), AgentState::kApplied) << node;
        EXPECT_EQ(world.ingress(node).core->mode(), AgentMode::kLive);
        ASSERT_NE(world.ingress(node).core->plan(), nullptr);
        EXPECT_EQ(world.ingress(node).core->plan()->sites.size(), 3U);
    }
    world.load("R1", "analysis", 10);
    world.run(seconds(5));
    const auto placed = world.take_placed();
    EXPECT_EQ(placed.count(""), 0U) << "every flow is steered";
    EXPECT_GT(placed.at("mec-1"), 25) << "the nearest idle site takes most";
}

TEST(Chain, LoadAbove90_NewFlowsMoveAndEstablishedStay) {
    SimWorld world;
    settle(world);
    const double before = world.share("R1", "analysis", "mec-1");
    std::vector<LiveFlow*> streams;
    for (int i = 0; i < 40; ++i) {
        streams.push_back(&world.start_flow("R1", "stream"));
    }
    std::vector<SiteId> began;
    for (const LiveFlow* flow : streams) {
        began.push_back(flow->site);
    }
    EXPECT_NE(std::count(began.begin(), began.end(), world.id_of("mec-1")), 0);
    world.site("mec-1").set_local(4); // a local batch job takes every worker
    world.run(seconds(2));
    EXPECT_GT(before, 0.3);
    EXPECT_EQ(world.share("R1", "analysis", "mec-1"), 0);
    world.take_placed();
    world.run(seconds(10));
    EXPECT_EQ(world.take_placed()["mec-1"], 0) << "no new flow goes to a site without workers";
    for (std::size_t i = 0; i < streams.size(); ++i) {
        EXPECT_EQ(streams[i]->moves, 0);
        EXPECT_EQ(streams[i]->lost, 0);
        EXPECT_EQ(streams[i]->site, began[i]);
    }
}

TEST(Chain, PartOfTheWorkersTaken_NewFlowsFollowInProportion) {
    SimWorld world;
    settle(world, 30);
    const double before = world.share("R1", "analysis", "mec-1");
    world.site("mec-1").set_local(3);
    world.run(seconds(15));
    const double after = world.share("R1", "analysis", "mec-1");
    EXPECT_LT(after, before);
    double sum = 0;
    for (const char* site : {"mec-1", "mec-2", "icc"}) {
        sum += world.share("R1", "analysis", site);
    }
    EXPECT_NEAR(sum, 1, 1e-9);
}

TEST(Chain, MovableFlows_LeaveAHotSiteWithinTwoSeconds) {
    SimWorld world;
    settle(world);
    std::vector<LiveFlow*> streams;
    for (int i = 0; i < 20; ++i) {
        streams.push_back(&world.start_flow("R1", "video"));
    }
    world.run(seconds(1));
    const auto is_on_first = [&](const LiveFlow* flow) { return flow->site == world.id_of("mec-1"); };
    ASSERT_GT(std::count_if(streams.begin(), streams.end(), is_on_first), 0);
    const MonoTime hot = world.now();
    world.site("mec-1").set_local(4);
    world.run(seconds(2));
    for (const LiveFlow* flow : streams) {
        EXPECT_NE(flow->site, world.id_of("mec-1"));
        EXPECT_EQ(flow->lost, 0);
        EXPECT_LE(flow->moves, 1);
        EXPECT_LE(flow->moved_at - hot, seconds(2));
    }
    world.run(seconds(50));
    for (const LiveFlow* flow : streams) {
        EXPECT_LE(flow->moves, 1) << "at most one move in 60 s";
    }
}

TEST(Chain, SiteDeath_NewFlowsLeaveAndOthersStay) {
    SimWorld world;
    settle(world, 40);
    std::vector<LiveFlow*> streams;
    for (int i = 0; i < 60; ++i) {
        streams.push_back(&world.start_flow("R2", "analysis"));
    }
    std::map<const LiveFlow*, SiteId> began;
    for (const LiveFlow* flow : streams) {
        began[flow] = flow->site;
    }
    ASSERT_GT(world.share("R2", "analysis", "mec-2"), 0);
    world.site("mec-2").set_up(false);
    world.run(seconds(5));
    EXPECT_EQ(world.share("R2", "analysis", "mec-2"), 0);
    world.take_placed();
    world.run(seconds(5));
    EXPECT_EQ(world.take_placed()["mec-2"], 0);
    for (const LiveFlow* flow : streams) {
        if (began[flow] != world.id_of("mec-2")) {
            EXPECT_EQ(flow->moves, 0);
        } else {
            EXPECT_NE(flow->site, world.id_of("mec-2")) << "its slots went to the survivors";
        }
    }
    const auto why = world.decision().explain("analysis", "R2");
    ASSERT_TRUE(why);
    EXPECT_EQ(why->candidates[1].rejected_by, "not alive at this ingress");
}

TEST(Chain, LinkCut_PathsFollowAndFlowsStayOnTheirSite) {
    SimWorld world;
    settle(world);
    LiveFlow& flow = world.start_flow("R1", "stream");
    const SiteId began = flow.site;
    const auto egress_before = world.decision().paths().paths("R1", world.id_of("mec-1")).front().links;
    EXPECT_EQ(egress_before.front(), "R1>P1");
    world.cut("R1", "P1");
    world.run(seconds(3));
    const auto& after = world.decision().paths().paths("R1", world.id_of("mec-1"));
    ASSERT_FALSE(after.empty());
    EXPECT_EQ(after.front().links.front(), "R1>P2");
    EXPECT_EQ(flow.moves, 0);
    EXPECT_EQ(flow.site, began);
    EXPECT_EQ(flow.lost, 0);
    EXPECT_EQ(world.ingress("R1").core->plan()->sites[0].paths, after);
    world.mend("R1", "P1");
    world.run(seconds(3));
    EXPECT_EQ(world.agent_state("R1"), AgentState::kApplied);
    EXPECT_EQ(flow.moves, 0);
}

/// Its numbers are made of arrivals that the process has seen itself.
Plan without_placement(Plan plan) {
    for (ServicePlan& service : plan.services) {
        service.placement = {};
    }
    return plan;
}

TEST(Chain, ControllerRestart_AdoptsWhatIsProgrammed) {
    SimWorld world;
    settle(world, 30);
    const Plan before = *world.ingress("R1").core->plan();
    std::vector<LiveFlow*> streams;
    for (int i = 0; i < 20; ++i) {
        streams.push_back(&world.start_flow("R1", "video"));
    }
    world.stop_controller();
    world.run(seconds(4));
    EXPECT_EQ(world.ingress("R1").core->mode(), AgentMode::kLastGood);
    world.restart_controller();
    world.run(seconds(10));
    const Plan& after = *world.ingress("R1").core->plan();
    EXPECT_TRUE(same_content(without_placement(before), without_placement(after)))
        << "a restart decides nothing new";
    EXPECT_EQ(after.services[0].placement.sites.size(), before.services[0].placement.sites.size());
    EXPECT_GT(after.id.epoch, before.id.epoch);
    EXPECT_EQ(world.ingress("R1").core->mode(), AgentMode::kLive);
    EXPECT_GE(world.program().counters().adopted, 2U);
    for (const LiveFlow* flow : streams) {
        EXPECT_EQ(flow->lost + flow->moves, 0);
    }
}

TEST(Chain, ControllerRestartWithoutItsState_ContinuesAboveWhatAgentsReport) {
    SimWorld world;
    settle(world);
    world.restart_controller();
    world.run(seconds(3));
    const PlanId before = world.ingress("R1").core->applied();
    ASSERT_EQ(before.epoch, 2U);
    world.restart_controller(false);
    world.run(seconds(7));
    const PlanId after = world.ingress("R1").core->applied();
    EXPECT_TRUE(after.is_newer_than(before)) << after.text();
    EXPECT_EQ(world.agent_state("R1"), AgentState::kApplied);
}

TEST(Chain, AgentRestart_KeepsForwardingAndIsAdopted) {
    SimWorld world;
    settle(world);
    std::vector<LiveFlow*> streams;
    for (int i = 0; i < 20; ++i) {
        streams.push_back(&world.start_flow("R1", "stream"));
    }
    const PlanId before = world.ingress("R1").core->applied();
    const auto sent = world.program().counters().sent;
    world.restart_agent("R1");
    EXPECT_EQ(world.ingress("R1").core->applied(), before);
    world.run(milliseconds(100));
    EXPECT_EQ(world.program().counters().sent, sent) << "it already runs the newest Plan";
    world.run(seconds(3));
    EXPECT_EQ(world.agent_state("R1"), AgentState::kApplied);
    for (const LiveFlow* flow : streams) {
        EXPECT_EQ(flow->lost + flow->moves, 0);
    }
    EXPECT_GT(world.decision().arrivals().rate("R1", "analysis").value, 15);
}

TEST(Chain, OlderGeneration_IsRefusedAndChangesNothing) {
    SimWorld world;
    settle(world);
    SimIngress& r1 = world.ingress("R1");
    Plan older = *r1.core->plan();
    const PlanId in_force = older.id;
    older.id.generation -= 1;
    older.services[0].shares = {{world.id_of("icc"), kWholeShare}};
    const auto verdict = r1.core->offer(older, {}, world.now());
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, Errc::kConflict);
    EXPECT_EQ(r1.core->applied(), in_force);
    EXPECT_GT(world.share("R1", "analysis", "mec-1"), 0);
}

TEST(Chain, StaleReports_SiteTakesNoNewFlowsUntilItsReportsAreBack) {
    SimWorld world;
    settle(world);
    ASSERT_GT(world.share("R1", "analysis", "mec-1"), 0);
    world.site("mec-1").set_reporting(false);
    world.run(milliseconds(2500));
    EXPECT_EQ(world.share("R1", "analysis", "mec-1"), 0);
    const auto why = world.decision().explain("analysis", "R1");
    ASSERT_TRUE(why);
    EXPECT_EQ(why->candidates[0].rejected_by, "stale report while fresh sites remain");
    world.site("mec-1").set_reporting(true);
    world.run(seconds(15));
    EXPECT_GT(world.share("R1", "analysis", "mec-1"), 0);
}

TEST(Chain, MostSitesFallSilentAtOnce_SharesStayAndTheStateSaysWhy) {
    SimWorld world;
    settle(world);
    const Plan before = *world.ingress("R1").core->plan();
    world.site("mec-1").set_reporting(false);
    world.site("mec-2").set_reporting(false);
    world.run(seconds(6));
    EXPECT_EQ(world.decision().state(), DecisionState::kSelfSuspect);
    EXPECT_EQ(world.decision().counters().self_suspected, 1U);
    EXPECT_TRUE(same_content(before, *world.ingress("R1").core->plan()));
    const auto why = world.decision().explain("analysis", "R1");
    ASSERT_TRUE(why);
    EXPECT_TRUE(why->verdict.starts_with("held:")) << why->verdict;
    world.site("mec-1").set_reporting(true);
    world.site("mec-2").set_reporting(true);
    world.run(seconds(1));
    EXPECT_EQ(world.decision().state(), DecisionState::kDeciding);
}

TEST(Chain, TwoRuns_AreTheSameRun) {
    std::vector<std::string> ends;
    for (int i = 0; i < 2; ++i) {
        SimWorld world;
        settle(world, 35);
        world.site("mec-1").set_local(2);
        world.run(seconds(5));
        std::string end = world.ingress("R1").core->applied().text();
        for (const auto& [site, flows] : world.take_placed()) {
            end += " " + site + "=" + std::to_string(flows);
        }
        ends.push_back(end);
    }
    EXPECT_EQ(ends[0], ends[1]);
}

} // namespace
} // namespace suanlu::sim
