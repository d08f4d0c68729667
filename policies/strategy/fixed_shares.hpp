// SPDX-License-Identifier: Apache-2.0
// Shares that follow from the ranking, from stated figures or from the last reports, without the convex
// split: manual shares, the winner of the ranking, and the baselines that load balancers use. They know
// nothing of the queues that they make, so they are not damped and may swing; that is what they are. Pure.
#pragma once

#include <functional>

#include "policies/steering_policy.hpp"
#include "policies/strategy/policy_definition.hpp"

namespace suanlu {

struct FixedQuestion {
    const PolicyDefinition& policy;
    std::span<const PolicySite> sites;
    /// Candidates of one ingress, best first.
    const std::vector<std::size_t>& order;
    /// What the sites' own `manual_share` says.
    std::function<double(const std::string& site)> manual_share;
};

/// Parallel to the sites; sums to 1, or to 0 when there is no candidate with a share.
std::vector<double> fixed_shares(const FixedQuestion& question);

} // namespace suanlu
