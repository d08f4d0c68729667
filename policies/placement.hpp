// SPDX-License-Identifier: Apache-2.0
// Where one new flow goes: what an ingress does between two decisions. A site is drawn by the weights of the
// split (the flow's hash), and a second one beside it; the second is taken when its delay, price and index
// say that it costs everybody less by more than the gap (exception_budget.hpp). News older than a service
// time counts for nothing: then the first draw stands alone, so nothing can oscillate. The data plane sees
// the same numbers as cost words (core/model/placement_cost.hpp). Pure; owned by whoever places.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "core/model/placement_cost.hpp"
#include "policies/estimate.hpp"
#include "policies/exception_budget.hpp"

namespace suanlu {

/// Weight of all usable sites by capacity in the second draw, beside that of the split: the split leaves most
/// of them out, yet any may be the better one now.
inline constexpr double kExplore = 0.4;

struct PlacementOptions {
    /// Mean service times that a site's speed weighs in its favour, against jobs that are larger than most.
    double kappa = 2;
    double exception_share = 0.1;
    /// Reports older than this many service times are not used.
    double most_age = 1;
};

/// What a Plan says about one site, for one ingress.
struct PlacementSite {
    double path_s = 0;    ///< forward + return delay + price - locality bonus; negative = may not be used
    double one_way_s = 0; ///< until a flow sent now is there
    double own_rate = 0;  ///< jobs per second that the split sends there from here
    std::shared_ptr<const SiteIndex> index;
};

struct PlacementPlan {
    std::vector<PlacementSite> sites;
    /// [size class][site], any scale; 0 = takes no new flows. One class at least.
    std::vector<std::vector<double>> weights;
    /// Mean work of a job of the class, relative to all jobs.
    std::vector<double> relative_size{1};
};

inline constexpr std::size_t kNoSite = ~std::size_t{0};

struct Choice {
    std::size_t site = kNoSite; ///< kNoSite: nothing takes new flows
    std::size_t base = kNoSite; ///< what the hash alone would have given
    double saving_s = 0;        ///< what the second choice promises, when there were two
    [[nodiscard]] bool is_exception() const { return site != base; }
};

class FlowPlacer {
public:
    explicit FlowPlacer(const PlacementOptions& options)
        : options_(options), budget_(options.exception_share) {}

    /// News of sites that stay is kept; sites are parallel to the last plan's.
    void set_plan(PlacementPlan plan);
    /// Probes say at once, whatever the plan's weights are.
    void set_alive(std::size_t site, bool is_alive);
    /// Older news than what is known changes nothing; news from the future counts as made now.
    void report(std::size_t site, JobsReport news, double now_s);
    /// `first` and `second` uniform in [0, 1): the hash of the flow.
    Choice place(double now_s, double first, double second, std::size_t size_class = 0);
    void flow_ended(bool was_exception) { budget_.flow_ended(was_exception); }

    [[nodiscard]] const ExceptionBudget& budget() const { return budget_; }
    [[nodiscard]] const PlacementPlan& plan() const { return plan_; }
    /// Cost of one more job of that relative size, seconds.
    [[nodiscard]] double cost_s(std::size_t site, double now_s, double relative_size = 1) const;

private:
    struct News {
        JobsReport last;
        bool is_alive = true;
        std::deque<double> sent_s; ///< own flows that the report cannot know, by time of arrival there
    };

    [[nodiscard]] std::size_t draw(const std::vector<double>& weights, double at, std::size_t without) const;
    [[nodiscard]] std::size_t second_site(std::size_t base, double now_s, double at,
                                          std::size_t size_class) const;
    [[nodiscard]] bool is_usable(std::size_t site, double now_s) const;
    [[nodiscard]] bool is_fresh(std::size_t site, double now_s) const;
    [[nodiscard]] JobsEstimate estimate(std::size_t site, double now_s) const;
    void forget(News& news, double until_s);

    PlacementOptions options_;
    PlacementPlan plan_;
    std::vector<std::vector<double>> second_weights_; ///< [size class][site]
    std::vector<News> news_;
    ExceptionBudget budget_;
};

} // namespace suanlu
