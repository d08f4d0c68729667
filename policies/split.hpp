// SPDX-License-Identifier: Apache-2.0
// The convex split: how much of every ingress's traffic each site should get so that the sum of path delay,
// service time, price and queues is least. Inputs are exogenous (arrivals, capacity, delay), so it cannot
// oscillate. Minimises sum x_ij (d_ij + 1/mu_j + price_j) + sum Lq_j(sum_i x_ij); split_solver.hpp says how.
// Pure and deterministic. A problem that makes no sense is refused by name and gets even shares.
#pragma once

#include <vector>

#include "core/support/result.hpp"
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
    /// [ingress][site] forward + return delay in seconds, finite; negative = not allowed. One allowed site
    /// per ingress at least.
    std::vector<std::vector<double>> delay_s;
};

/// [ingress][site], rows sum to 1.
using SplitShares = std::vector<std::vector<double>>;

struct SplitResult {
    /// Why there was nothing to solve; then the shares are even over the allowed sites.
    Status status;
    SplitShares shares;
    /// Cost in jobs (delay x arrivals + waiting); comparable only for equal problems.
    double cost = 0;
    int rounds = 0;
    /// How much dearer than the best one a used site is to anybody, as part of the cost of a job: 1e-7, or
    /// what rounding allows when figures lie many orders of magnitude apart.
    double gap = 0;
};

/// `last`, an earlier answer, makes it quicker when it is close; the answer is as good without.
SplitResult split(const SplitProblem& problem, const SplitShares& last = {});

/// kBadInput: a figure that is none, or none of that sign; kOutOfRange; kRefused: an ingress without a site.
Status check_split(const SplitProblem& problem);

/// Jobs per second at every site.
std::vector<double> loads(const SplitProblem& problem, const SplitShares& shares);
/// Delay, service time and price of a job of ingress i at site j, seconds.
double fixed_cost(const SplitProblem& problem, std::size_t i, std::size_t j);
double split_cost(const SplitProblem& problem, const SplitShares& shares);
/// [ingress][site] marginal cost in seconds; equal over the used sites of an ingress at the optimum.
std::vector<std::vector<double>> marginal_costs(const SplitProblem& problem, const SplitShares& shares);

} // namespace suanlu
