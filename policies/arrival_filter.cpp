// SPDX-License-Identifier: Apache-2.0
#include "policies/arrival_filter.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace suanlu {

namespace {

constexpr double kQuickS = 2;
constexpr double kSlowS = 20;
/// Standard deviations between the two averages that chance alone does not make.
constexpr double kSurprise = 3;
/// Counts of classes fade with this time constant: what kinds of jobs a service gets changes in hours.
constexpr double kMixFadeS = 600;

} // namespace

void ArrivalFilter::count(double count, double seconds) {
    if (!(seconds > 0) || !(count >= 0) || !std::isfinite(count) || !std::isfinite(seconds)) {
        return;
    }
    const double rate = count / seconds;
    quick_ += (1 - std::exp(-seconds / kQuickS)) * (rate - quick_);
    slow_ += (1 - std::exp(-seconds / kSlowS)) * (rate - slow_);
    // An exponential average over T seconds of Poisson arrivals has the variance rate / (2 T).
    const double window = kQuickS + seconds / 2;
    const double noise = std::sqrt(std::fmax(slow_, 1 / window) / (2 * window));
    if (std::fabs(quick_ - slow_) > kSurprise * noise) {
        slow_ = quick_;
    }
}

ClassMix::ClassMix(const std::vector<double>& shares, double flows) {
    for (const double share : shares) {
        flows_.push_back(share * flows);
    }
}

void ClassMix::count(const std::vector<double>& flows, double seconds) {
    const auto is_count = [](double n) { return n >= 0 && std::isfinite(n); };
    if (flows.size() != flows_.size() || !is_count(seconds) ||
        !std::all_of(flows.begin(), flows.end(), is_count)) {
        return;
    }
    const double kept = std::exp(-seconds / kMixFadeS);
    for (std::size_t k = 0; k < flows.size(); ++k) {
        flows_[k] = flows_[k] * kept + flows[k];
    }
}

double ClassMix::share(std::size_t size_class) const {
    const double all = std::accumulate(flows_.begin(), flows_.end(), 0.0);
    return all > 0 ? flows_.at(size_class) / all : 1 / static_cast<double>(flows_.size());
}

} // namespace suanlu
