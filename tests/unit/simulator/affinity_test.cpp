// SPDX-License-Identifier: Apache-2.0
// Flows kept by the data plane's own tables inside the simulation.
#include <gtest/gtest.h>

#include <set>

#include "simulator/flow_keeper.hpp"
#include "simulator/simulate.hpp"

namespace suanlu::sim {
namespace {

FlowAffinity slots(std::uint32_t exceptions = 65536, double timeout_s = 60) {
    return {251, timeout_s, exceptions};
}

TEST(FlowKeeper, Flows_StayWhileTheirSlotsMove) {
    FlowKeeper keeper(slots(), {true, true, true});
    keeper.set_shares({1, 0, 0}, 0);
    for (std::uint64_t flow = 1; flow <= 500; ++flow) {
        ASSERT_EQ(keeper.start(flow, 0), 0U);
        EXPECT_FALSE(keeper.is_kept());
    }
    keeper.set_shares({0, 1, 0}, 1);
    EXPECT_EQ(keeper.moving(), 1);
    EXPECT_EQ(keeper.start(1000, 1), 1U) << "new flows go where they shall";
    EXPECT_TRUE(keeper.is_kept());
    for (std::uint64_t flow = 1; flow <= 500; ++flow) {
        EXPECT_EQ(keeper.follow(flow, 1), 0U);
    }
    for (double at = 1; at < 70; at += 0.1) {
        keeper.tick(at);
    }
    EXPECT_EQ(keeper.moving(), 0) << "final after the timeout";
    EXPECT_EQ(keeper.start(1001, 70), 1U);
}

TEST(FlowKeeper, DeadSite_LosesItsFlows_SuspectOneOnlyNewOnes) {
    FlowKeeper keeper(slots(), {true, true});
    keeper.set_shares({0.5, 0.5}, 0);
    std::set<std::uint64_t> there;
    for (std::uint64_t flow = 1; flow <= 200; ++flow) {
        if (keeper.start(flow, 0) == 0) {
            there.insert(flow);
        }
    }
    EXPECT_NEAR(static_cast<double>(there.size()), 100, 40);
    keeper.set_liveness(0, FlowKeeper::Liveness::kNoNewFlows, 1);
    for (const std::uint64_t flow : there) {
        EXPECT_EQ(keeper.follow(flow, 1), 0U);
        EXPECT_EQ(keeper.start(flow + 1000, 1), 1U);
    }
    keeper.set_liveness(0, FlowKeeper::Liveness::kDead, 2);
    for (const std::uint64_t flow : there) {
        EXPECT_EQ(keeper.follow(flow, 2), 1U);
    }
}

TEST(FlowKeeper, FullTable_KeepsFlowsOnTheirSlot) {
    FlowKeeper keeper(slots(2), {true, true});
    keeper.set_shares({1, 0}, 0);
    for (std::uint64_t flow = 1; flow <= 4; ++flow) {
        ASSERT_EQ(keeper.start(flow, 0), 0U);
        EXPECT_EQ(keeper.remember(1, 0), flow <= 2);
    }
    EXPECT_EQ(keeper.kept(), 2U);
    EXPECT_EQ(keeper.full(), 2U);
    EXPECT_EQ(keeper.follow(1, 1), 1U) << "on the site that it was put on";
    EXPECT_EQ(keeper.follow(3, 1), 0U);
}

Scenario connections() {
    Scenario s;
    s.name = "connections";
    for (const std::uint32_t workers : {8U, 8U, 24U}) {
        SimSite site;
        site.name = "site-" + std::to_string(s.sites.size() + 1);
        site.workers = workers;
        s.sites.push_back(site);
    }
    s.ingresses = {{"west", 1}, {"east", 2}};
    s.rtt_s = {{0.004, 0.02, 0.03}, {0.02, 0.004, 0.04}};
    s.sizes.mean = 0.1;
    s.arrivals.load = 0.7;
    s.arrivals.least_jobs_per_flow = 1;
    s.arrivals.most_jobs_per_flow = 100;
    s.arrivals.think_s = 0.05;
    s.affinity = {1021, 30, 65536};
    s.seconds = 60;
    return s;
}

TEST(Affinity, NoFlowChangesItsSite_WhileItLives) {
    for (const char* policy : {"default", "split", "jsq2", "least-load"}) {
        Scenario s = connections();
        s.happenings = {{Happening::Kind::kLoadStep, 20, 0, {1}, 1.3},
                        {Happening::Kind::kSiteDies, 30, 1, {}, 1},
                        {Happening::Kind::kSiteReturns, 40, 1, {}, 1}};
        DispatcherSpec spec;
        spec.policy = policy;
        const Outcome o = *simulate(s, spec);
        EXPECT_EQ(o.affinity.broken, 0U) << policy;
        EXPECT_GT(o.affinity.most_kept, 0U) << policy;
        EXPECT_EQ(o.affinity.full, 0U) << policy;
        EXPECT_GT(o.affinity.most_moving, 0) << policy;
        EXPECT_EQ(o.arrived, o.completed + o.in_flight + o.refused) << policy;
        const Outcome again = *simulate(s, spec);
        EXPECT_EQ(again.response_s.mean, o.response_s.mean) << policy;
        EXPECT_EQ(again.affinity.most_kept, o.affinity.most_kept) << policy;
    }
}

/// What remembers every flow by itself outgrows a small table, and then is no longer what it was.
TEST(Affinity, BoundedTable_HoldsPoliciesThatPlaceEveryFlow) {
    Scenario s = connections();
    s.arrivals.most_jobs_per_flow = 2;
    s.affinity.exceptions = 50;
    DispatcherSpec spec;
    spec.policy = "jsq2";
    const Outcome o = *simulate(s, spec);
    EXPECT_GT(o.affinity.full, 100U);
    EXPECT_LE(o.affinity.most_kept, 50U);
    EXPECT_EQ(o.affinity.broken, 0U);
}

TEST(Affinity, Slots_GiveTheResponsesOfFlowsRememberedByThemselves) {
    Scenario s = connections();
    s.arrivals.most_jobs_per_flow = 1;
    s.seconds = 120;
    const double with = simulate(s, {})->response_s.mean;
    s.affinity.slots = 0;
    EXPECT_NEAR(with, simulate(s, {})->response_s.mean, 0.1 * with);
}

} // namespace
} // namespace suanlu::sim
