// SPDX-License-Identifier: Apache-2.0
// How the split is solved: the network simplex method (Ahuja, Magnanti, Orlin: Network Flows, chapter 11)
// with convex queues at the sites. Within a tree of the forest of positive flows the prices of the sites may
// differ by the differences of the delays only, so one level fixes them all, and with them the loads and
// every flow: a scalar equation. A flow that would become negative leaves the forest; the ingress that saves
// most by another site brings an edge in, which joins two trees, or closes a cycle that is emptied at once.
// Every move lowers the cost, so it ends at the optimum from any start; a start close to it makes it quick.
// One use per problem; the problem has been checked.
#pragma once

#include <span>
#include <vector>

#include "policies/split.hpp"
#include "policies/split_forest.hpp"

namespace suanlu {

class SplitSolver {
public:
    /// Relative: no used site is dearer than the best one by more than this.
    static constexpr double kGap = 1e-7;

    explicit SplitSolver(const SplitProblem& problem);
    /// Flows from earlier shares, false (and nothing done) when they are of no use.
    bool start_from(const SplitShares& last);
    /// Flows by the least cost rule.
    void start();
    void solve();
    [[nodiscard]] int rounds() const { return rounds_; }
    /// What kGap bounds, as found last.
    [[nodiscard]] double gap() const { return gap_; }
    [[nodiscard]] SplitShares shares() const;

private:
    /// A point of a site's curve that was looked at, near the load.
    struct Look {
        double load = 0;
        QueuePoint queue;
    };
    struct Wish {
        double saving = 0; ///< relative
        std::size_t ingress = 0;
        std::size_t site = 0;
    };
    struct Sum {
        double excess = 0; ///< jobs/s that the sites would take beyond those that there are
        double slope = 0;
        bool is_fine = true;
    };
    /// A site for an ingress at the start.
    struct Offer {
        double loss = 0; ///< seconds beyond the site it likes best; infinite when none is open
        std::size_t ingress = 0;
        std::size_t site = 0;
    };
    struct Change {
        std::size_t ingress = 0;
        std::size_t site = 0;
        double flow = 0;
        SplitForest::Edge* edge = nullptr;
    };

    [[nodiscard]] double fixed(std::size_t i, std::size_t j) const { return fixed_[i * sites_ + j]; }
    void take_row(std::size_t ingress, const std::vector<double>& shares);
    [[nodiscard]] std::vector<double> rooms() const;
    [[nodiscard]] Offer offer(std::size_t ingress, const std::vector<double>& room) const;
    void place_rest(std::size_t ingress, double rest);

    [[nodiscard]] QueuePoint at(std::size_t site, double load) const;
    void look_everywhere();
    /// The price at the load, from the curve when the last look is too far off.
    void refresh(std::size_t site);
    [[nodiscard]] bool is_close(std::size_t site, double price, double tolerance) const;
    [[nodiscard]] double guess(std::size_t site, double price, double low, double high) const;
    void look_for(std::size_t site, double price);

    void find_offsets();
    [[nodiscard]] Sum sum_at(double level);
    void find_level();
    void set_targets(double level, const Sum& sum);
    void find_changes();
    void apply_changes();
    void await(std::size_t site);
    void settle();
    void settle_all();
    void find_wishes();
    bool grant_wishes();

    const SplitProblem& problem_;
    std::size_t sites_;
    std::vector<double> fixed_; ///< [ingress][site] seconds; infinite = not allowed
    std::vector<QueueCurve> curves_;
    std::vector<double> tilt_; ///< a little more price per load, so that equal sites share evenly
    SplitForest forest_;
    std::vector<double> load_, price_;
    std::vector<Look> looks_;
    std::vector<double> offset_, target_, need_; ///< of the sites of the tree at hand
    std::span<const std::size_t> tree_;          ///< those sites
    double jobs_ = 0;                            ///< of that tree
    double tolerance_ = 0;                       ///< of its prices, seconds
    double largest_ = 0;                         ///< its largest price or offset
    std::vector<Change> changes_;
    std::vector<double> through_;      ///< per ingress, while changes are found
    std::vector<std::size_t> waiting_; ///< sites whose trees are to be settled
    std::vector<bool> is_waiting_;
    std::vector<Wish> wishes_;
    double unit_ = 0;        ///< shortest service, seconds
    double precision_ = 0.1; ///< of prices, relative
    double gap_ = 0;
    int rounds_ = 0;
};

} // namespace suanlu
