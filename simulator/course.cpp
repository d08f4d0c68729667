// SPDX-License-Identifier: Apache-2.0
#include "simulator/course.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu::sim {

namespace {

bool is_before(double at_s, const Course::Step& step) {
    return at_s < step.at_s;
}

} // namespace

Result<Course> Course::of(std::vector<Step> steps, double repeats_s, double ends_s) {
    const auto refuse = [](const char* why) { return Error{Errc::kBadInput, why}; };
    if (steps.empty()) {
        return refuse("no value at all");
    }
    for (std::size_t k = 0; k < steps.size(); ++k) {
        if (!std::isfinite(steps[k].at_s) || !std::isfinite(steps[k].value)) {
            return refuse("a value or its time is no number");
        }
        if (k > 0 && steps[k].at_s <= steps[k - 1].at_s) {
            return refuse("times do not ascend");
        }
    }
    if (repeats_s < 0 || !std::isfinite(repeats_s) ||
        (repeats_s > 0 && steps.back().at_s - steps.front().at_s >= repeats_s)) {
        return refuse("the period ends before its last value");
    }
    if (repeats_s == 0 && steps.front().at_s > 0) {
        return refuse("no value for the begin");
    }
    Course out;
    out.steps_ = std::move(steps);
    out.repeats_s_ = repeats_s;
    out.ends_s_ = ends_s;
    return out;
}

bool Course::is_finite() const {
    return std::all_of(steps_.begin(), steps_.end(), [](const Step& s) { return std::isfinite(s.value); });
}

double Course::at(double at_s) const {
    if (steps_.empty()) {
        return 0;
    }
    if (repeats_s_ > 0) {
        const double first = steps_.front().at_s;
        at_s -= std::floor((at_s - first) / repeats_s_) * repeats_s_;
    }
    const auto next = std::upper_bound(steps_.begin(), steps_.end(), at_s, is_before);
    return next == steps_.begin() ? next->value : (next - 1)->value;
}

double Course::next_step_s(double at_s) const {
    if (steps_.size() < 2) {
        return std::numeric_limits<double>::infinity();
    }
    double before = 0; // whole periods that have passed
    if (repeats_s_ > 0) {
        before = std::floor((at_s - steps_.front().at_s) / repeats_s_) * repeats_s_;
    }
    const auto next = std::upper_bound(steps_.begin(), steps_.end(), at_s - before, is_before);
    if (next != steps_.end()) {
        return before + next->at_s;
    }
    return repeats_s_ > 0 ? before + repeats_s_ + steps_.front().at_s
                          : std::numeric_limits<double>::infinity();
}

} // namespace suanlu::sim
