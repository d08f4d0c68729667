// SPDX-License-Identifier: Apache-2.0
// The convex split: how much of every ingress's traffic each site should get so that the sum of path delay,
// service time, price and queues is least. Inputs are exogenous (arrivals, capacity, delay), so it cannot
// oscillate. Minimises sum x_ij (d_ij + 1/mu_j + price_j) + sum Lq_j(sum_i x_ij) by exponentiated gradient
// and an exact finish (split_steps.hpp). Pure and deterministic.
#pragma once

#include <vector>

#include "policies/erlang.hpp"

namespace suanlu {

struct SplitSite {
    Servers servers;
    double price_s = 0; ///< seconds that a job's price is worth
};

struct SplitProblem {
    std::vector<SplitSite> sites;
    /// Jobs per second of every ingress, each > 0.
    std::vector<double> arrivals;
    /// [ingress][site] forward + return delay in seconds; negative = not allowed. One allowed site per
    /// ingress at least.
    std::vector<std::vector<double>> delay_s;
};

/// [ingress][site], rows sum to 1.
using SplitShares = std::vector<std::vector<double>>;

struct SplitResult {
    SplitShares shares;
    /// Cost in jobs (delay x arrivals + waiting); comparable only for equal problems.
    double cost = 0;
    int rounds = 0;
};

/// `warm` may be empty or the last shares; rows that do not fit the problem start from equal shares.
SplitResult split(const SplitProblem& problem, const SplitShares& warm = {});

double split_cost(const SplitProblem& problem, const SplitShares& shares);
/// [ingress][site] marginal cost in seconds; equal over the used sites of an ingress at the optimum.
std::vector<std::vector<double>> marginal_costs(const SplitProblem& problem, const SplitShares& shares);

} // namespace suanlu
