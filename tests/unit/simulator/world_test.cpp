// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "simulator/simulate.hpp"

namespace suanlu::sim {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Two ingresses, a small near and a large far site each way.
Scenario small(double load = 0.8) {
    Scenario s;
    s.name = "small";
    for (const auto& [workers, speed] : {std::pair{8U, 0.8}, std::pair{8U, 0.8}, std::pair{24U, 1.2}}) {
        SimSite site;
        site.name = "site-" + std::to_string(s.sites.size() + 1);
        site.workers = workers;
        site.speed = speed;
        s.sites.push_back(site);
    }
    s.ingresses = {{"west", 1}, {"east", 2}};
    s.rtt_s = {{0.004, 0.02, 0.03}, {0.02, 0.004, 0.04}};
    s.sizes.mean = 0.2;
    s.arrivals.load = load;
    s.seconds = 40;
    return s;
}

DispatcherSpec by(const std::string& policy, double share = 0.1) {
    DispatcherSpec out;
    out.policy = policy;
    out.exception_share = share;
    return out;
}

bool same(const Outcome& a, const Outcome& b) {
    return a.arrived == b.arrived && a.completed == b.completed && a.bounced == b.bounced &&
           a.response_s.mean == b.response_s.mean && a.response_s.p999 == b.response_s.p999 &&
           a.exception_share == b.exception_share && a.sites[2].deviation == b.sites[2].deviation;
}

TEST(Simulate, EveryPolicy_ConservesJobs_AndRepeatsItself) {
    for (const std::string& policy : known_dispatchers()) {
        Scenario s = small();
        s.happenings.push_back({Happening::Kind::kSiteDies, 15, 1, {}, 1});
        s.happenings.push_back({Happening::Kind::kSiteReturns, 25, 1, {}, 1});
        s.happenings.push_back({Happening::Kind::kLoadStep, 30, 0, {0}, 1.5});
        const Outcome a = *simulate(s, by(policy));
        EXPECT_EQ(a.arrived, a.completed + a.in_flight + a.refused) << policy;
        EXPECT_GT(a.completed, 2000U) << policy;
        EXPECT_LE(static_cast<double>(a.bounced), a.bounce_bound) << policy;
        EXPECT_EQ(a.seconds.size(), 40U) << policy;
        EXPECT_TRUE(same(a, *simulate(s, by(policy)))) << policy;
        s.seed = 2;
        EXPECT_FALSE(same(a, *simulate(s, by(policy)))) << policy;
    }
}

TEST(Simulate, AllPoliciesMeetTheSameJobs) {
    const std::uint64_t arrived = simulate(small(), by("nearest"))->arrived;
    EXPECT_EQ(simulate(small(), by("default"))->arrived, arrived);
    EXPECT_EQ(simulate(small(), by("prequal"))->arrived, arrived);
}

TEST(Simulate, QuietRun_EndsWithNothingInFlight) {
    const Outcome o = *simulate(small(0.5), by("default"));
    EXPECT_EQ(o.in_flight, 0U);
    EXPECT_EQ(o.bounced, 0U);
    EXPECT_EQ(o.refused, 0U);
}

/// Golden outcomes: what the default policy makes of a fixed scenario. A change of the policy may move them;
/// then they are looked at and written anew.
TEST(Simulate, Golden_DefaultIsNearTheClairvoyants_BaselinesAreNot) {
    double best = HUGE_VAL;
    double ours = 0;
    double split = 0;
    double worst = 0;
    for (const std::uint64_t seed : {1, 2, 3}) {
        Scenario s = small(0.85);
        s.seconds = 80;
        s.seed = seed;
        best = std::min(best, simulate(s, by("clairvoyant-externality"))->response_s.mean);
        ours += simulate(s, by("default", 1))->response_s.mean / 3;
        split += simulate(s, by("split"))->response_s.mean / 3;
        worst += simulate(s, by("least-load"))->response_s.mean / 3;
    }
    EXPECT_LT(ours, best * 1.12);
    EXPECT_LT(ours, split);
    EXPECT_LT(split, worst * 0.6);
}

TEST(Simulate, ExceptionsKeepTheirShare) {
    for (const double share : {0.0, 0.1}) {
        Scenario s = small(0.9);
        s.seconds = 120;
        EXPECT_LE(simulate(s, by("default", share))->exception_share, share * 1.15);
    }
}

TEST(Simulate, MovesAtMostATenthPerDecision) {
    Scenario s = small(0.6);
    s.happenings.push_back({Happening::Kind::kLoadStep, 15, 0, {1}, 1.6});
    EXPECT_LE(simulate(s, by("default"))->moved_share, 0.1 + 1e-5);
}

TEST(Simulate, StaleAndLostReports_NeverBlowUp) {
    const double fresh = simulate(small(0.85), by("default", 1))->response_s.mean;
    Scenario s = small(0.85);
    s.news.report_period_s = s.news.control_period_s = 10;
    s.news.direct_period_s = 5;
    s.news.report_loss = 0.5;
    EXPECT_LT(simulate(s, by("default", 1))->response_s.mean, fresh * 1.5);
    s.news.report_loss = 1;
    EXPECT_LT(simulate(s, by("default", 1))->response_s.mean, fresh * 1.5);
}

TEST(Simulate, AllSitesDown_BouncesAndRefuses_AndEnds) {
    Scenario s = small();
    for (std::uint32_t j = 0; j < 3; ++j) {
        s.happenings.push_back({Happening::Kind::kSiteDies, 10, j, {}, 1});
    }
    for (const std::string& policy : known_dispatchers()) {
        const Outcome o = *simulate(s, by(policy));
        EXPECT_GT(o.refused, 1000U) << policy;
        EXPECT_EQ(o.arrived, o.completed + o.in_flight + o.refused) << policy;
    }
}

TEST(Simulate, CapacityDrainAndSlowLinks_Shift) {
    Scenario s = small(0.4);
    const double before = simulate(s, by("default"))->sites[2].share;
    s.happenings = {{Happening::Kind::kDrain, 0.5, 2, {}, 1}};
    EXPECT_LT(simulate(s, by("default"))->sites[2].share, 0.02);
    s.happenings = {{Happening::Kind::kCapacity, 0.5, 2, {}, 0.25}};
    EXPECT_LT(simulate(s, by("default"))->sites[2].share, before);
    s.happenings = {{Happening::Kind::kCapacity, 0.5, 2, {}, 0}};
    EXPECT_EQ(simulate(s, by("default"))->refused, 0U);
    s.happenings = {{Happening::Kind::kLinkSlower, 0.5, 2, {}, 20}};
    EXPECT_LT(simulate(s, by("default"))->sites[2].share, before);
}

TEST(Simulate, JobsOfOneConnection_StayOnTheirSite) {
    Scenario s = small(0.5);
    s.arrivals.least_jobs_per_flow = 5;
    s.arrivals.most_jobs_per_flow = 20;
    s.arrivals.think_s = 0.05;
    s.seconds = 80;
    const Outcome o = *simulate(s, by("default"));
    const Outcome single = *simulate(small(0.5), by("default"));
    EXPECT_NEAR(static_cast<double>(o.arrived) / 80, static_cast<double>(single.arrived) / 40,
                static_cast<double>(single.arrived) / 40 * 0.25);
    EXPECT_EQ(o.bounced, 0U);
}

TEST(Simulate, SizeHint_ShortensTheTail) {
    Scenario s = small(0.85);
    s.sizes.sigma = 1.2;
    s.seconds = 150;
    DispatcherSpec hint = by("default", 1);
    hint.size_classes = 2;
    EXPECT_LT(simulate(s, hint)->response_s.p99, simulate(s, by("default", 1))->response_s.p99);
}

TEST(Simulate, UnknownPolicy_ListsTheKnown) {
    const auto o = simulate(small(), by("magic"));
    ASSERT_FALSE(o);
    EXPECT_EQ(o.error().code, Errc::kNotFound);
    EXPECT_NE(o.error().detail.find("prequal"), std::string::npos);
}

TEST(Check, NamesTheFieldThatMakesNoSense) {
    const auto refusal = [](const std::function<void(Scenario&)>& spoil) {
        Scenario s = small();
        spoil(s);
        const Status status = check(s);
        return status ? "" : status.error().detail;
    };
    EXPECT_EQ(refusal([](Scenario&) {}), "");
    EXPECT_EQ(refusal([](Scenario& s) { s.sites[1].workers = 0; }),
              "scenario: site 'site-2': workers must be 1 to 65536");
    EXPECT_EQ(refusal([](Scenario& s) { s.sites[0].speed = -1; }),
              "scenario: site 'site-1': speed must be above 0");
    EXPECT_EQ(refusal([](Scenario& s) { s.sites[0].price_s = kNaN; }),
              "scenario: site 'site-1': price_s is negative or no number");
    EXPECT_NE(refusal([](Scenario& s) { s.sites.clear(); }), "");
    EXPECT_NE(refusal([](Scenario& s) { s.rtt_s[0][0] = kNaN; }), "");
    EXPECT_NE(refusal([](Scenario& s) { s.rtt_s[0] = {-1, -1, -1}; }), "");
    EXPECT_NE(refusal([](Scenario& s) { s.rtt_s.pop_back(); }), "");
    EXPECT_NE(refusal([](Scenario& s) { s.ingresses[0].weight = s.ingresses[1].weight = 0; }), "");
    EXPECT_NE(refusal([](Scenario& s) { s.sizes.mean = 0; }), "");
    EXPECT_NE(refusal([](Scenario& s) { s.sizes.kind = Sizes::Kind::kTrace; }), "");
    EXPECT_NE(refusal([](Scenario& s) { s.sizes.tokens = {{10, 10}}; }), "") << "tokens, but no site batches";
    EXPECT_NE(refusal([](Scenario& s) { s.arrivals.load = kNaN; }), "");
    EXPECT_NE(refusal([](Scenario& s) { s.arrivals.kind = Arrivals::Kind::kTrace; }), "");
    EXPECT_NE(refusal([](Scenario& s) { s.arrivals.least_jobs_per_flow = 0; }), "");
    EXPECT_NE(refusal([](Scenario& s) { s.news.control_period_s = 0; }), "");
    EXPECT_NE(refusal([](Scenario& s) { s.news.report_loss = 2; }), "");
    EXPECT_NE(refusal([](Scenario& s) {
                  s.happenings.push_back({Happening::Kind::kSiteDies, 1, 9, {}, 1});
              }),
              "");
    EXPECT_NE(refusal([](Scenario& s) { s.seconds = 0; }), "");
}

} // namespace
} // namespace suanlu::sim
