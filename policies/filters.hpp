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

/// [ingress][site] filled with delays and reasons; `rejected_by` empty where allowed.
std::vector<std::vector<SiteCandidate>> filter_sites(const PolicyInput& input, PolicyMemory& memory,
                                                     MonoTime now);

} // namespace suanlu
