// SPDX-License-Identifier: Apache-2.0
// What is written down during a run, and the figures made of it. Owned by the world.
#pragma once

#include <vector>

#include "simulator/simulate.hpp"

namespace suanlu::sim {

/// Mean and quantiles (the value at floor(p (n - 1)) of the sorted ones); zeros without values.
Quantiles quantiles(std::vector<double> values);

class Measures {
public:
    Measures(const Scenario& scenario, Outcome& out);

    void placed(std::size_t site, bool is_second);
    void arrived() { ++second_.arrived; }
    void bounced() { ++second_.bounced; }
    void answered(double started_s, double now_s, double alone_s, std::size_t site);
    /// Closes a second. `busy_s`: per site, seconds that its workers were busy since the start.
    void second_over(double now_s, const std::vector<double>& busy_s, double live, double exceptions);
    /// Fills what the outcome says about response times and sites.
    void finish();

private:
    [[nodiscard]] bool is_measured(double started_s) const;

    const Scenario& scenario_;
    Outcome& out_;
    double from_s_, to_s_;
    Second second_;
    std::vector<double> ended_; ///< responses that ended in this second
    std::vector<double> placed_;
    std::vector<double> busy_before_;
    std::vector<double> responses_, excesses_;
    std::vector<double> jobs_at_;
    void spend(std::size_t site, double busy_s, double from_s, double length_s);

    struct Sums {
        double seconds = 0, first = 0, squares = 0;
        double kwh = 0, carbon_g = 0, money = 0;
    };
    std::vector<Sums> busy_;
    double live_ = 0, exceptions_ = 0;
    double placements_ = 0, seconds_placed_ = 0;
};

} // namespace suanlu::sim
