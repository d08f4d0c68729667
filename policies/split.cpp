// SPDX-License-Identifier: Apache-2.0
#include "policies/split.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/support/error.hpp"
#include "policies/split_steps.hpp"

namespace suanlu {

namespace {

// The descent ends at this gap: what could still be saved if moving everything to the cheapest sites left
// prices alone, relative to the whole cost. The exchange ends by itself; the bound is for strange numbers.
constexpr int kMostRounds = 120;
constexpr double kCoarseGap = 1e-3;
constexpr int kMostMoves = 5000;
// A site that got nothing last time must be able to come back: exponentials never revive a zero.
constexpr double kRevive = 1e-4;

std::vector<double> first_row(const SplitProblem& problem, std::size_t i, const SplitShares& warm) {
    const std::size_t n = problem.sites.size();
    std::vector<double> row(n, 0);
    const bool fits = i < warm.size() && warm[i].size() == n;
    for (std::size_t j = 0; j < n; ++j) {
        if (problem.delay_s[i][j] >= 0) {
            row[j] = fits ? std::max(warm[i][j], kRevive) : 1;
        }
    }
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    SL_CHECK(sum > 0);
    for (double& x : row) {
        x /= sum;
    }
    return row;
}

} // namespace

double split_cost(const SplitProblem& problem, const SplitShares& shares) {
    double cost = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        for (std::size_t j = 0; j < problem.sites.size(); ++j) {
            if (shares[i][j] > 0) {
                cost += problem.arrivals[i] * shares[i][j] * fixed_cost(problem, i, j);
            }
        }
    }
    const std::vector<double> load = loads(problem, shares);
    for (std::size_t j = 0; j < problem.sites.size(); ++j) {
        cost += queue_length(problem.sites[j].servers, load[j]);
    }
    return cost;
}

std::vector<std::vector<double>> marginal_costs(const SplitProblem& problem, const SplitShares& shares) {
    const std::vector<double> load = loads(problem, shares);
    SplitShares out(shares.size(), std::vector<double>(problem.sites.size(), 0));
    for (std::size_t j = 0; j < problem.sites.size(); ++j) {
        const double price = queue_price(problem.sites[j].servers, load[j]);
        for (std::size_t i = 0; i < shares.size(); ++i) {
            if (problem.delay_s[i][j] >= 0) {
                out[i][j] = fixed_cost(problem, i, j) + price;
            }
        }
    }
    return out;
}

SplitResult split(const SplitProblem& problem, const SplitShares& warm) {
    SplitShares first;
    for (std::size_t i = 0; i < problem.arrivals.size(); ++i) {
        first.push_back(first_row(problem, i, warm));
    }
    SplitResult result;
    Descent descent(problem, std::move(first));
    while (result.rounds < kMostRounds && descent.round() > kCoarseGap) {
        ++result.rounds;
    }
    Exchange exchange(problem, descent.take());
    for (int moves = 0; moves < kMostMoves && exchange.step() > 0; ++moves) {
        ++result.rounds;
    }
    result.shares = exchange.take();
    result.cost = split_cost(problem, result.shares);
    return result;
}

} // namespace suanlu
