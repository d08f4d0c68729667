// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/decision.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/unit/controller/decision_bench.hpp"

namespace suanlu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Decision, LocalSidsWaitForNobodyAndAnIngressForItsInputs) {
    DecisionBench b;
    EXPECT_EQ(b.collect(), 3U) << "P1, E1, E2";
    EXPECT_EQ(b.plans.at("E1").local_sids.size(), 2U);
    EXPECT_EQ(b.plans.count("R1"), 0U);
    EXPECT_EQ(b.decision->held_back("R1"), "warming-up");
    b.begin();
    ASSERT_EQ(b.plans.count("R1"), 1U);
    EXPECT_EQ(b.plans.at("R1").sites.size(), 2U);
    EXPECT_EQ(b.ppm("analysis", 1) + b.ppm("analysis", 2), kWholeShare);
}

TEST(Decision, WithoutLinksAnIngressGetsNoPlanEverAfter) {
    DecisionBench b;
    b.pass(seconds(5));
    EXPECT_EQ(b.decision->state(), DecisionState::kNoLinks);
    EXPECT_EQ(b.plans.count("R1"), 0U);
    ASSERT_TRUE(b.decision->take(DecisionBench::links(), b.clock.now()));
    EXPECT_EQ(b.collect(), 1U) << "the first links are an event";
}

TEST(Decision, WarmUpEndsWithoutASiteThatNeverReports) {
    DecisionBench b;
    b.collect();
    ASSERT_TRUE(b.decision->take(DecisionBench::links(), b.clock.now()));
    ASSERT_TRUE(b.report("near", 4));
    EXPECT_EQ(b.collect(), 0U);
    b.clock.advance(seconds(5));
    ASSERT_TRUE(b.report("near", 4));
    b.decision->tick(b.clock.now());
    EXPECT_EQ(b.collect(), 1U);
    EXPECT_EQ(b.ppm("analysis", 1), kWholeShare) << "no new flows to a site that never reported";
}

TEST(Decision, CapacityDropToZeroBypassesTheTick) {
    DecisionBench b;
    b.begin();
    b.pass(seconds(3));
    ASSERT_GT(b.ppm("analysis", 1), 0U);
    b.clock.advance(milliseconds(10));
    ASSERT_TRUE(b.report("near", 0));
    EXPECT_EQ(b.collect(), 1U) << "the Plan is there with the report";
    EXPECT_EQ(b.ppm("analysis", 1), 0U);
    EXPECT_EQ(b.ppm("video", 1), 0U);
}

TEST(Decision, HotSiteGivesUpItsMovableServiceAtOnce) {
    DecisionBench b;
    b.begin();
    b.pass(seconds(3));
    ASSERT_GT(b.ppm("video", 1), 0U);
    ASSERT_TRUE(b.report("near", 4, 0.95));
    b.collect();
    EXPECT_EQ(b.ppm("video", 1), 0U);
    EXPECT_GT(b.ppm("analysis", 1), 0U) << "established and new TCP flows are not movable";
}

TEST(Decision, UnchangedInputsMakeNoNewPlan) {
    DecisionBench b;
    b.begin();
    b.pass(seconds(10));
    const std::uint64_t plans = b.decision->counters().plans;
    b.pass(seconds(10));
    EXPECT_EQ(b.decision->counters().plans, plans);
    EXPECT_GE(b.decision->counters().ticks, 18U);
}

TEST(Decision, AdoptedSharesStayWhenNothingSpeaksAgainstThem) {
    DecisionBench first;
    first.begin();
    for (int i = 1; i <= 60; ++i) {
        SL_CHECK(first.decision->take(first.ingress(static_cast<std::uint64_t>(i) * 10), first.clock.now())
                     .has_value());
        first.pass(milliseconds(200));
    }
    const ShareTable shares = first.decision->shares();
    DecisionBench second(shares);
    second.begin();
    EXPECT_EQ(second.decision->state(), DecisionState::kWarmingUp) << "nothing is known of the arrivals yet";
    for (int i = 1; i <= 30; ++i) {
        SL_CHECK(second.decision->take(second.ingress(static_cast<std::uint64_t>(i) * 10), second.clock.now())
                     .has_value());
        second.pass(milliseconds(200));
    }
    EXPECT_EQ(second.decision->state(), DecisionState::kDeciding);
    EXPECT_EQ(second.decision->shares(), shares);
}

TEST(Decision, DeadSiteIsFilteredAtThatIngressOnly) {
    DecisionBench b;
    b.begin();
    IngressReport report = b.ingress(0);
    report.sites = {{"near", SiteLiveness::kDead}};
    ASSERT_TRUE(b.decision->take(report, b.clock.now()));
    EXPECT_EQ(b.collect(), 1U);
    EXPECT_EQ(b.ppm("analysis", 1), 0U);
    EXPECT_EQ(b.ppm("analysis", 2), kWholeShare);
    EXPECT_EQ(b.plans.at("R1").sites[0].paths.size(), 1U) << "it is still probed";
}

TEST(Decision, NothingPassesTheFilters_SharesStay) {
    DecisionBench b;
    b.begin();
    const Plan before = b.plans.at("R1");
    IngressReport report = b.ingress(0);
    report.sites = {{"near", SiteLiveness::kDead}, {"far", SiteLiveness::kDead}};
    ASSERT_TRUE(b.decision->take(report, b.clock.now()));
    b.collect();
    EXPECT_TRUE(same_content(before, b.plans.at("R1")));
    EXPECT_TRUE(
        b.decision->explain("analysis", "R1")->verdict.starts_with("held: last-good: liveness: 0 of 2"));
}

TEST(Decision, WithoutADecisionEver_StaticWeightsServe_ThenLiveAfterTheHold) {
    DecisionBench b;
    auto inventory = parse_inventory(kSmallInventory, "small.yaml");
    SL_CHECK(inventory.has_value());
    inventory->static_shares["analysis"] = {{SiteId{1}, 700'000}, {SiteId{2}, 300'000}};
    b.decision =
        std::make_unique<Decision>(*std::move(inventory), DecisionLimits{}, ShareTable{}, b.clock.now());
    ASSERT_TRUE(b.decision->take(DecisionBench::links(), b.clock.now()));
    ASSERT_TRUE(b.report("near", 0));
    ASSERT_TRUE(b.report("far", 0));
    b.collect();
    EXPECT_EQ(b.ppm("analysis", 1), 700'000U);
    EXPECT_EQ(b.ppm("video", 1), 0U) << "no static weights: anycast";
    EXPECT_EQ(b.decision->fallback("analysis", "R1").view().mode, FallbackMode::kStatic);
    EXPECT_EQ(b.decision->fallback("video", "R1").view().mode, FallbackMode::kAnycast);
    EXPECT_EQ(b.decision->explain("analysis", "R1")->verdict,
              "held: static: load: 0 of 2 sites have usable capacity");
    b.pass(seconds(1));
    EXPECT_EQ(b.ppm("analysis", 1), 700'000U) << "better waits until it has lasted";
    b.pass(seconds(3));
    EXPECT_EQ(b.decision->fallback("analysis", "R1").view().mode, FallbackMode::kLive);
    EXPECT_EQ(b.decision->fallback("video", "R1").view().mode, FallbackMode::kLive);
    EXPECT_GT(b.ppm("video", 1), 0U);
}

TEST(Decision, ExplainTellsInputsAndWhatWouldFlip) {
    DecisionBench b;
    b.begin();
    for (int i = 1; i <= 30; ++i) {
        SL_CHECK(b.decision->take(b.ingress(static_cast<std::uint64_t>(i)), b.clock.now()).has_value());
        b.pass(milliseconds(200));
    }
    const auto why = b.decision->explain("analysis", "R1");
    ASSERT_TRUE(why);
    ASSERT_EQ(why->candidates.size(), 2U);
    EXPECT_EQ(why->candidates[0].flip.kind, FlipPoint::Kind::kLoses);
    EXPECT_EQ(why->candidates[1].flip.kind, FlipPoint::Kind::kGains);
    EXPECT_NEAR(why->candidates[1].flip.change_s, -0.005, 2e-4) << "far is 2.5 ms more each way";
    EXPECT_LE(why->decided_ago, seconds(1));
    EXPECT_EQ(why->ingress_age, milliseconds(200));
    EXPECT_EQ(why->fallback.mode, FallbackMode::kLive);
}

TEST(Decision, LostPathMovesTheShareInTheSamePlan) {
    DecisionBench b;
    b.begin();
    b.pass(seconds(2));
    ASSERT_TRUE(b.decision->take(DecisionBench::links(false), b.clock.now()));
    EXPECT_EQ(b.collect(), 1U);
    EXPECT_EQ(b.ppm("analysis", 1), 0U);
    EXPECT_TRUE(b.plans.at("R1").sites[0].paths.empty());
    EXPECT_EQ(b.decision->counters().plans_refused, 0U);
}

TEST(Decision, PolicyCommandTakesEffectAtOnceAndNamesThePrevious) {
    DecisionBench b;
    b.begin();
    for (int i = 1; i <= 50; ++i) { // above what the near site alone takes
        SL_CHECK(b.decision->take(b.ingress(static_cast<std::uint64_t>(i) * 24), b.clock.now()).has_value());
        b.pass(milliseconds(200));
    }
    ASSERT_GT(b.ppm("analysis", 2), 0U);
    const auto previous = b.decision->set_policy("analysis", "nearest", b.clock.now());
    ASSERT_TRUE(previous);
    EXPECT_EQ(*previous, "default");
    EXPECT_EQ(b.collect(), 1U);
    EXPECT_EQ(b.ppm("analysis", 1), kWholeShare);
    EXPECT_FALSE(b.decision->set_policy("analysis", "best", b.clock.now()));
    EXPECT_FALSE(b.decision->set_policy("nothing", "nearest", b.clock.now()));
}

TEST(Decision, RefusedReportChangesNothing) {
    DecisionBench b;
    b.begin();
    SiteReport old = b.site("near", 0);
    old.sequence = 0;
    EXPECT_FALSE(b.decision->take(old, b.clock.now(), 0));
    EXPECT_FALSE(b.decision->take(b.site("nowhere", 4), b.clock.now(), 0));
    IngressReport again = b.ingress(5);
    ASSERT_TRUE(b.decision->take(again, b.clock.now()));
    EXPECT_FALSE(b.decision->take(again, b.clock.now())) << "the same sequence twice";
    EXPECT_FALSE(b.decision->take(LinkReport{}, b.clock.now()));
    EXPECT_EQ(b.collect(), 0U);
    EXPECT_EQ(b.decision->counters().links_refused, 1U);
}

TEST(DecisionUrgency, OnlyBigChangesAreEvents) {
    const auto instance = [](double usable, double utilisation) {
        InstanceReport out;
        out.slots_usable = usable;
        out.rate_per_slot = {10};
        out.utilisation = utilisation;
        return out;
    };
    const InstanceReport calm = instance(10, 0.5);
    EXPECT_TRUE(is_urgent(nullptr, calm));
    const InstanceReport less = instance(9, 0.5);
    EXPECT_FALSE(is_urgent(&calm, less));
    const InstanceReport much_less = instance(7, 0.5);
    EXPECT_TRUE(is_urgent(&calm, much_less));
    const InstanceReport none = instance(0, 0.5);
    EXPECT_TRUE(is_urgent(&calm, none));
    EXPECT_TRUE(is_urgent(&none, calm));
    EXPECT_FALSE(is_urgent(&none, none));
    const InstanceReport hot = instance(10, 0.91);
    EXPECT_TRUE(is_urgent(&calm, hot));
    EXPECT_TRUE(is_urgent(&hot, calm));
    EXPECT_FALSE(is_urgent(&hot, hot));
}

TEST(ArrivalTable, RateFollowsTheCounterAndSurvivesARestart) {
    DecisionBench b;
    ArrivalTable table;
    EXPECT_EQ(table.rate("R1", "analysis").value, 0);
    std::uint64_t flows = 1000; // what came before the first report is not an arrival of now
    for (int i = 0; i < 50; ++i, flows += 6) {
        table.note(b.ingress(flows), b.clock.now());
        b.clock.advance(milliseconds(200));
    }
    EXPECT_NEAR(table.rate("R1", "analysis").value, 30, 0.01);
    table.note(b.ingress(3, "b"), b.clock.now());
    EXPECT_NEAR(table.rate("R1", "analysis").value, 30, 0.01);
    EXPECT_EQ(table.restarts(), 1U);
    for (int i = 1; i <= 100; ++i) {
        b.clock.advance(milliseconds(200));
        table.note(b.ingress(3, "b"), b.clock.now());
    }
    EXPECT_LT(table.rate("R1", "analysis").value, 1) << "less than chance explains";
}

/// Arrivals by chance, 40 a second, then 80: calm, and there within seconds.
TEST(ArrivalTable, ChanceIsSmoothedAndAStepFollowed) {
    std::mt19937 random(5);
    DecisionBench b;
    ArrivalTable table;
    std::uint64_t flows = 0;
    const auto pass = [&](int reports, double per_s) {
        std::poisson_distribution<std::uint64_t> count(per_s / 5);
        for (int i = 0; i < reports; ++i) {
            b.clock.advance(milliseconds(200));
            flows += count(random);
            table.note(b.ingress(flows), b.clock.now());
        }
    };
    pass(20, 40);
    EXPECT_NEAR(table.rate("R1", "analysis").value, 40, 12) << "the plain mean, until the filter takes over";
    pass(200, 40);
    double worst = 0;
    for (int i = 0; i < 500; ++i) {
        pass(1, 40);
        worst = std::max(worst, std::abs(table.rate("R1", "analysis").value - 40));
    }
    EXPECT_LT(worst, 9) << "a plain mean over 2 s is 12 and more off";
    pass(25, 80);
    EXPECT_NEAR(table.rate("R1", "analysis").value, 80, 12) << "five seconds after the step";
}

} // namespace
} // namespace suanlu
