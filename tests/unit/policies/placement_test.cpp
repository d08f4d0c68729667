// SPDX-License-Identifier: Apache-2.0
#include "policies/placement.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <random>

#include "policies/arrival_filter.hpp"
#include "policies/jobs_per_flow.hpp"

namespace suanlu {
namespace {

PlacementSite site(double path_s, double slots, double load) {
    const ServiceModel model = *ServiceModel::workers({slots, 1, 1});
    return {path_s, path_s / 2, 0, std::make_shared<const SiteIndex>(model, load * slots)};
}

/// Two equal sites of ten workers, one flow in two to each.
PlacementPlan pair() {
    PlacementPlan plan;
    plan.sites = {site(0.01, 10, 0.8), site(0.01, 10, 0.8)};
    plan.weights = {{1, 1}};
    return plan;
}

FlowPlacer placer(double share, PlacementPlan plan = pair()) {
    PlacementOptions options;
    options.exception_share = share;
    FlowPlacer out(options);
    out.set_plan(std::move(plan));
    return out;
}

TEST(Placement, BusyFirstDraw_GivesWayToTheOther) {
    FlowPlacer p = placer(1);
    p.report(0, {20, 0}, 0);
    p.report(1, {2, 0}, 0);
    const Choice choice = p.place(0.1, 0.2, 0.5);
    EXPECT_EQ(choice.base, 0U);
    EXPECT_EQ(choice.site, 1U);
    EXPECT_TRUE(choice.is_exception());
    EXPECT_GT(choice.saving_s, 0.5);
    EXPECT_EQ(p.place(0.1, 0.8, 0.5).site, 1U);
}

TEST(Placement, OldNews_LeavesTheDrawAlone) {
    FlowPlacer p = placer(1);
    p.report(0, {20, 0}, 0);
    p.report(1, {2, 0}, 0);
    EXPECT_EQ(p.place(1.01, 0.2, 0.5).site, 0U) << "older than the mean service time of 1 s";
    EXPECT_EQ(p.cost_word(0, 1.01), (CostWord{kNoCost, 0}));
    EXPECT_EQ(placer(1).place(0, 0.2, 0.5).site, 0U) << "nothing was ever heard";
}

TEST(Placement, NewsFromTheFuture_CountsAsNow_NonsenseAsNothing) {
    FlowPlacer p = placer(1);
    p.report(0, {20, 500}, 0);
    p.report(1, {2, 0}, 0);
    EXPECT_EQ(p.place(0, 0.2, 0.5).site, 1U);
    p.report(0, {1, 0.5}, 0.5);
    p.report(0, {std::nan(""), 0.6}, 0.6);
    p.report(0, {-4, 0.6}, 0.6);
    p.report(1, {2, 0.5}, 0.5);
    EXPECT_EQ(p.place(0.6, 0.2, 0.5).site, 0U) << "a stamp from the future does not block later news";
}

TEST(Placement, DeadSite_GetsNothing_AndNoSiteIsSaid) {
    FlowPlacer p = placer(1);
    p.set_alive(0, false);
    for (const double draw : {0.0, 0.3, 0.999}) {
        EXPECT_EQ(p.place(0, draw, draw).site, 1U);
    }
    p.set_alive(1, false);
    EXPECT_EQ(p.place(0, 0.5, 0.5).site, kNoSite);
}

TEST(Placement, OwnFlowsSinceTheReport_RaiseTheCost) {
    FlowPlacer p = placer(1);
    p.report(0, {9, 0}, 0);
    p.report(1, {9, 0}, 0);
    const double before = p.cost_s(0, 0.01);
    for (int k = 0; k < 5; ++k) {
        (void)p.place(0.01, 0.2, 0.5);
        (void)p.place(0.01, 0.8, 0.5);
    }
    EXPECT_GT(p.cost_s(0, 0.01), before + 0.3);
    p.report(0, {9, 0.1}, 0.1);
    EXPECT_NEAR(p.cost_s(0, 0.1), before, 0.1) << "the new report knows them";
}

TEST(Placement, LargeJobs_PreferTheFasterSite) {
    PlacementPlan plan = pair();
    plan.sites[1].index = std::make_shared<const SiteIndex>(*ServiceModel::workers({20, 0.5, 1}), 8);
    plan.sites[1].path_s = 0.0001;
    plan.sites[0].path_s = 0.5;
    FlowPlacer p = placer(1, plan);
    p.report(0, {8, 0}, 0);
    p.report(1, {10, 0}, 0);
    EXPECT_LT(p.cost_s(1, 0, 0.05), p.cost_s(0, 0, 0.05));
    EXPECT_GT(p.cost_s(1, 0, 3), p.cost_s(0, 0, 3));
}

TEST(Placement, CostWords_SayTheSameInMicroseconds) {
    FlowPlacer p = placer(1);
    p.report(0, {12, 0}, 0);
    const CostWord word = p.cost_word(0, 0);
    EXPECT_NEAR(word.cost_us, p.cost_s(0, 0) * 1e6, 1);
    EXPECT_GT(word.per_flow_us, 0U);
}

TEST(Placement, ExceptionsStayWithinTheirShare) {
    std::mt19937 random(4);
    std::uniform_real_distribution<double> unit(0, 1);
    for (const double share : {0.0, 0.05, 0.1, 0.2}) {
        FlowPlacer p = placer(share);
        std::deque<bool> live;
        double sum = 0;
        int rounds = 0;
        for (int k = 0; k < 40000; ++k) {
            const double now = k * 0.01;
            p.report(0, {20 * unit(random), now}, now);
            p.report(1, {20 * unit(random), now}, now);
            live.push_back(p.place(now, unit(random), unit(random)).is_exception());
            if (live.size() > 200) {
                p.flow_ended(live.front());
                live.pop_front();
            }
            const auto used = static_cast<double>(p.budget().exceptions());
            EXPECT_LE(used, std::max(4.0, 2 * share * 202));
            if (k > 10000) {
                sum += used / static_cast<double>(live.size());
                ++rounds;
            }
        }
        EXPECT_LE(sum / rounds, share * 1.05) << "share " << share;
        EXPECT_GE(sum / rounds, share * 0.7) << "the share is there to be used";
    }
}

TEST(ArrivalFilter, IsCalmInTheSteadyState_AndQuickAfterAStep) {
    std::mt19937 random(2);
    ArrivalFilter filter(100);
    double worst = 0;
    for (int second = 0; second < 300; ++second) {
        filter.count(std::poisson_distribution<int>(100)(random), 1);
        worst = std::max(worst, std::fabs(filter.per_s() - 100));
    }
    EXPECT_LT(worst, 15);
    for (int second = 0; second < 6; ++second) {
        filter.count(200, 1);
    }
    EXPECT_GT(filter.per_s(), 180);
    filter.count(std::nan(""), 1);
    filter.count(50, 0);
    filter.count(-3, 1);
    EXPECT_GT(filter.per_s(), 180);
}

TEST(JobsPerFlow, FollowsTheCounters_AndNeverFallsBelowOne) {
    JobsPerFlow jobs;
    EXPECT_EQ(jobs.value(), 1);
    for (int second = 0; second < 300; ++second) {
        jobs.count(10, 500, 1);
    }
    EXPECT_NEAR(jobs.value(), 50, 1);
    jobs.count(-1, 5, 1);
    jobs.count(10, std::nan(""), 1);
    jobs.count(10, 10, 0);
    EXPECT_NEAR(jobs.value(), 50, 1);
    for (int second = 0; second < 2000; ++second) {
        jobs.count(10, 0, 1);
    }
    EXPECT_EQ(jobs.value(), 1);
}

} // namespace
} // namespace suanlu
