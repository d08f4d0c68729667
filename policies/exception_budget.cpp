// SPDX-License-Identifier: Apache-2.0
#include "policies/exception_budget.hpp"

#include <algorithm>

namespace suanlu {

namespace {

/// Weight of one offer in the mean of the savings, and step of the gap in units of that mean.
constexpr double kMeanWeight = 0.01;
constexpr double kGapStep = 0.05;

} // namespace

bool ExceptionBudget::grants(double saving_s) {
    if (share_ >= 1) {
        return saving_s > 0;
    }
    const double offered = std::max(0.0, saving_s);
    scale_s_ += kMeanWeight * (offered - scale_s_);
    const bool wanted = saving_s > gap_s_;
    // Robbins-Monro for the quantile of the savings that a flow in 1 / share exceeds.
    gap_s_ = std::max(0.0, gap_s_ + kGapStep * scale_s_ * ((wanted ? 1 : 0) - share_));
    const bool fits = static_cast<double>(exceptions_ + 1) <= share_ * static_cast<double>(live_ + 1);
    return wanted && fits;
}

void ExceptionBudget::flow_started(bool is_exception) {
    ++live_;
    exceptions_ += is_exception ? 1 : 0;
}

void ExceptionBudget::flow_ended(bool was_exception) {
    live_ -= live_ > 0 ? 1 : 0;
    exceptions_ -= was_exception && exceptions_ > 0 ? 1 : 0;
}

} // namespace suanlu
