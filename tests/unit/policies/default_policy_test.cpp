// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "policies/damping.hpp"
#include "policies/steering_policy.hpp"

namespace suanlu {
namespace {

const MonoTime kStart{std::chrono::seconds(100)};

PolicySite site(std::uint16_t id, double slots, double rate) {
    PolicySite s;
    s.id = {id};
    s.name = "site-" + std::to_string(id);
    s.slots = slots;
    s.rate_per_slot = rate;
    return s;
}

/// Three sites as in the smart-security lab, one ingress.
PolicyInput lab(double jobs_per_s) {
    PolicyInput in;
    in.service = "analysis";
    in.sites = {site(1, 4, 20), site(2, 6, 20), site(3, 16, 25)};
    in.ingresses = {{"R1", jobs_per_s, {0.0018, 0.005, 0.014}, {true, true, true}}};
    return in;
}

double share(const PolicyDecision& d, std::uint16_t id) {
    for (const SiteShare& s : d.ingresses.at(0).shares) {
        if (s.site.value == id) {
            return static_cast<double>(s.ppm) / kWholeShare;
        }
    }
    return 0;
}

std::string rejection(const PolicyDecision& d, std::uint16_t id) {
    return d.ingresses.at(0).candidates.at(id - 1U).rejected_by;
}

const SteeringPolicy& policy(const char* name = "default") {
    return **find_policy(name);
}

TEST(DefaultPolicy, LightLoad_StaysAtTheNearSite) {
    PolicyMemory memory;
    EXPECT_GT(share(policy().decide(lab(5), memory, kStart), 1), 0.95);
}

TEST(DefaultPolicy, LostCapacity_MovesEverythingAtOnce) {
    PolicyMemory memory;
    PolicyInput in = lab(45);
    EXPECT_GT(share(policy().decide(in, memory, kStart), 1), 0.4);
    in.sites[0].slots = 0;
    const PolicyDecision after = policy().decide(in, memory, kStart);
    EXPECT_EQ(share(after, 1), 0);
    EXPECT_NE(rejection(after, 1).find("no usable slots"), std::string::npos);
    EXPECT_NEAR(share(after, 2) + share(after, 3), 1, 1e-9);
}

TEST(DefaultPolicy, CapacityThatReturns_IsTakenATenthAtATime) {
    PolicyMemory memory;
    PolicyInput in = lab(45);
    in.ingresses[0].delay_s = {0.0018, 0.03, 0.05};
    in.sites[0].slots = 0;
    (void)policy().decide(in, memory, kStart);
    in.sites[0].slots = 4;
    double last = 0;
    for (int tick = 0; tick < 12; ++tick) {
        const double now = share(policy().decide(in, memory, kStart), 1);
        EXPECT_LE(now - last, kMostMoved + 1e-6);
        last = now;
    }
    EXPECT_GT(last, 0.4);
}

TEST(DefaultPolicy, SmallGain_IsNotPublished) {
    PolicyMemory memory;
    PolicyInput in = lab(45);
    const double before = share(policy().decide(in, memory, kStart), 1);
    in.ingresses[0].jobs_per_s = 45.5;
    const PolicyDecision after = policy().decide(in, memory, kStart);
    EXPECT_EQ(share(after, 1), before);
    EXPECT_EQ(after.verdict.substr(0, 4), "held");
}

TEST(DefaultPolicy, MovableService_LeavesAHotSite_AndStaysAwayForAMinute) {
    PolicyMemory memory;
    PolicyInput in = lab(1);
    in.affinity = Affinity::kMovable;
    for (PolicySite& s : in.sites) {
        s.utilisation = 0.3;
    }
    EXPECT_GT(share(policy().decide(in, memory, kStart), 1), 0.9);
    in.sites[0].utilisation = 0.93;
    EXPECT_EQ(share(policy().decide(in, memory, kStart), 1), 0);
    in.sites[0].utilisation = 0.2;
    EXPECT_EQ(share(policy().decide(in, memory, kStart + std::chrono::seconds(59)), 1), 0);
    EXPECT_GT(share(policy().decide(in, memory, kStart + std::chrono::seconds(61)), 1), 0);
}

TEST(DefaultPolicy, FlowService_IgnoresUtilisation) {
    PolicyMemory memory;
    PolicyInput in = lab(1);
    in.sites[0].utilisation = 0.99;
    EXPECT_GT(share(policy().decide(in, memory, kStart), 1), 0.9);
}

TEST(DefaultPolicy, NoSiteLeft_IsPlainAnycastWithReasons) {
    PolicyMemory memory;
    PolicyInput in = lab(10);
    in.ingresses[0].delay_s = {std::nullopt, 0.1, 0.1};
    in.ingresses[0].is_alive = {true, false, true};
    in.sites[2].hosts_service = false;
    const PolicyDecision d = policy().decide(in, memory, kStart);
    EXPECT_TRUE(d.ingresses[0].shares.empty());
    EXPECT_EQ(rejection(d, 1), "no path");
    EXPECT_EQ(rejection(d, 2), "not alive at this ingress");
    EXPECT_EQ(rejection(d, 3), "does not host the service");
}

TEST(DefaultPolicy, StaleSites_AreUsedOnlyWhenNothingFreshIsLeft) {
    PolicyMemory memory;
    PolicyInput in = lab(10);
    in.sites[0].is_fresh = false;
    EXPECT_EQ(share(policy().decide(in, memory, kStart), 1), 0);
    in.sites[1].is_fresh = in.sites[2].is_fresh = false;
    PolicyMemory fresh_memory;
    EXPECT_GT(share(policy().decide(in, fresh_memory, kStart), 1), 0);
}

TEST(DefaultPolicy, LatencyBudget_RejectsWhatCannotHoldIt) {
    PolicyMemory memory;
    PolicyInput in = lab(10);
    in.latency_budget_s = 0.053;
    const PolicyDecision d = policy().decide(in, memory, kStart);
    EXPECT_EQ(rejection(d, 1), "");
    EXPECT_NE(rejection(d, 2), "");
}

TEST(DefaultPolicy, RandomInputs_SharesAlwaysSumToTheWhole) {
    std::mt19937 random(9);
    std::uniform_real_distribution<double> unit(0, 1);
    PolicyMemory memory;
    for (int round = 0; round < 300; ++round) {
        PolicyInput in = lab(200 * unit(random));
        for (std::size_t j = 0; j < 3; ++j) {
            in.sites[j].slots = unit(random) < 0.3 ? 0 : 20 * unit(random);
            in.ingresses[0].is_alive[j] = unit(random) < 0.8;
        }
        const PolicyDecision d = policy().decide(in, memory, kStart);
        std::uint32_t sum = 0;
        for (const SiteShare& s : d.ingresses[0].shares) {
            sum += s.ppm;
            EXPECT_EQ(rejection(d, s.site.value), "") << "a filtered site got a share";
        }
        EXPECT_TRUE(d.ingresses[0].shares.empty() || sum == kWholeShare) << sum;
    }
}

TEST(DefaultPolicy, NonsenseFigures_AreRefusedByName_NeverFollowed) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    PolicyMemory memory;
    PolicyInput in = lab(nan);
    in.sites[0].rate_per_slot = 0;
    in.sites[1].slots = nan;
    in.sites[2].cv2 = nan;
    in.sites[2].price_s = nan;
    const PolicyDecision d = policy().decide(in, memory, kStart);
    EXPECT_NE(rejection(d, 1).find("no usable rate"), std::string::npos);
    EXPECT_NE(rejection(d, 2).find("no usable slots"), std::string::npos);
    EXPECT_EQ(share(d, 3), 1);
    EXPECT_NE(d.verdict.find("arrivals at"), std::string::npos);
    in.ingresses[0].delay_s[2] = -1;
    EXPECT_EQ(rejection(policy().decide(in, memory, kStart), 3), "no usable delay (-1)");
}

/// Each alone, beside two sound sites: the reason names the figure and its value, and the share is nothing.
TEST(DefaultPolicy, ManySitesOfTrifles_KeepTheirShares) {
    PolicyInput in;
    in.service = "analysis";
    in.ingresses = {{"R1", 15'000, {}, {}}};
    for (std::uint16_t id = 1; id <= 1'001; ++id) {
        in.sites.push_back(site(id, 1, 20));
        in.ingresses[0].delay_s.emplace_back(0.001);
        in.ingresses[0].is_alive.push_back(true);
    }
    PolicyMemory memory;
    const PolicyDecision d = policy().decide(in, memory, kStart);
    EXPECT_EQ(d.ingresses[0].shares.size(), in.sites.size());
    EXPECT_NEAR(share(d, 1'001), 1 / 1001.0, 1e-5);
}

TEST(DefaultPolicy, EveryBadFigureOfASite_HasItsOwnReason) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double inf = std::numeric_limits<double>::infinity();
    using Spoil = void (*)(PolicySite&, double);
    const struct {
        Spoil spoil;
        double value;
        const char* reason;
    } cases[] = {
        {[](PolicySite& s, double x) { s.slots = x; }, 0, "no usable slots (0)"},
        {[](PolicySite& s, double x) { s.slots = x; }, -5, "no usable slots (-5)"},
        {[](PolicySite& s, double x) { s.slots = x; }, nan, "no usable slots (nan)"},
        {[](PolicySite& s, double x) { s.slots = x; }, inf, "more slots than can be reckoned with (inf)"},
        {[](PolicySite& s, double x) { s.slots = x; }, 2e6, "more slots than can be reckoned with (2e+06)"},
        {[](PolicySite& s, double x) { s.rate_per_slot = x; }, -1, "no usable rate per slot (-1)"},
        {[](PolicySite& s, double x) { s.rate_per_slot = x; }, nan, "no usable rate per slot (nan)"},
        {[](PolicySite& s, double x) { s.price_s = x; }, nan, "no usable price (nan)"},
        {[](PolicySite& s, double x) { s.price_s = x; }, inf, "no usable price (inf)"},
        {[](PolicySite& s, double x) { s.other_jobs = x; }, nan, "no usable figure of other services' jobs"},
        {[](PolicySite& s, double x) { s.report_age_s = x; }, -3, "report from the future, age in s (-3)"},
        {[](PolicySite& s, double x) { s.report_age_s = x; }, nan, "report from the future, age in s (nan)"},
    };
    for (const auto& c : cases) {
        PolicyMemory memory;
        PolicyInput in = lab(20);
        c.spoil(in.sites[0], c.value);
        const PolicyDecision d = policy().decide(in, memory, kStart);
        EXPECT_EQ(rejection(d, 1).substr(0, std::string(c.reason).size()), c.reason);
        EXPECT_EQ(share(d, 1), 0) << c.reason;
        EXPECT_FALSE(d.ingresses[0].shares.empty());
    }
}

TEST(DefaultPolicy, AClockAShortWhileAhead_IsNoReportFromTheFuture) {
    PolicyMemory memory;
    PolicyInput in = lab(20);
    in.sites[0].report_age_s = -0.5;
    EXPECT_EQ(rejection(policy().decide(in, memory, kStart), 1), "");
}

TEST(DefaultPolicy, SoftReasons_NeverTakeTheLastSite) {
    PolicyMemory memory;
    PolicyInput in = lab(20);
    for (PolicySite& site : in.sites) {
        site.report_age_s = -60;
        site.price_s = std::numeric_limits<double>::quiet_NaN();
        site.other_jobs = std::numeric_limits<double>::quiet_NaN();
    }
    EXPECT_FALSE(policy().decide(in, memory, kStart).ingresses[0].shares.empty());
}

TEST(DefaultPolicy, NoSiteLeft_TheVerdictSaysWhere_AndWhy) {
    PolicyMemory memory;
    PolicyInput in = lab(20);
    in.ingresses[0].is_alive.assign(in.sites.size(), false);
    const std::string down = policy().decide(in, memory, kStart).verdict;
    EXPECT_NE(down.find("no site passes the filters at " + in.ingresses[0].name), std::string::npos) << down;
    EXPECT_NE(down.find("not alive at this ingress"), std::string::npos) << down;
    in.sites.clear();
    in.ingresses[0].is_alive.clear();
    in.ingresses[0].delay_s.clear();
    EXPECT_NE(policy().decide(in, memory, kStart).verdict.find("no site is known"), std::string::npos);
}

TEST(DefaultPolicy, LoadWeight_IsWhatQueuesCountAgainstTheWay) {
    PolicyInput in = lab(60);
    const auto nearest_share = [&](double weight) {
        PolicyMemory memory;
        in.load_weight = weight;
        return share(policy().decide(in, memory, kStart), 1);
    };
    EXPECT_GT(nearest_share(0.1), nearest_share(1) + 0.01);
    EXPECT_LT(nearest_share(10), nearest_share(1) - 0.01);
    // Weighing queues by two is weighing everything else by half, and prices are told in the file's seconds.
    PolicyMemory memory;
    in.load_weight = 2;
    const PolicyDecision twice = policy().decide(in, memory, kStart);
    for (auto& delay : in.ingresses[0].delay_s) {
        *delay /= 2;
    }
    in.load_weight = 1;
    PolicyMemory other;
    const PolicyDecision half = policy().decide(in, other, kStart);
    EXPECT_NEAR(share(twice, 1), share(half, 1), 1e-5);
    EXPECT_NEAR(twice.cost_after, 2 * half.cost_after, 1e-6 * twice.cost_after);
}

TEST(DefaultPolicy, SharedPool_IsDividedByTheLoadOfTheOthers) {
    PolicyMemory alone;
    PolicyMemory beside;
    PolicyInput in = lab(45);
    const double whole = share(policy().decide(in, alone, kStart), 1);
    in.sites[0].other_jobs = 40;
    EXPECT_LT(share(policy().decide(in, beside, kStart), 1), whole - 0.2);
}

TEST(DefaultPolicy, ConstantInputs_ShareNeverMovesAgain) {
    PolicyMemory memory;
    const PolicyInput in = lab(150);
    const PolicyDecision first = policy().decide(in, memory, kStart);
    for (int tick = 0; tick < 30; ++tick) {
        EXPECT_EQ(policy().decide(in, memory, kStart).ingresses[0].shares, first.ingresses[0].shares);
    }
}

TEST(NearestPolicy, LoadDoesNotMatter_DeathDoes) {
    PolicyMemory memory;
    PolicyInput in = lab(1000);
    in.sites[0].slots = 0;
    EXPECT_EQ(share(policy("nearest").decide(in, memory, kStart), 1), 1);
    in.ingresses[0].is_alive[0] = false;
    EXPECT_EQ(share(policy("nearest").decide(in, memory, kStart), 2), 1);
}

TEST(PolicySet, UnknownName_ListsTheKnownOnes) {
    const auto found = find_policy("cheapest");
    ASSERT_FALSE(found);
    EXPECT_NE(found.error().detail.find("default, nearest"), std::string::npos);
}

TEST(Damping, ToPpm_IsExactForAnyRow) {
    EXPECT_EQ(to_ppm({1.0 / 3, 1.0 / 3, 1.0 / 3}), (std::vector<std::uint32_t>{333334, 333333, 333333}));
    EXPECT_EQ(to_ppm({0, 1}), (std::vector<std::uint32_t>{0, 1000000}));
}

} // namespace
} // namespace suanlu
