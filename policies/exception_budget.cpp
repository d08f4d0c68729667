// SPDX-License-Identifier: Apache-2.0
#include "policies/exception_budget.hpp"

#include <algorithm>

namespace suanlu {

namespace {

/// Weight of one offer in the mean of the savings, and step of the gap in units of that mean.
constexpr double kMeanWeight = 0.01;
constexpr double kGapStep = 0.05;
/// Weight of one flow in the mean of the share that is used, and how hard the gap leans on it.
constexpr double kUsedWeight = 0.003;
constexpr double kCorrection = 3;
/// A burst may use this many times the share, and always a few entries: an ingress with 20 live flows would
/// otherwise never be allowed any.
constexpr double kBurst = 2;
constexpr double kLeastEntries = 4;

} // namespace

bool ExceptionBudget::grants(double saving_s) {
    if (share_ >= 1) {
        return saving_s > 0;
    }
    const double offered = std::max(0.0, saving_s);
    scale_s_ += kMeanWeight * (offered - scale_s_);
    const bool wanted = saving_s > gap_s_;
    if (share_ <= 0) {
        return false;
    }
    const auto live = static_cast<double>(live_);
    const auto used = static_cast<double>(exceptions_);
    used_ += kUsedWeight * ((live > 0 ? used / live : 0) - used_);
    // Robbins-Monro for the quantile.
    const double aim = share_ * std::clamp(1 + kCorrection * (1 - used_ / share_), 0.3, 3.0);
    gap_s_ = std::max(0.0, gap_s_ + kGapStep * scale_s_ * ((wanted ? 1 : 0) - aim));
    const bool fits = used + 1 <= std::max(kLeastEntries, kBurst * share_ * (live + 1));
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
