// SPDX-License-Identifier: Apache-2.0
// The controller of a simulation: counts and reports in, shares and index tables out, by the policy that the
// real controller runs (policies/steering_policy.hpp) once per control period. Owned by a dispatcher.
#pragma once

#include <memory>
#include <vector>

#include "policies/arrival_filter.hpp"
#include "policies/index.hpp"
#include "policies/jobs_per_flow.hpp"
#include "policies/steering_policy.hpp"
#include "simulator/dispatch.hpp"

namespace suanlu::sim {

class DecisionLoop {
public:
    DecisionLoop(const Surroundings& around, const SteeringPolicy& policy);

    void flow_placed(std::size_t ingress, std::size_t size_class) {
        flows_[ingress] += 1;
        of_class_[size_class] += 1;
    }
    void site_report(const SiteReport& report) { reports_[report.site] = report; }
    void set_alive(std::size_t site, bool is_alive, double now_s);
    /// Share of the traffic that moved.
    double control(double now_s, double jobs_begun);

    [[nodiscard]] std::size_t classes() const { return around_.source.sizes().relative_size.size(); }
    [[nodiscard]] const std::vector<double>& shares(std::size_t ingress, std::size_t size_class) const {
        return shares_[row(ingress, size_class)];
    }
    [[nodiscard]] const std::shared_ptr<const SiteIndex>& index(std::size_t site) const {
        return index_[site];
    }
    [[nodiscard]] const SiteReport& report(std::size_t site) const { return reports_[site]; }
    /// Jobs of mean size per second that an ingress sends to a site.
    [[nodiscard]] double rate(std::size_t ingress, std::size_t site) const;
    /// Shares of all its flows together, per site.
    [[nodiscard]] std::vector<double> ingress_shares(std::size_t ingress) const;
    /// What an ingress is told: weights, delays, prices, indices.
    [[nodiscard]] PlacementPlan plan_for(std::size_t ingress) const;

private:
    [[nodiscard]] std::size_t row(std::size_t ingress, std::size_t size_class) const {
        return ingress * classes() + size_class;
    }
    /// New flows per second.
    [[nodiscard]] double flow_rate(std::size_t ingress, std::size_t size_class) const {
        return arrivals_[ingress].per_s() * mix_.share(size_class);
    }
    void take_counts(double jobs_begun, double passed_s);
    [[nodiscard]] PolicyInput input(double now_s) const;
    double decide(double now_s);

    Surroundings around_;
    const SteeringPolicy& policy_;
    PolicyMemory memory_;
    std::vector<ArrivalFilter> arrivals_; ///< per ingress
    ClassMix mix_;
    std::vector<double> flows_;    ///< per ingress, since the last decision
    std::vector<double> of_class_; ///< the same flows per size class
    /// Per size class of every ingress, see row().
    std::vector<std::vector<double>> shares_;
    std::vector<SiteReport> reports_;
    std::vector<bool> is_alive_;
    std::vector<std::shared_ptr<const SiteIndex>> index_;
    JobsPerFlow jobs_per_flow_;
    double last_s_ = 0;
};

} // namespace suanlu::sim
