// SPDX-License-Identifier: Apache-2.0
// The index of a site: Delta(n), seconds that one more job costs everybody when n are there, its own response
// included. Relative values of the birth-death Poisson equation at the arrivals that the split gives the site
// (first policy iteration on the split; Krishnan 1990 for M/M/c). Pure; a table is made once per decision.
#pragma once

#include <vector>

#include "policies/service_model.hpp"

namespace suanlu {

/// Loads between which the index is made; outside the formulas lose meaning before they lose sense.
inline constexpr double kLeastIndexLoad = 0.02;
inline constexpr double kMostIndexLoad = 0.985;

class SiteIndex {
public:
    SiteIndex() = default;
    /// `arrivals` in jobs per second, clamped to the loads above; not a number counts as none.
    SiteIndex(const ServiceModel& model, double arrivals);

    /// Between whole numbers of jobs by a straight line; below zero as zero.
    [[nodiscard]] double at(double jobs) const;
    /// Expectation over a normal number of jobs, by three points.
    [[nodiscard]] double expected(double mean, double deviation) const;
    /// Growth per job beyond the table.
    [[nodiscard]] double slope() const { return slope_; }
    [[nodiscard]] const std::vector<double>& values() const { return values_; }
    [[nodiscard]] double mean_jobs() const { return mean_jobs_; }
    [[nodiscard]] double arrivals() const { return arrivals_; }
    [[nodiscard]] const ServiceModel& model() const { return model_; }

private:
    /// Mean number of jobs in the stationary state, the average cost of the equation.
    [[nodiscard]] double stationary_jobs() const;

    ServiceModel model_;
    double arrivals_ = kLeastIndexLoad;
    double mean_jobs_ = 0;
    std::vector<double> values_{1}; ///< Delta(0) .. Delta(full_at)
    double slope_ = 0;
};

} // namespace suanlu
