// SPDX-License-Identifier: Apache-2.0
// The sure way to the split, for problems on which Newton's method gives up; slow with many sites. Descent is
// exponentiated gradient: from anywhere to the neighbourhood of the optimum in a few dozen rounds, but slow
// in the narrow valley that full sites make. Exchange finishes exactly, by the method of cancelling negative
// cycles (Klein 1967) with convex costs at the sites. Both only ever lower the cost. Pure.
#pragma once

#include <limits>
#include <vector>

#include "policies/split.hpp"

namespace suanlu {

/// Both kinds one after the other, from equal shares; counts the rounds.
SplitShares split_by_exchange(const SplitProblem& problem, int& rounds);

/// Shares with the load and the queue that follow from them.
class SplitState {
public:
    SplitState(const SplitProblem& problem, SplitShares shares);
    SplitShares take() { return std::move(shares_); }

protected:
    struct Extremes {
        double mean = 0;                                        ///< marginal cost, weighted by share
        double least = std::numeric_limits<double>::infinity(); ///< among the allowed sites
    };
    [[nodiscard]] bool allowed(std::size_t i, std::size_t j) const { return problem_.delay_s[i][j] >= 0; }
    [[nodiscard]] double marginal(std::size_t i, std::size_t j) const {
        return fixed_cost(problem_, i, j) + queue_[j].price;
    }
    [[nodiscard]] Extremes extremes(std::size_t i) const;
    void set_load(std::size_t j, double load);

    const SplitProblem& problem_;
    SplitShares shares_;
    std::vector<QueueCurve> curves_;
    std::vector<double> load_;
    std::vector<QueuePoint> queue_;
};

/// Exponentiated gradient. Ingresses take turns, each with its own step: one that meets a steep queue does
/// not shorten the steps of all others.
class Descent : public SplitState {
public:
    Descent(const SplitProblem& problem, SplitShares shares);
    /// One step of every ingress; what could still be gained, relative to the whole cost.
    double round();

private:
    void turn(std::size_t i, const Extremes& now);
    void accept(std::size_t i, std::vector<double> next);

    std::vector<double> eta_;
};

/// Exact finish on the graph of sites: an edge a > b is the cheapest ingress to take a job from a to b. While
/// a cycle of edges saves, jobs go round it (loads stay); else jobs follow the chain of edges between the two
/// sites whose prices differ most, until the prices meet.
class Exchange : public SplitState {
public:
    Exchange(const SplitProblem& problem, SplitShares shares);
    /// One cycle or chain; what one job of it saved before it went, relative to the mean cost of a job. Zero:
    /// nothing was left to save.
    double step();

private:
    struct Edge {
        double cost = 0; ///< seconds; infinite when nobody can go
        std::size_t ingress = 0;
    };
    using Chain = std::vector<std::size_t>; ///< sites, first to last; a cycle ends where it began

    [[nodiscard]] std::size_t at(std::size_t a, std::size_t b) const { return a * load_.size() + b; }
    void find_edges();
    [[nodiscard]] Chain find_ways();
    [[nodiscard]] Chain chain(std::size_t from, std::size_t to) const;
    [[nodiscard]] double most_jobs(const Chain& sites) const;
    [[nodiscard]] double until_prices_meet(std::size_t from, std::size_t to, double cost, double most) const;
    void move(const Chain& sites, double jobs);

    double mean_cost_ = 0;
    std::vector<Edge> edges_;
    std::vector<double> way_;       ///< cheapest chain between two sites
    std::vector<std::size_t> next_; ///< its first step
};

} // namespace suanlu
