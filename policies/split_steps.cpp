// SPDX-License-Identifier: Apache-2.0
#include "policies/split_steps.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

namespace {

// Shares below this count as unused: moving them gains nothing and rounding made them.
constexpr double kUsed = 1e-9;
// Halvings of the interval in which two prices meet.
constexpr int kHalvings = 44;
// A job is moved only when that saves more than this part of the mean cost of a job.
constexpr double kLeastSaving = 1e-5;

// The descent ends at this gap: what could still be saved if moving everything to the cheapest sites left
// prices alone, relative to the whole cost. The exchange ends by itself; the bound is for strange numbers.
constexpr int kMostRounds = 120;
constexpr double kCoarseGap = 1e-3;
constexpr double kMostMoves = 5000;
/// And on the whole work, in steps of the inner loops (about 50 ms): a decision must not wait for it.
constexpr double kMostWork = 2e7;

} // namespace

SplitShares split_by_exchange(const SplitProblem& problem, int& rounds) {
    SplitShares first;
    for (const std::vector<double>& delays : problem.delay_s) {
        const auto allowed = std::count_if(delays.begin(), delays.end(), [](double d) { return d >= 0; });
        std::vector<double>& row = first.emplace_back();
        for (const double delay : delays) {
            row.push_back(delay >= 0 ? 1 / static_cast<double>(allowed) : 0);
        }
    }
    Descent descent(problem, std::move(first));
    while (rounds < kMostRounds && descent.round() > kCoarseGap) {
        ++rounds;
    }
    Exchange exchange(problem, descent.take());
    const auto sites = static_cast<double>(problem.sites.size());
    const double work = sites * sites * (sites + static_cast<double>(problem.arrivals.size()));
    const double most = std::min(kMostMoves, kMostWork / work);
    for (int moves = 0; moves < most && exchange.step() > 0; ++moves) {
        ++rounds;
    }
    return exchange.take();
}

SplitState::SplitState(const SplitProblem& problem, SplitShares shares)
    : problem_(problem), shares_(std::move(shares)), load_(loads(problem, shares_)) {
    for (std::size_t j = 0; j < load_.size(); ++j) {
        curves_.emplace_back(problem.sites[j].servers);
        queue_.push_back(curves_[j].at(load_[j]));
    }
}

SplitState::Extremes SplitState::extremes(std::size_t i) const {
    Extremes out;
    for (std::size_t j = 0; j < load_.size(); ++j) {
        if (allowed(i, j)) {
            out.mean += shares_[i][j] * marginal(i, j);
            out.least = std::min(out.least, marginal(i, j));
        }
    }
    return out;
}

void SplitState::set_load(std::size_t j, double load) {
    load_[j] = load;
    queue_[j] = curves_[j].at(load);
}

Descent::Descent(const SplitProblem& problem, SplitShares shares)
    : SplitState(problem, std::move(shares)), eta_(shares_.size(), 1.0) {
}

double Descent::round() {
    double gain = 0;
    double total = 0;
    for (std::size_t i = 0; i < shares_.size(); ++i) {
        const Extremes now = extremes(i);
        total += problem_.arrivals[i] * now.mean;
        gain += problem_.arrivals[i] * (now.mean - now.least);
        turn(i, now);
    }
    return total > 0 ? gain / total : 0;
}

void Descent::turn(std::size_t i, const Extremes& now) {
    std::vector<double> next = shares_[i];
    double sum = 0;
    for (std::size_t j = 0; j < next.size(); ++j) {
        if (next[j] > 0) {
            const double over = (marginal(i, j) - now.least) / std::max(now.mean, 1e-9);
            next[j] *= std::exp(-eta_[i] * std::min(over, 50.0));
            sum += next[j];
        }
    }
    for (double& x : next) {
        x /= sum;
    }
    accept(i, std::move(next));
}

void Descent::accept(std::size_t i, std::vector<double> next) {
    double change = 0;
    std::vector<double> load = load_;
    std::vector<QueuePoint> queue = queue_;
    for (std::size_t j = 0; j < next.size(); ++j) {
        if (allowed(i, j)) {
            const double moved = problem_.arrivals[i] * (next[j] - shares_[i][j]);
            load[j] += moved;
            queue[j] = curves_[j].at(load[j]);
            change += moved * fixed_cost(problem_, i, j) + queue[j].length - queue_[j].length;
        }
    }
    if (change >= 0) {
        eta_[i] = std::max(eta_[i] * 0.4, 1e-6);
        return;
    }
    eta_[i] = std::min(eta_[i] * 1.3, 8.0);
    load_ = std::move(load);
    queue_ = std::move(queue);
    shares_[i] = std::move(next);
}

Exchange::Exchange(const SplitProblem& problem, SplitShares shares)
    : SplitState(problem, std::move(shares)), edges_(load_.size() * load_.size()), way_(edges_.size()),
      next_(edges_.size()) {
    double jobs = 0;
    for (std::size_t i = 0; i < shares_.size(); ++i) {
        mean_cost_ += problem.arrivals[i] * extremes(i).mean;
        jobs += problem.arrivals[i];
    }
    mean_cost_ = std::max(mean_cost_ / jobs, 1e-9);
}

void Exchange::find_edges() {
    std::fill(edges_.begin(), edges_.end(), Edge{INFINITY, 0});
    for (std::size_t i = 0; i < shares_.size(); ++i) {
        for (std::size_t a = 0; a < load_.size(); ++a) {
            if (!allowed(i, a) || shares_[i][a] <= kUsed) {
                continue;
            }
            for (std::size_t b = 0; b < load_.size(); ++b) {
                const double cost = fixed_cost(problem_, i, b) - fixed_cost(problem_, i, a);
                if (a != b && allowed(i, b) && cost < edges_[at(a, b)].cost) {
                    edges_[at(a, b)] = {cost, i};
                }
            }
        }
    }
}

/// Cheapest chains by Floyd and Warshall. Gives the first cycle that saves, empty when there is none.
Exchange::Chain Exchange::find_ways() {
    const std::size_t sites = load_.size();
    for (std::size_t a = 0; a < sites; ++a) {
        for (std::size_t b = 0; b < sites; ++b) {
            way_[at(a, b)] = a == b ? 0 : edges_[at(a, b)].cost;
            next_[at(a, b)] = b;
        }
    }
    for (std::size_t via = 0; via < sites; ++via) {
        for (std::size_t a = 0; a < sites; ++a) {
            for (std::size_t b = 0; b < sites; ++b) {
                const double cost = way_[at(a, via)] + way_[at(via, b)];
                if (cost < way_[at(a, b)] - kLeastSaving * mean_cost_) {
                    way_[at(a, b)] = cost;
                    next_[at(a, b)] = next_[at(a, via)];
                    if (a == b) {
                        return chain(a, a);
                    }
                }
            }
        }
    }
    return {};
}

/// The first saving cycle appears before any other chain can run in circles, so this ends.
Exchange::Chain Exchange::chain(std::size_t from, std::size_t to) const {
    Chain out{from};
    do {
        out.push_back(next_[at(out.back(), to)]);
    } while (out.back() != to && out.size() <= load_.size());
    return out;
}

double Exchange::most_jobs(const Chain& sites) const {
    double most = INFINITY;
    for (std::size_t k = 0; k + 1 < sites.size(); ++k) {
        const std::size_t i = edges_[at(sites[k], sites[k + 1])].ingress;
        most = std::min(most, problem_.arrivals[i] * shares_[i][sites[k]]);
    }
    return most;
}

void Exchange::move(const Chain& sites, double jobs) {
    for (std::size_t k = 0; k + 1 < sites.size(); ++k) {
        const std::size_t i = edges_[at(sites[k], sites[k + 1])].ingress;
        const double share = std::min(jobs / problem_.arrivals[i], shares_[i][sites[k]]);
        shares_[i][sites[k]] -= share;
        shares_[i][sites[k + 1]] += share;
    }
}

/// The difference of two increasing prices changes sign once, so halving finds it.
double Exchange::until_prices_meet(std::size_t from, std::size_t to, double cost, double most) const {
    const auto still_saves = [&](double jobs) {
        return curves_[from].at(load_[from] - jobs).price > cost + curves_[to].at(load_[to] + jobs).price;
    };
    if (still_saves(most)) {
        return most;
    }
    double low = 0;
    double high = most;
    for (int k = 0; k < kHalvings; ++k) {
        const double middle = (low + high) / 2;
        (still_saves(middle) ? low : high) = middle;
    }
    return low;
}

double Exchange::step() {
    find_edges();
    if (const Chain cycle = find_ways(); !cycle.empty()) {
        move(cycle, most_jobs(cycle));
        return -way_[at(cycle.front(), cycle.front())] / mean_cost_;
    }
    double best = kLeastSaving * mean_cost_;
    std::size_t from = 0;
    std::size_t to = 0;
    for (std::size_t a = 0; a < load_.size(); ++a) {
        for (std::size_t b = 0; b < load_.size(); ++b) {
            const double saving = queue_[a].price - queue_[b].price - way_[at(a, b)];
            if (a != b && saving > best) {
                best = saving;
                from = a;
                to = b;
            }
        }
    }
    if (from == to) {
        return 0;
    }
    const Chain sites = chain(from, to);
    const double jobs = until_prices_meet(from, to, way_[at(from, to)], most_jobs(sites));
    move(sites, jobs);
    set_load(from, load_[from] - jobs);
    set_load(to, load_[to] + jobs);
    return best / mean_cost_;
}

} // namespace suanlu
