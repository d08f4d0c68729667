// SPDX-License-Identifier: Apache-2.0
#include "policies/placement.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
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

/// Flows that come at `per_s(second)` and stay for `lasts_s(draw)`, each offered a saving; says what share of
/// them were exceptions on average and how far above the share, in entries, the table ever was after a grant.
struct Use {
    double mean = 0;
    double most_over = -1e9;
};

template <class Rate, class Lasts>
Use use_of(double share, Rate&& per_s, Lasts&& lasts_s) {
    std::mt19937 random(4);
    std::uniform_real_distribution<double> unit(0, 1);
    ExceptionBudget budget(share);
    std::multimap<double, bool> ends;
    Use out;
    double weight = 0;
    for (double now = 0; now < 600;) {
        const double gap = std::exponential_distribution<double>(per_s(now))(random);
        const auto live = static_cast<double>(budget.live());
        if (live > 0 && now > 60) {
            out.mean += gap * static_cast<double>(budget.exceptions()) / live;
            weight += gap;
        }
        now += gap;
        while (!ends.empty() && ends.begin()->first <= now) {
            budget.flow_ended(ends.begin()->second);
            ends.erase(ends.begin());
        }
        const bool is_exception = budget.grants(unit(random) < 0.6 ? unit(random) : -unit(random));
        budget.flow_started(is_exception);
        ends.emplace(now + lasts_s(unit(random)), is_exception);
        if (is_exception) {
            const double room = share * static_cast<double>(budget.live());
            out.most_over = std::max(out.most_over, static_cast<double>(budget.exceptions()) - room);
        }
    }
    out.mean /= weight;
    return out;
}

TEST(ExceptionBudget, ShareHoldsInTheSteadyState_AndIsUsed) {
    for (const double share : {0.05, 0.1, 0.2}) {
        for (const double live : {15.0, 200.0}) {
            const Use use = use_of(
                share, [&](double) { return live; }, [](double) { return 1.0; });
            EXPECT_LE(use.mean, share) << share << " of " << live;
            EXPECT_GE(use.mean, share * 0.5) << share << " of " << live;
            EXPECT_LT(use.most_over, 1) << share << " of " << live;
        }
    }
    EXPECT_EQ(use_of(
                  0, [](double) { return 100.0; }, [](double) { return 1.0; })
                  .mean,
              0);
}

TEST(ExceptionBudget, ShareHoldsUnderBursts) {
    const auto bursts = [](double now) { return std::fmod(now, 30) < 5 ? 400.0 : 20.0; };
    const Use use = use_of(0.1, bursts, [](double) { return 2.0; });
    EXPECT_LE(use.mean, 0.1);
    EXPECT_LT(use.most_over, 1);
}

TEST(ExceptionBudget, ShareHoldsWithConnectionsThatAreKept) {
    const Use use = use_of(
        0.1, [](double) { return 0.6; }, [](double draw) { return 50 * draw; });
    EXPECT_LE(use.mean, 0.1);
    EXPECT_LT(use.most_over, 1);
}

TEST(ExceptionBudget, WithoutABound_SmallSavingsAreLeftAlone) {
    ExceptionBudget budget(1);
    for (int k = 0; k < 1000; ++k) {
        (void)budget.grants(1);
    }
    EXPECT_TRUE(budget.grants(0.9));
    EXPECT_FALSE(budget.grants(0.1));
    EXPECT_FALSE(budget.grants(-1));
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

TEST(ClassMix, OneLargeJobIsNoNewLoad_ButALastingChangeIs) {
    ClassMix mix({0.999, 0.001}, 10000);
    for (int second = 0; second < 60; ++second) {
        mix.count({300, 0.3}, 1);
    }
    mix.count({300, 12}, 1); // a clump of large ones, each of which counts five hundred times
    EXPECT_NEAR(mix.share(1), 0.001, 0.0015);
    mix.count({300, std::nan("")}, 1);
    mix.count({300, -1}, 1);
    mix.count({300}, 1);
    EXPECT_NEAR(mix.share(0) + mix.share(1), 1, 1e-12);
    for (int second = 0; second < 3600; ++second) {
        mix.count({270, 30}, 1);
    }
    EXPECT_NEAR(mix.share(1), 0.1, 0.002);
    EXPECT_EQ(ClassMix({1, 0}, 0).share(1), 0.5) << "nothing known";
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
