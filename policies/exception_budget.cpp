// SPDX-License-Identifier: Apache-2.0
#include "policies/exception_budget.hpp"

#include <algorithm>

namespace suanlu {

namespace {

/// Weight of one offer in the mean of the savings, and step of the gap in units of that mean.
constexpr double kMeanWeight = 0.01;
constexpr double kGapStep = 0.05;
/// Without a bound: less than this part of the mean saving is within the error of the estimates, and running
/// after it makes small sites restless.
constexpr double kOpenGap = 0.7;
/// The share that is used is averaged over this many generations of live flows, and how hard the gap leans on
/// it. By generations and not by flows: connections that are kept alive end a hundred times less often.
constexpr double kGenerations = 4;
constexpr double kCorrection = 3;
/// The gap aims a little above the share: the bound refuses some of what the gap lets through, and entries
/// that stay free help nobody.
constexpr double kAim = 1.3;

} // namespace

bool ExceptionBudget::grants(double saving_s) {
    scale_s_ += kMeanWeight * (std::max(0.0, saving_s) - scale_s_);
    if (share_ >= 1) {
        gap_s_ = kOpenGap * scale_s_;
        return saving_s > gap_s_;
    }
    if (share_ <= 0) {
        return false;
    }
    const bool wanted = saving_s > gap_s_;
    adapt_gap(wanted);
    return wanted && has_room();
}

void ExceptionBudget::adapt_gap(bool was_wanted) {
    const auto live = static_cast<double>(live_);
    const double share = live_ > 0 ? static_cast<double>(exceptions_) / live : 0;
    used_ += (share - used_) / (kGenerations * (live + 1));
    // Robbins-Monro for the quantile.
    const double aim = share_ * std::clamp(kAim + kCorrection * (kAim - used_ / share_), 0.1, 3.0);
    gap_s_ = std::max(0.0, gap_s_ + kGapStep * scale_s_ * ((was_wanted ? 1 : 0) - aim));
}

/// An ingress with 15 live flows and a share of 0.1 has room for one entry and a half: for two as long as it
/// used less on average.
bool ExceptionBudget::has_room() const {
    const double room = share_ * static_cast<double>(live_ + 1);
    const auto used = static_cast<double>(exceptions_);
    return used + 1 <= room || (used < room && used_ < share_);
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
