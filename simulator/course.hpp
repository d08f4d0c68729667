// SPDX-License-Identifier: Apache-2.0
// A figure that changes while a simulation runs, in steps: a tariff, a carbon intensity. Pure values.
#pragma once

#include <limits>
#include <vector>

#include "core/support/result.hpp"

namespace suanlu::sim {

class Course {
public:
    struct Step {
        double at_s = 0; ///< since the run began
        double value = 0;
        bool operator==(const Step&) const = default;
    };

    /// 0 for good.
    Course() = default;
    /// `value` for good.
    explicit Course(double value) : steps_{{0, value}} {}
    /// Each value holds until the next step. `repeats_s` above 0: the steps are one period of that length.
    /// After `ends_s` nothing is known. kBadInput: no step, values or times that are no numbers, times that
    /// do not ascend, a first step after 0 that nothing comes before, a period that ends before its last
    /// step.
    static Result<Course> of(std::vector<Step> steps, double repeats_s,
                             double ends_s = std::numeric_limits<double>::infinity());

    [[nodiscard]] bool is_given() const { return !steps_.empty(); }
    [[nodiscard]] bool is_finite() const;
    /// The value at a time; the last known one after the end.
    [[nodiscard]] double at(double at_s) const;
    /// When the next step after `at_s` begins; infinite when none does.
    [[nodiscard]] double next_step_s(double at_s) const;
    [[nodiscard]] double ends_s() const { return ends_s_; }

private:
    std::vector<Step> steps_;
    double repeats_s_ = 0;
    double ends_s_ = std::numeric_limits<double>::infinity();
};

} // namespace suanlu::sim
