// SPDX-License-Identifier: Apache-2.0
// The shares that a policy would give the flows of a request, from stated figures instead of a network: what
// `suanluctl policy` shows. Pure.
#pragma once

#include <map>
#include <span>

#include "policies/strategy/ranking.hpp"

namespace suanlu {

/// By site, summing to 1; empty when the policy is not for flows, no rate of flows is stated, or no site
/// passes. A site whose slots, rate or delay is not stated gets nothing.
std::map<SiteId, double> flow_shares(const PolicyDefinition& policy, const Request& request,
                                     std::span<const SiteAttributes> sites, std::optional<WallTime> now);

} // namespace suanlu
