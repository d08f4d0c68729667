// SPDX-License-Identifier: Apache-2.0
// How many jobs a site has when a flow sent now arrives there: the last report, relaxed towards the balance
// by its age (Dahlin 1999, interpreting stale load), corrected by what this ingress sent since. Pure.
#pragma once

#include <limits>

#include "policies/index.hpp"

namespace suanlu {

/// A queue shrinks no slower than this share of the capacity allows, for the sake of the relaxation time.
inline constexpr double kLeastSpare = 0.05;

/// A site's word on how many jobs it had. `at_s` on the clock of the asker; never = nothing heard yet.
struct JobsReport {
    double jobs = 0;
    double at_s = -std::numeric_limits<double>::infinity();
};

struct JobsEstimate {
    double mean = 0;
    double deviation = 0;
};

/// `age_s` at arrival (negative, a report from the future, counts as zero; not finite as very old);
/// `own_sent` flows of this ingress that the report cannot know, at `own_rate` per second on average.
JobsEstimate estimate_jobs(const SiteIndex& site, double reported, double age_s, double own_sent,
                           double own_rate);

} // namespace suanlu
