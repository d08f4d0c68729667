// SPDX-License-Identifier: Apache-2.0
#include "policies/split.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/support/error.hpp"

namespace suanlu {

namespace {

constexpr int kMostRounds = 3000;
// Relative weight of cost that could still be saved by moving everything to the cheapest sites.
constexpr double kGap = 1e-7;
// A site that got nothing last time must be able to come back: exponentials never revive a zero.
constexpr double kRevive = 1e-4;

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

/// What is left to gain: sum x (m - min m) over sum x m.
double relative_gap(const SplitProblem& problem, const SplitShares& shares, const SplitShares& marginal) {
    double gain = 0;
    double total = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        double least = INFINITY;
        for (std::size_t j = 0; j < shares[i].size(); ++j) {
            if (problem.delay_s[i][j] >= 0) {
                least = std::min(least, marginal[i][j]);
            }
        }
        for (std::size_t j = 0; j < shares[i].size(); ++j) {
            if (problem.delay_s[i][j] >= 0) {
                gain += problem.arrivals[i] * shares[i][j] * (marginal[i][j] - least);
                total += problem.arrivals[i] * shares[i][j] * marginal[i][j];
            }
        }
    }
    return total > 0 ? gain / total : 0;
}

SplitShares step(const SplitProblem& problem, const SplitShares& shares, const SplitShares& marginal,
                 double eta) {
    SplitShares out = shares;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        double least = INFINITY;
        double mean = 0;
        for (std::size_t j = 0; j < shares[i].size(); ++j) {
            if (problem.delay_s[i][j] >= 0) {
                least = std::min(least, marginal[i][j]);
                mean += shares[i][j] * marginal[i][j];
            }
        }
        double sum = 0;
        for (std::size_t j = 0; j < shares[i].size(); ++j) {
            if (problem.delay_s[i][j] >= 0) {
                const double excess = (marginal[i][j] - least) / std::max(mean, 1e-9);
                out[i][j] = shares[i][j] * std::exp(-eta * std::min(excess, 50.0));
                sum += out[i][j];
            }
        }
        for (double& x : out[i]) {
            x /= sum;
        }
    }
    return out;
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
    SplitResult result;
    for (std::size_t i = 0; i < problem.arrivals.size(); ++i) {
        result.shares.push_back(first_row(problem, i, warm));
    }
    result.cost = split_cost(problem, result.shares);
    double eta = 1;
    for (result.rounds = 0; result.rounds < kMostRounds && eta > 1e-9; ++result.rounds) {
        const SplitShares marginal = marginal_costs(problem, result.shares);
        if (relative_gap(problem, result.shares, marginal) < kGap) {
            break;
        }
        // Backtracking keeps the descent monotone whatever the steepness of an overloaded site.
        SplitShares next = step(problem, result.shares, marginal, eta);
        const double cost = split_cost(problem, next);
        if (cost < result.cost) {
            result.shares = std::move(next);
            result.cost = cost;
            eta *= 1.3;
        } else {
            eta *= 0.4;
        }
    }
    return result;
}

} // namespace suanlu
