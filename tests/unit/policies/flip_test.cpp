// SPDX-License-Identifier: Apache-2.0
#include "policies/flip.hpp"

#include <gtest/gtest.h>

#include <random>

namespace suanlu {
namespace {

SplitProblem random_problem(std::mt19937& random) {
    std::uniform_real_distribution<double> unit(0, 1);
    SplitProblem p;
    double capacity = 0;
    for (int j = 0; j < 4; ++j) {
        p.sites.push_back({{2 + 10 * unit(random), 5 + 10 * unit(random), 1}, 0});
        capacity += p.sites.back().servers.capacity();
    }
    for (int i = 0; i < 3; ++i) {
        p.arrivals.push_back(capacity * (0.1 + 0.15 * unit(random)));
        p.delay_s.push_back({});
        for (int j = 0; j < 4; ++j) {
            p.delay_s.back().push_back(0.001 + 0.2 * unit(random));
        }
    }
    return p;
}

/// The share of (i, j) when its delay changes by that much.
double share_after(SplitProblem p, std::size_t i, std::size_t j, double change_s) {
    p.delay_s[i][j] += change_s;
    return split(p).shares[i][j];
}

constexpr double kShare = 1e-3; // the least that the default policy gives

TEST(Flip, FivePercentBeforeThePointNothingHappens_FivePercentBehindItDoes) {
    std::mt19937 random(7);
    int gained = 0;
    int lost = 0;
    for (int round = 0; round < 60; ++round) {
        const SplitProblem p = random_problem(random);
        const SplitShares best = split(p).shares;
        const auto marginal = marginal_costs(p, best);
        for (std::size_t i = 0; i < 3; ++i) {
            for (std::size_t j = 0; j < 4; ++j) {
                const FlipPoint point = flip_point(p, best, i, j);
                ASSERT_NE(point.kind, FlipPoint::Kind::kNone);
                if (std::abs(point.change_s) < 0.01 * marginal[i][j]) {
                    continue; // five percent of it would be near the solver's own tolerance
                }
                const double before = share_after(p, i, j, point.change_s * 0.95);
                if (point.kind == FlipPoint::Kind::kLoses) {
                    EXPECT_GT(point.change_s, 0);
                    EXPECT_GT(before, share_after(p, i, j, point.change_s * 1.05));
                    EXPECT_LT(share_after(p, i, j, point.change_s * 1.05), kShare) << "round " << round;
                    ++lost;
                } else if (p.delay_s[i][j] + point.change_s * 1.05 > 0) {
                    EXPECT_LT(before, kShare) << "round " << round;
                    EXPECT_GT(share_after(p, i, j, point.change_s * 1.05), before) << "round " << round;
                    ++gained;
                }
            }
        }
    }
    EXPECT_GT(gained, 30);
    EXPECT_GT(lost, 30);
}

TEST(Flip, RejectedAndOnlyCandidatesHaveNoPoint) {
    SplitProblem p;
    p.sites.resize(2, {{4, 20, 1}, 0});
    p.arrivals = {10};
    p.delay_s = {{0.001, -1}};
    const SplitShares best = split(p).shares;
    EXPECT_EQ(flip_point(p, best, 0, 0).kind, FlipPoint::Kind::kNone);
    EXPECT_EQ(flip_point(p, best, 0, 1).kind, FlipPoint::Kind::kNone);
}

} // namespace
} // namespace suanlu
