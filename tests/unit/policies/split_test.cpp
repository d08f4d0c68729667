// SPDX-License-Identifier: Apache-2.0
#include "policies/split.hpp"

#include <gtest/gtest.h>

#include <cmath>
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

TEST(Split, AtTheOptimum_NoIngressGainsByMoving) {
    std::mt19937 random(1);
    for (int round = 0; round < 60; ++round) {
        const SplitProblem p = random_problem(random);
        const SplitResult r = split(p);
        const auto marginal = marginal_costs(p, r.shares);
        for (std::size_t i = 0; i < p.arrivals.size(); ++i) {
            double least = INFINITY;
            double sum = 0;
            for (std::size_t j = 0; j < p.sites.size(); ++j) {
                sum += r.shares[i][j];
                if (p.delay_s[i][j] >= 0) {
                    least = std::min(least, marginal[i][j]);
                } else {
                    EXPECT_EQ(r.shares[i][j], 0) << "a forbidden site got traffic";
                }
            }
            EXPECT_NEAR(sum, 1, 1e-9);
            for (std::size_t j = 0; j < p.sites.size(); ++j) {
                if (r.shares[i][j] > 1e-6) {
                    EXPECT_LT(marginal[i][j], least * 1.001) << "round " << round << ", site " << j;
                }
            }
        }
        EXPECT_LT(r.rounds, 2000);
    }
}

TEST(Split, FullSites_AreSolvedExactlyToo) {
    std::mt19937 random(6);
    for (int round = 0; round < 30; ++round) {
        SplitProblem p = random_problem(random);
        double capacity = 0;
        double arrivals = 0;
        for (std::size_t j = 0; j < p.sites.size(); ++j) {
            capacity += p.delay_s[0][j] >= 0 ? p.sites[j].servers.capacity() : 0;
        }
        for (std::size_t i = 0; i < p.arrivals.size(); ++i) {
            p.delay_s[i] = p.delay_s[0];
            p.delay_s[i][0] += 0.01 * static_cast<double>(i);
            arrivals += p.arrivals[i];
        }
        for (double& a : p.arrivals) {
            a *= 0.96 * capacity / arrivals;
        }
        const SplitResult r = split(p);
        const auto marginal = marginal_costs(p, r.shares);
        for (std::size_t i = 0; i < p.arrivals.size(); ++i) {
            double least = INFINITY;
            double most = 0;
            for (std::size_t j = 0; j < p.sites.size(); ++j) {
                least = p.delay_s[i][j] >= 0 ? std::min(least, marginal[i][j]) : least;
                most = r.shares[i][j] > 1e-6 ? std::max(most, marginal[i][j]) : most;
            }
            EXPECT_LT(most, least * 1.001) << "round " << round << " after " << r.rounds << " rounds";
        }
    }
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

} // namespace
} // namespace suanlu
