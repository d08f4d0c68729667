// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/fixed_shares.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

namespace {

/// Free capacity never counts as less than this share of all, so that no site starves.
constexpr double kLeastFree = 0.02;

double capacity(const PolicySite& site) {
    const double all = site.slots * site.rate_per_slot;
    return std::isfinite(all) ? std::max(all, 0.0) : 0;
}

/// A site that does not say how busy it is counts as the busiest that does.
std::vector<double> busy_shares(const FixedQuestion& q) {
    double most = 0;
    for (const std::size_t j : q.order) {
        most = std::max(most, std::min(q.sites[j].utilisation, 1.0));
    }
    std::vector<double> out(q.sites.size(), 1);
    for (const std::size_t j : q.order) {
        out[j] = q.sites[j].utilisation >= 0 ? std::min(q.sites[j].utilisation, 1.0) : most;
    }
    return out;
}

/// The chance that a site is the better one of two that are drawn by capacity without putting back: drawn
/// with any that is behind it in the ranking, or alone.
std::vector<double> best_of_two(const FixedQuestion& q) {
    double all = 0;
    for (const std::size_t j : q.order) {
        all += capacity(q.sites[j]);
    }
    std::vector<double> out(q.sites.size(), 0);
    for (std::size_t a = 0; a < q.order.size(); ++a) {
        const double first = capacity(q.sites[q.order[a]]);
        if (first >= all) {
            out[q.order[a]] = 1; // the only one that can be drawn
        }
        for (std::size_t b = a + 1; b < q.order.size() && first < all; ++b) {
            const double second = capacity(q.sites[q.order[b]]);
            if (first > 0 && second > 0) {
                out[q.order[a]] += first * second / all * (1 / (all - first) + 1 / (all - second));
            }
        }
    }
    return out;
}

double manual(const FixedQuestion& q, std::size_t j) {
    const ManualTerm& term = q.policy.manual;
    const std::string& name = q.sites[j].name;
    if (!term.order.empty()) {
        return j == q.order.front() ? 1 : 0;
    }
    const auto listed = term.shares.find(name);
    return listed != term.shares.end() ? listed->second : term.is_by_site() ? q.manual_share(name) : 0;
}

std::vector<double> weights(const FixedQuestion& q) {
    if (q.policy.shares == ShareRule::kBestOfTwo) {
        return best_of_two(q);
    }
    const std::vector<double> busy = busy_shares(q);
    std::vector<double> out(q.sites.size(), 0);
    for (const std::size_t j : q.order) {
        switch (q.policy.shares) {
        case ShareRule::kWinner:
            out[j] = j == q.order.front() ? 1 : 0;
            break;
        case ShareRule::kFree:
            out[j] = capacity(q.sites[j]) * std::max(kLeastFree, 1 - busy[j]);
            break;
        case ShareRule::kCapacity:
            out[j] = capacity(q.sites[j]);
            break;
        case ShareRule::kEven:
            out[j] = 1;
            break;
        default:
            out[j] = manual(q, j);
        }
    }
    return out;
}

} // namespace

std::vector<double> fixed_shares(const FixedQuestion& question) {
    std::vector<double> out = weights(question);
    double sum = 0;
    for (const double share : out) {
        sum += share;
    }
    for (double& share : out) {
        share = sum > 0 ? share / sum : 0;
    }
    return out;
}

} // namespace suanlu
