// SPDX-License-Identifier: Apache-2.0
#include "policies/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <random>

namespace suanlu {
namespace {

SplitProblem random_problem(std::mt19937& random) {
    std::uniform_real_distribution<double> unit(0, 1);
    SplitProblem p;
    const std::size_t sites = 2 + random() % 6;
    const std::size_t ingresses = 1 + random() % 5;
    double capacity = 0;
    for (std::size_t j = 0; j < sites; ++j) {
        p.sites.push_back(
            {{1 + 30 * unit(random), 1 + 20 * unit(random), 0.5 + unit(random)}, 0.01 * unit(random)});
        capacity += p.sites.back().servers.capacity();
    }
    for (std::size_t i = 0; i < ingresses; ++i) {
        p.arrivals.push_back(capacity * 0.9 * unit(random) / static_cast<double>(ingresses) + 0.1);
        std::vector<double> row;
        for (std::size_t j = 0; j < sites; ++j) {
            row.push_back(j > 0 && unit(random) < 0.2 ? -1 : 0.05 * unit(random));
        }
        p.delay_s.push_back(row);
    }
    return p;
}

double most_dear(const SplitProblem& p, const SplitShares& shares) {
    const auto marginal = marginal_costs(p, shares);
    double gap = 0;
    for (std::size_t i = 0; i < p.arrivals.size(); ++i) {
        double least = INFINITY;
        double most = 0;
        double sum = 0;
        for (std::size_t j = 0; j < p.sites.size(); ++j) {
            sum += shares[i][j];
            EXPECT_GE(shares[i][j], 0);
            if (p.delay_s[i][j] >= 0) {
                least = std::min(least, marginal[i][j]);
                most = shares[i][j] > 0 ? std::max(most, marginal[i][j]) : most;
            } else {
                EXPECT_EQ(shares[i][j], 0) << "a forbidden site got traffic";
            }
        }
        EXPECT_NEAR(sum, 1, 1e-12);
        gap = std::max(gap, most / least - 1);
    }
    return gap;
}

TEST(Split, AtTheOptimum_NoIngressGainsByMoving) {
    std::mt19937 random(1);
    for (int round = 0; round < 60; ++round) {
        const SplitProblem p = random_problem(random);
        EXPECT_LT(most_dear(p, split(p).shares), 1e-6) << "round " << round;
    }
}

/// Slots, rates and loads over many orders of magnitude, equal delays, delays in steps, one ingress, one
/// site, overload, forbidden sites.
SplitProblem extreme_problem(std::mt19937& random) {
    std::uniform_real_distribution<double> unit(0, 1);
    const auto decades = [&](double low, double high) { return low * std::pow(high / low, unit(random)); };
    const auto kind = random() % 8;
    const std::size_t most = kind == 7 ? 50 : 12;
    const std::size_t sites = kind == 2 ? 1 : 1 + random() % most;
    const std::size_t ingresses = kind == 1 ? 1 : 1 + random() % most;
    const bool is_even = random() % 3 == 0;
    const double span = random() % 2 == 0 ? decades(1e-4, 1) : 0.05;
    const double rate = decades(0.01, 1000);
    SplitProblem p;
    double capacity = 0;
    for (std::size_t j = 0; j < sites; ++j) {
        const double slots = kind == 3           ? decades(1e-3, 3000)
                             : random() % 4 == 0 ? decades(0.05, 1)
                                                 : 1 + std::floor(60 * unit(random));
        const double own = kind == 4 ? decades(1e-3, 1e4) : rate * (0.5 + unit(random));
        const double cv2 = random() % 5 == 0 ? 0 : 3 * unit(random);
        p.sites.push_back({{slots, own, cv2}, random() % 3 == 0 ? decades(1e-4, 1) : 0});
        capacity += slots * own;
    }
    double all = 0;
    for (std::size_t i = 0; i < ingresses; ++i) {
        all += p.arrivals.emplace_back(kind == 5 ? decades(1e-6, 1e3) : is_even ? 1 : 0.1 + unit(random));
        std::vector<double>& row = p.delay_s.emplace_back();
        for (std::size_t j = 0; j < sites; ++j) {
            const bool is_forbidden = j != i % sites && random() % 6 == 0;
            const double steps = 0.001 * static_cast<double>(random() % 4);
            row.push_back(is_forbidden ? -1 : is_even ? span : kind == 6 ? steps : span * unit(random));
        }
    }
    const double loads[] = {0.01, 0.999, 1.5, 0.01 + 0.98 * unit(random), 0.01 + 0.98 * unit(random)};
    const double load = loads[random() % 5];
    for (double& a : p.arrivals) {
        a *= capacity * load / all;
    }
    return p;
}

TEST(Split, ExtremeProblems_AreSolvedExactlyToo) {
    std::mt19937 random(11);
    for (int round = 0; round < 3000; ++round) {
        SplitProblem p = extreme_problem(random);
        const SplitResult cold = split(p);
        ASSERT_TRUE(cold.status) << round << ": " << cold.status.error().text();
        EXPECT_LT(most_dear(p, cold.shares), 1e-6) << "round " << round << ", " << cold.rounds;
        EXPECT_LT(cold.gap, 1e-6) << "round " << round;
        p.arrivals[0] *= 1.1;
        const SplitResult warm = split(p, cold.shares);
        EXPECT_LT(most_dear(p, warm.shares), 1e-6) << "round " << round << " warm, " << warm.rounds;
    }
}

/// 100 ingresses, 64 sites of three sizes.
SplitProblem large_problem(double load) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> unit(0, 1);
    SplitProblem p;
    double capacity = 0;
    for (std::size_t j = 0; j < 64; ++j) {
        const double workers = j % 4 == 3 ? 64 : j % 4 == 2 ? 24 : 8;
        p.sites.push_back({{workers, workers > 8 ? 1.1 : 0.7, 1.7}, 0});
        capacity += p.sites.back().servers.capacity();
    }
    for (std::size_t i = 0; i < 100; ++i) {
        p.arrivals.push_back(capacity * load / 100);
        std::vector<double>& row = p.delay_s.emplace_back();
        for (std::size_t j = 0; j < 64; ++j) {
            row.push_back(0.002 + 0.05 * unit(random));
        }
    }
    return p;
}

TEST(Split, HundredIngressesSixtyFourSites_ColdAndWarmAreExactAndEqual) {
    for (const double load : {0.5, 0.8, 0.95, 0.999}) {
        SplitProblem p = large_problem(load);
        const SplitShares before = split(p).shares;
        for (std::size_t i = 0; i < 100; ++i) {
            p.arrivals[i] *= i % 2 == 0 ? 0.97 : 1.02;
        }
        const SplitResult cold = split(p);
        const SplitResult warm = split(p, before);
        EXPECT_LT(most_dear(p, cold.shares), 1e-6) << load;
        EXPECT_LT(most_dear(p, warm.shares), 1e-6) << load;
        EXPECT_NEAR(warm.cost, cold.cost, 1e-9 * cold.cost);
        EXPECT_LT(warm.rounds, cold.rounds) << "a warm start saves work";
        const std::vector<double> a = loads(p, cold.shares);
        const std::vector<double> b = loads(p, warm.shares);
        for (std::size_t j = 0; j < a.size(); ++j) {
            EXPECT_NEAR(a[j], b[j], 1e-3 * p.sites[j].servers.capacity());
        }
    }
}

TEST(Split, SameProblem_GivesTheSameBits) {
    const SplitProblem p = large_problem(0.9);
    EXPECT_EQ(split(p).shares, split(p).shares);
}

TEST(Split, NothingIsLost_LoadsSumToArrivals) {
    std::mt19937 random(5);
    for (int round = 0; round < 100; ++round) {
        const SplitProblem p = extreme_problem(random);
        const std::vector<double> load = loads(p, split(p).shares);
        const double jobs = std::accumulate(p.arrivals.begin(), p.arrivals.end(), 0.0);
        EXPECT_NEAR(std::accumulate(load.begin(), load.end(), 0.0), jobs, 1e-12 * jobs);
    }
}

TEST(Split, CostIsConvex_AlongAnySegment) {
    std::mt19937 random(8);
    std::uniform_real_distribution<double> unit(0, 1);
    const auto random_shares = [&](const SplitProblem& p) {
        SplitShares out;
        for (const std::vector<double>& delays : p.delay_s) {
            std::vector<double>& row = out.emplace_back();
            for (const double delay : delays) {
                row.push_back(delay >= 0 ? unit(random) : 0);
            }
            const double sum = std::accumulate(row.begin(), row.end(), 0.0);
            std::for_each(row.begin(), row.end(), [&](double& x) { x /= sum; });
        }
        return out;
    };
    for (int round = 0; round < 300; ++round) {
        const SplitProblem p = extreme_problem(random);
        const SplitShares a = random_shares(p);
        const SplitShares b = random_shares(p);
        SplitShares middle = a;
        const double part = unit(random);
        for (std::size_t i = 0; i < a.size(); ++i) {
            for (std::size_t j = 0; j < a[i].size(); ++j) {
                middle[i][j] = a[i][j] * (1 - part) + b[i][j] * part;
            }
        }
        const double chord = split_cost(p, a) * (1 - part) + split_cost(p, b) * part;
        EXPECT_LE(split_cost(p, middle), chord * (1 + 1e-9)) << round;
        EXPECT_LE(split(p).cost, split_cost(p, middle) * (1 + 1e-9)) << round;
    }
}

TEST(Split, TwoEqualSites_GetHalfEach) {
    for (const double load : {0.01, 0.5, 0.99, 1.3}) {
        const SplitProblem p{{{{3, 10, 1}, 0}, {{3, 10, 1}, 0}}, {60 * load}, {{0.01, 0.01}}};
        EXPECT_NEAR(split(p).shares[0][0], 0.5, 1e-6) << load;
    }
}

/// Two M/M/1: a job costs mu / (mu - lambda)^2 in all, so what is spare goes with the root of mu.
TEST(Split, TwoSingleServers_AreTheClosedForm) {
    const SplitProblem p{{{{1, 100, 1}, 0}, {{1, 25, 1}, 0}}, {80}, {{0, 0}}};
    const SplitResult r = split(p); // spare 45 = 30 + 15
    EXPECT_NEAR(r.shares[0][0], 70.0 / 80, 1e-7);
    EXPECT_NEAR(r.shares[0][1], 10.0 / 80, 1e-7);
    EXPECT_NEAR(r.cost, 70.0 / 30 + 10.0 / 15, 1e-9); // jobs in both systems
    SplitProblem calm = p;
    calm.arrivals = {20}; // 100 / 80^2 < 1 / 25: the slow one is not worth it
    EXPECT_EQ(split(calm).shares[0], (std::vector<double>{1, 0}));
    EXPECT_NEAR(split(calm).cost, 0.25, 1e-12);
}

TEST(Split, TwoByTwo_MatchesBruteForce) {
    const SplitProblem p{{{{4, 20, 1}, 0}, {{6, 20, 1}, 0}}, {40, 60}, {{0.001, 0.02}, {0.015, 0.003}}};
    double best = INFINITY;
    for (int a = 0; a <= 1000; ++a) {
        for (int b = 0; b <= 1000; b += 5) {
            const double x = a / 1000.0;
            const double y = b / 1000.0;
            best = std::min(best, split_cost(p, {{x, 1 - x}, {y, 1 - y}}));
        }
    }
    EXPECT_NEAR(split(p).cost, best, best * 1e-3);
}

TEST(Split, WarmAndColdStart_EndInTheSamePlace) {
    std::mt19937 random(3);
    for (int round = 0; round < 20; ++round) {
        SplitProblem p = random_problem(random);
        const SplitResult cold = split(p);
        p.arrivals[0] *= 1.1;
        EXPECT_NEAR(split(p, cold.shares).cost, split(p).cost, split(p).cost * 1e-5);
    }
}

TEST(Split, ConstantInputs_NeverOscillate) {
    std::mt19937 random(4);
    const SplitProblem p = random_problem(random);
    SplitShares shares = split(p).shares;
    for (int tick = 0; tick < 20; ++tick) {
        const SplitShares next = split(p, shares).shares;
        for (std::size_t i = 0; i < next.size(); ++i) {
            for (std::size_t j = 0; j < next[i].size(); ++j) {
                EXPECT_NEAR(next[i][j], shares[i][j], 1e-3);
            }
        }
        shares = next;
    }
}

TEST(Split, TotalOverload_SpreadsByCapacity) {
    const SplitProblem p{{{{4, 10, 1}, 0}, {{8, 10, 1}, 0}}, {240}, {{0.001, 0.001}}};
    const SplitResult r = split(p);
    EXPECT_NEAR(r.shares[0][1], 2.0 / 3.0, 0.15);
    EXPECT_TRUE(std::isfinite(r.cost));
}

/// Figures of this solver, whose KKT gap was 1e-12: what changes them changes decisions.
TEST(Split, ThreeByThree_KeepsItsFigures) {
    const SplitProblem p{{{{4, 20, 1}, 0}, {{8, 10, 1.5}, 0.001}, {{2.5, 40, 0.5}, 0}},
                         {90, 60, 50},
                         {{0.002, 0.010, 0.030}, {0.012, 0.003, 0.015}, {0.020, 0.011, 0.004}}};
    const SplitResult r = split(p);
    const double shares[3][3] = {{0.679239746, 0.320760254, 0}, {0, 0.480379767, 0.519620233}, {0, 0, 1}};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            EXPECT_NEAR(r.shares[i][j], shares[i][j], 1e-5) << i << " " << j;
        }
    }
    EXPECT_NEAR(r.cost, 16.9489744203, 1e-8);
}

TEST(Split, WhatMakesNoSense_IsRefusedByName) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double endless = std::numeric_limits<double>::infinity();
    const SplitProblem good{{{{4, 10, 1}, 0}, {{8, 10, 1}, 0}}, {40, 20}, {{0.001, 0.002}, {0.003, 0.001}}};
    ASSERT_TRUE(check_split(good));
    struct Case {
        std::function<void(SplitProblem&)> spoil;
        Errc code;
        const char* text;
    };
    const std::vector<Case> cases{
        {[](SplitProblem& p) { p.sites[1].servers.slots = 0; }, Errc::kBadInput, "site 1: slots is 0.000000"},
        {[](SplitProblem& p) { p.sites[1].servers.slots = -4; }, Errc::kBadInput,
         "site 1: slots is -4.000000"},
        {[](SplitProblem& p) { p.sites[0].servers.slots = 1e9; }, Errc::kOutOfRange, "site 0: slots"},
        {[&](SplitProblem& p) { p.sites[0].servers.rate_per_slot = nan; }, Errc::kBadInput,
         "site 0: rate per slot is not a finite number"},
        {[](SplitProblem& p) { p.sites[0].servers.cv2 = -1; }, Errc::kBadInput, "site 0: variation"},
        {[&](SplitProblem& p) { p.sites[0].price_s = endless; }, Errc::kBadInput, "site 0: price"},
        {[](SplitProblem& p) { p.arrivals[1] = 0; }, Errc::kBadInput, "ingress 1: arrivals is 0.000000"},
        {[&](SplitProblem& p) { p.arrivals[1] = nan; }, Errc::kBadInput, "ingress 1: arrivals is not"},
        {[&](SplitProblem& p) { p.delay_s[0][1] = nan; }, Errc::kBadInput, "ingress 0: delay to site 1"},
        {[&](SplitProblem& p) { p.delay_s[1][0] = endless; }, Errc::kBadInput, "ingress 1: delay to site 0"},
        {[](SplitProblem& p) {
             p.delay_s[1] = {-1, -1};
         },
         Errc::kRefused, "ingress 1: no site is allowed"},
        {[](SplitProblem& p) { p.delay_s[1] = {0}; }, Errc::kBadInput, "ingress 1: 1 delays for 2 sites"},
        {[](SplitProblem& p) { p.delay_s.pop_back(); }, Errc::kBadInput, "rows of delays"},
    };
    for (const Case& c : cases) {
        SplitProblem p = good;
        c.spoil(p);
        const SplitResult r = split(p);
        ASSERT_FALSE(r.status) << c.text;
        EXPECT_EQ(r.status.error().code, c.code) << c.text;
        EXPECT_EQ(r.status.error().detail.find(c.text), 0U) << r.status.error().detail;
        ASSERT_EQ(r.shares.size(), 2U);
        EXPECT_EQ(r.shares[0].size(), 2U);
    }
}

TEST(Split, UselessLastShares_DoNotHarm) {
    const SplitProblem p{{{{4, 10, 1}, 0}, {{8, 10, 1}, 0}}, {40, 20}, {{0.001, 0.002}, {0.003, -1}}};
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const SplitResult cold = split(p);
    for (const SplitShares& last :
         {SplitShares{{1, 0}}, SplitShares{{1}, {1}}, SplitShares{{nan, nan}, {1, 0}},
          SplitShares{{0, 0}, {0, 1}}, SplitShares{{-3, 4}, {1, 0}}}) {
        const SplitResult r = split(p, last);
        EXPECT_NEAR(r.cost, cold.cost, 1e-9);
        EXPECT_EQ(r.shares[1][1], 0);
    }
}

TEST(Split, NoIngress_IsAnEmptyAnswer) {
    const SplitResult r = split({{{{4, 10, 1}, 0}}, {}, {}});
    EXPECT_TRUE(r.status);
    EXPECT_TRUE(r.shares.empty());
    EXPECT_EQ(r.cost, 0);
}

} // namespace
} // namespace suanlu
