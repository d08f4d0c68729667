// SPDX-License-Identifier: Apache-2.0
// Shares in and out of the solver of the split. It starts from the last answer, or by the least cost rule of
// the transportation problem.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>

#include "policies/split_solver.hpp"

namespace suanlu {

namespace {

/// Shares below this are rounding.
constexpr double kLeastShare = 1e-7;
/// Sites fill no further than this at the start.
constexpr double kFull = 0.97;
/// A last answer of this solver is a forest; one with far more shares than that saves no work.
constexpr std::size_t kMostShares = 2;

} // namespace

bool SplitSolver::start_from(const SplitShares& last) {
    if (last.size() != problem_.arrivals.size()) {
        return false;
    }
    std::size_t shares = 0;
    for (std::size_t i = 0; i < last.size(); ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < sites_ && j < last[i].size(); ++j) {
            const bool is_used = last[i][j] > kLeastShare && fixed(i, j) < HUGE_VAL;
            shares += is_used ? 1 : 0;
            sum += is_used ? last[i][j] : 0;
        }
        if (last[i].size() != sites_ || !(sum > 0.5 && sum < 2)) {
            return false;
        }
    }
    if (shares > kMostShares * (sites_ + last.size())) {
        return false;
    }
    for (std::size_t i = 0; i < last.size(); ++i) {
        take_row(i, last[i]);
    }
    return true;
}

void SplitSolver::take_row(std::size_t ingress, const std::vector<double>& shares) {
    const auto is_used = [&](std::size_t j) {
        return shares[j] > kLeastShare && fixed(ingress, j) < HUGE_VAL;
    };
    double sum = 0;
    for (std::size_t j = 0; j < sites_; ++j) {
        sum += is_used(j) ? shares[j] : 0;
    }
    for (std::size_t j = 0; j < sites_; ++j) {
        if (!is_used(j)) {
            continue;
        }
        const double flow = problem_.arrivals[ingress] * shares[j] / sum;
        forest_.visit(j);
        if (forest_.is_reached(ingress)) {
            forest_.go_round(ingress, j, flow, 0);
        } else {
            forest_.put(ingress, j, flow);
        }
    }
}

/// Loads at which all queues have about the same price: in heavy traffic that is capacity x spread / spare^2,
/// so the spare part goes with the root.
std::vector<double> SplitSolver::rooms() const {
    const double arrivals = std::accumulate(problem_.arrivals.begin(), problem_.arrivals.end(), 0.0);
    double capacity = 0;
    double roots = 0;
    for (const SplitSite& site : problem_.sites) {
        capacity += site.servers.capacity();
        roots += std::sqrt(site.servers.capacity() * (1 + site.servers.cv2));
    }
    const double busy = arrivals / capacity;
    std::vector<double> out;
    for (const SplitSite& site : problem_.sites) {
        const double here = site.servers.capacity();
        const double spare = (capacity - arrivals) * std::sqrt(here * (1 + site.servers.cv2)) / roots;
        const double even = busy * here;
        out.push_back(busy < kFull ? std::clamp(here - spare, even / 2, kFull * here) : even);
    }
    return out;
}

/// The open site that is cheapest, and by how much it is dearer than the one that the ingress would like
/// best.
SplitSolver::Offer SplitSolver::offer(std::size_t ingress, const std::vector<double>& room) const {
    Offer out{HUGE_VAL, ingress, 0};
    double least = HUGE_VAL;
    double open = HUGE_VAL;
    for (std::size_t j = 0; j < sites_; ++j) {
        least = std::min(least, fixed(ingress, j));
        if (fixed(ingress, j) < open && room[j] > 0) {
            open = fixed(ingress, j);
            out.site = j;
        }
    }
    out.loss = open - least;
    return out;
}

/// Who loses least takes what room there is, again and again.
void SplitSolver::start() {
    const auto is_worse = [](const Offer& a, const Offer& b) {
        return a.loss > b.loss || (a.loss == b.loss && a.ingress > b.ingress);
    };
    std::priority_queue<Offer, std::vector<Offer>, decltype(is_worse)> offers(is_worse);
    std::vector<double> room = rooms();
    std::vector<double> rest = problem_.arrivals;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        offers.push(offer(i, room));
    }
    while (!offers.empty()) {
        const auto [loss, i, j] = offers.top();
        offers.pop();
        if (loss == HUGE_VAL) { // all it may use is full
            place_rest(i, rest[i]);
            continue;
        }
        if (room[j] > 0) {
            const double flow = std::min(rest[i], room[j]);
            forest_.put(i, j, flow);
            room[j] -= flow;
            rest[i] -= flow;
        }
        if (rest[i] > 0) {
            offers.push(offer(i, room));
        }
    }
}

void SplitSolver::place_rest(std::size_t ingress, double rest) {
    if (!forest_.row(ingress).empty()) {
        forest_.edge(ingress, forest_.row(ingress).front().site).flow += rest;
        return;
    }
    std::size_t best = 0;
    for (std::size_t j = 0; j < sites_; ++j) {
        best = fixed(ingress, j) < fixed(ingress, best) ? j : best;
    }
    forest_.put(ingress, best, rest);
}

SplitShares SplitSolver::shares() const {
    SplitShares out(problem_.arrivals.size(), std::vector<double>(sites_, 0));
    for (std::size_t i = 0; i < out.size(); ++i) {
        double sum = 0;
        for (const SplitForest::Edge& e : forest_.row(i)) {
            sum += e.flow;
        }
        for (const SplitForest::Edge& e : forest_.row(i)) {
            out[i][e.site] = e.flow / sum;
        }
    }
    return out;
}

} // namespace suanlu
