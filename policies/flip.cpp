// SPDX-License-Identifier: Apache-2.0
#include "policies/flip.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

namespace {

// A share below this is what the solver leaves behind; the default policy gives none of that size.
constexpr double kUsed = 1e-3;

/// What a job of this ingress costs at the best site that it may use.
double least_marginal(const SplitProblem& problem, const SplitShares& shares, std::size_t i) {
    const auto marginal = marginal_costs(problem, shares);
    double least = INFINITY;
    for (std::size_t j = 0; j < problem.sites.size(); ++j) {
        if (problem.delay_s[i][j] >= 0) {
            least = std::min(least, marginal[i][j]);
        }
    }
    return least;
}

} // namespace

FlipPoint flip_point(const SplitProblem& problem, const SplitShares& best, std::size_t i, std::size_t j) {
    if (problem.delay_s[i][j] < 0) {
        return {FlipPoint::Kind::kNone, 0};
    }
    if (best[i][j] <= kUsed) {
        const double over = marginal_costs(problem, best)[i][j] - least_marginal(problem, best, i);
        return {FlipPoint::Kind::kGains, -std::max(over, 0.0)};
    }
    SplitProblem without = problem;
    without.delay_s[i][j] = -1;
    if (std::none_of(without.delay_s[i].begin(), without.delay_s[i].end(), [](double d) { return d >= 0; })) {
        return {FlipPoint::Kind::kNone, 0};
    }
    const SplitShares others = split(without, best).shares;
    const double load = [&] {
        double sum = 0;
        for (std::size_t k = 0; k < others.size(); ++k) {
            sum += problem.arrivals[k] * others[k][j];
        }
        return sum;
    }();
    const SplitSite& site = problem.sites[j];
    const double own = problem.delay_s[i][j] + 1 / site.servers.rate_per_slot + site.price_s +
                       queue_price(site.servers, load);
    return {FlipPoint::Kind::kLoses, std::max(least_marginal(without, others, i) - own, 0.0)};
}

} // namespace suanlu
