// SPDX-License-Identifier: Apache-2.0
#include "policies/jobs_per_flow.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

namespace {

/// Counts fade with this time constant: long enough for flows that last minutes.
constexpr double kFadeS = 120;
constexpr double kMost = 1e4;

} // namespace

void JobsPerFlow::count(double flows, double jobs, double seconds) {
    const bool makes_sense = flows >= 0 && jobs >= 0 && seconds > 0 && std::isfinite(flows + jobs + seconds);
    if (!makes_sense) {
        return;
    }
    const double kept = std::exp(-seconds / kFadeS);
    flows_ = flows_ * kept + flows;
    jobs_ = jobs_ * kept + jobs;
}

double JobsPerFlow::value(double prior, double flows) const {
    return std::clamp((jobs_ + prior * flows) / (flows_ + flows), std::min(prior, 1.0), kMost);
}

} // namespace suanlu
