// SPDX-License-Identifier: Apache-2.0
#include "policies/split.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/support/error.hpp"

namespace suanlu {

namespace {

constexpr int kMostRounds = 2000;
// Relative weight of cost that could still be saved by moving everything to the cheapest sites.
constexpr double kGap = 1e-6;
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

/// The state of the descent. Ingresses take turns, each with its own step: one that meets a steep queue does
/// not shorten the steps of all others.
class Descent {
public:
    Descent(const SplitProblem& problem, SplitShares shares)
        : problem_(problem), shares_(std::move(shares)), load_(loads(problem, shares_)),
          eta_(shares_.size(), 1.0) {}

    /// One step of every ingress; returns what could still be gained, relative to the whole cost.
    double round() {
        double gain = 0;
        double total = 0;
        for (std::size_t i = 0; i < shares_.size(); ++i) {
            gain += turn(i, total);
        }
        return total > 0 ? gain / total : 0;
    }
    SplitShares take() { return std::move(shares_); }

private:
    double marginal(std::size_t i, std::size_t j) const {
        return fixed_cost(problem_, i, j) + queue_price(problem_.sites[j].servers, load_[j]);
    }
    /// Cost of the row and of the queues it feeds, with its load replaced.
    double row_cost(std::size_t i, const std::vector<double>& row) const {
        double cost = 0;
        for (std::size_t j = 0; j < row.size(); ++j) {
            if (problem_.delay_s[i][j] >= 0) {
                const double load = load_[j] + problem_.arrivals[i] * (row[j] - shares_[i][j]);
                cost += problem_.arrivals[i] * row[j] * fixed_cost(problem_, i, j) +
                        queue_length(problem_.sites[j].servers, load);
            }
        }
        return cost;
    }
    double turn(std::size_t i, double& total) {
        std::vector<double>& row = shares_[i];
        std::vector<double> prices(row.size(), 0);
        double least = INFINITY;
        double mean = 0;
        for (std::size_t j = 0; j < row.size(); ++j) {
            if (problem_.delay_s[i][j] >= 0) {
                prices[j] = marginal(i, j);
                least = std::min(least, prices[j]);
                mean += row[j] * prices[j];
            }
        }
        total += problem_.arrivals[i] * mean;
        std::vector<double> next = row;
        double sum = 0;
        for (std::size_t j = 0; j < row.size(); ++j) {
            if (row[j] > 0) {
                next[j] *= std::exp(-eta_[i] * std::min((prices[j] - least) / std::max(mean, 1e-9), 50.0));
                sum += next[j];
            }
        }
        for (double& x : next) {
            x /= sum;
        }
        accept(i, next);
        return problem_.arrivals[i] * (mean - least);
    }
    void accept(std::size_t i, std::vector<double>& next) {
        if (row_cost(i, next) >= row_cost(i, shares_[i])) {
            eta_[i] = std::max(eta_[i] * 0.4, 1e-6);
            return;
        }
        eta_[i] = std::min(eta_[i] * 1.3, 8.0);
        for (std::size_t j = 0; j < next.size(); ++j) {
            load_[j] += problem_.arrivals[i] * (next[j] - shares_[i][j]);
        }
        shares_[i] = std::move(next);
    }

    const SplitProblem& problem_;
    SplitShares shares_;
    std::vector<double> load_;
    std::vector<double> eta_;
};

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
    while (result.rounds < kMostRounds && descent.round() > kGap) {
        ++result.rounds;
    }
    result.shares = descent.take();
    result.cost = split_cost(problem, result.shares);
    return result;
}

} // namespace suanlu
