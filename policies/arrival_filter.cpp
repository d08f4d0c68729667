// SPDX-License-Identifier: Apache-2.0
#include "policies/arrival_filter.hpp"

#include <cmath>

namespace suanlu {

namespace {

constexpr double kQuickS = 2;
constexpr double kSlowS = 20;
/// Standard deviations between the two averages that chance alone does not make.
constexpr double kSurprise = 3;

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

} // namespace suanlu
