// SPDX-License-Identifier: Apache-2.0
// Hard filters: what excludes a site whatever the policy wants. Each rejection names the filter and the
// number that failed. Applied in a fixed order, so the first reason is always the same one. Pure.
#pragma once

#include "policies/steering_policy.hpp"

namespace suanlu {

/// A movable service leaves a site above this utilisation, and may return below the second, after the stay.
inline constexpr double kHotUtilisation = 0.90;
inline constexpr double kCoolUtilisation = 0.75;
inline constexpr Duration kLeastStay = std::chrono::seconds(60);

/// Capacity left for this service: own slots minus what other steered services bring, a tenth at least.
double usable_slots(const PolicySite& site);

/// PolicyInput::load_weight, or 1 where that is no weight.
double usable_load_weight(const PolicyInput& input);

/// [ingress][site] filled with delays and reasons; `rejected_by` empty where allowed.
std::vector<std::vector<SiteCandidate>> filter_sites(const PolicyInput& input, PolicyMemory& memory,
                                                     MonoTime now);

/// For verdicts: which ingresses no site serves and why, beginning with "; "; empty = every one has a site.
std::string why_nobody(const PolicyInput& input, const std::vector<std::vector<SiteCandidate>>& rows);

} // namespace suanlu
