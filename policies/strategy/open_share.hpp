// SPDX-License-Identifier: Apache-2.0
// How much of a site the flows of a request may fill. A control plane turns no flow away, and what flows
// change themselves must not exclude a site, for that would oscillate: so a bound on utilisation, a reserve,
// a shortage of lower priorities and a latency class make the site smaller for the split, always and not only
// once it is full. Pure.
#pragma once

#include <string>

#include "policies/steering_policy.hpp"
#include "policies/strategy/policy_definition.hpp"

namespace suanlu {

struct OpenShare {
    double share = 1; ///< of the slots
    /// "the last 15 % are kept for priority 2"; empty = the whole site is open.
    std::string why;
};

/// What a request is allowed, before anybody looks at the site's queue.
OpenShare open_share(const PolicyDefinition& policy, const Request& request, const SiteAttributes& site);

/// Busy share up to which a job waits `slack_s` at most, on average; 1 for a site that cannot be reckoned.
double busy_within(const PolicySite& site, double slack_s);

} // namespace suanlu
