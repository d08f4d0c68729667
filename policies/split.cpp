// SPDX-License-Identifier: Apache-2.0
#include "policies/split.hpp"

#include <algorithm>
#include <cmath>

#include "policies/split_newton.hpp"
#include "policies/split_steps.hpp"

namespace suanlu {

std::vector<double> loads(const SplitProblem& problem, const SplitShares& shares) {
    std::vector<double> out(problem.sites.size(), 0);
    for (std::size_t i = 0; i < shares.size(); ++i) {
        for (std::size_t j = 0; j < out.size(); ++j) {
            out[j] += problem.arrivals[i] * shares[i][j];
        }
    }
    return out;
}

double fixed_cost(const SplitProblem& problem, std::size_t i, std::size_t j) {
    const SplitSite& site = problem.sites[j];
    return problem.delay_s[i][j] + 1 / site.servers.rate_per_slot + site.price_s;
}

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

namespace {

/// A share worth looking at, and how much dearer than the best its site may be.
constexpr double kUsed = 1e-6;
constexpr double kDearer = 1e-3;

/// Karush, Kuhn and Tucker: nobody uses a site that is dearer to him than another.
bool is_optimum(const SplitProblem& problem, const SplitShares& shares) {
    const std::vector<std::vector<double>> marginal = marginal_costs(problem, shares);
    for (std::size_t i = 0; i < shares.size(); ++i) {
        double least = HUGE_VAL;
        double most = 0;
        for (std::size_t j = 0; j < problem.sites.size(); ++j) {
            if (problem.delay_s[i][j] >= 0) {
                least = std::min(least, marginal[i][j]);
                most = shares[i][j] > kUsed ? std::max(most, marginal[i][j]) : most;
            }
        }
        if (!(most <= least * (1 + kDearer))) {
            return false;
        }
    }
    return true;
}

} // namespace

SplitResult split(const SplitProblem& problem, const SplitShares& /*last*/) {
    SplitResult result;
    SplitNewton newton(problem);
    const bool is_solved = newton.solve();
    result.rounds = newton.steps();
    result.shares = newton.shares();
    result.cost = split_cost(problem, result.shares);
    if (!is_solved ||
        !is_optimum(problem, result.shares)) { // rare and odd problems: slow, from the other side
        SplitShares other = split_by_exchange(problem, result.rounds);
        if (const double cost = split_cost(problem, other); cost < result.cost * (1 - kDearer)) {
            result.shares = std::move(other);
            result.cost = cost;
        }
    }
    return result;
}

} // namespace suanlu
