// SPDX-License-Identifier: Apache-2.0
// Who sends how many jobs where: a graph between ingresses and sites without cycles, which is all that an
// optimal split needs (a cycle can be emptied on one side without changing any load). Edges carry jobs/s; an
// ingress has one edge at least. Knows fixed costs only, queues are the solver's. One owner, no failures.
#pragma once

#include <cstddef>
#include <vector>

namespace suanlu {

class SplitForest {
public:
    struct Edge {
        std::size_t site = 0;
        double flow = 0;
    };
    /// Below this part of an ingress's arrivals an edge is rounding, and goes.
    static constexpr double kNothing = 1e-13;

    /// Both must outlive the forest; `fixed` is [ingress][site], infinite where not allowed.
    SplitForest(const std::vector<double>& fixed, const std::vector<double>& arrivals, std::size_t sites);

    [[nodiscard]] const std::vector<Edge>& row(std::size_t ingress) const { return rows_[ingress]; }
    [[nodiscard]] bool has(std::size_t ingress, std::size_t site) const;
    [[nodiscard]] std::vector<double> loads() const;
    /// A new edge; it must not close a cycle.
    void put(std::size_t ingress, std::size_t site, double flow);
    /// Takes an edge away when it carries nothing and is not the last one of its ingress.
    bool drop_if_empty(std::size_t ingress, std::size_t site);

    /// Walks the tree that a site belongs to, if that is not known already. What follows is about this walk,
    /// until edges come or go.
    void visit(std::size_t site);
    /// Its sites, the root first, each after the one it was reached from.
    [[nodiscard]] const std::vector<std::size_t>& order() const { return order_; }
    [[nodiscard]] bool is_reached(std::size_t ingress) const {
        return !rows_[ingress].empty() && site_walk_[rows_[ingress].front().site] == walk_;
    }
    /// How a site other than the root was reached: over this ingress, from that site.
    [[nodiscard]] std::size_t via(std::size_t site) const { return via_[site]; }
    [[nodiscard]] std::size_t from(std::size_t ingress) const { return from_[ingress]; }
    [[nodiscard]] Edge& edge(std::size_t ingress, std::size_t site);

    /// The edge ingress-site, which carries `flow` (perhaps nothing) and is not in the graph yet, would close
    /// a cycle: the last walk saw both. Jobs go round it, the cheaper way, until one edge is empty and can
    /// go. False when going round saves no more than `least` seconds per job.
    bool go_round(std::size_t ingress, std::size_t site, double flow, double least);

private:
    struct Turn {
        std::size_t ingress = 0;
        Edge* edge = nullptr;
        double sign = 0; ///< what happens to it when the new edge gets one job more
    };
    void unlink(std::size_t ingress, std::size_t site);
    void walk(std::size_t root);
    void turn(std::size_t ingress, std::size_t site, double sign);
    /// Fixed cost of one job round the cycle; fills turns_.
    double find_cycle(std::size_t ingress, std::size_t site);

    const std::vector<double>& fixed_;
    const std::vector<double>& arrivals_;
    std::size_t sites_;
    std::vector<std::vector<Edge>> rows_;
    /// Ingresses of each site that have other sites, too; only they make paths.
    std::vector<std::vector<std::size_t>> links_;
    std::vector<std::size_t> order_, via_, from_, depth_;
    std::vector<int> site_walk_, ingress_walk_; ///< last walk that came by
    int walk_ = 0;
    std::vector<Turn> turns_;
    double turns_cost_ = 0;
};

} // namespace suanlu
