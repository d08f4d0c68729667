// SPDX-License-Identifier: Apache-2.0
// What an ingress places new flows by, as integers for the data plane: from what a policy was told and what
// it answered to the PlacementTable of a Plan. The same numbers as policies/placement.hpp, so that the cost
// words made of them are the simulated ones. Pure; figures that make no sense leave a site out.
#pragma once

#include <memory>
#include <vector>

#include "core/model/plan.hpp"
#include "policies/index.hpp"
#include "policies/steering_policy.hpp"

namespace suanlu {

/// One per site of the input; null where the site takes nothing or its figures are no model. Slots are those
/// that the policy opened in `decided`, its answer to the input: a reserve is kept here too. `jobs_per_s`:
/// what the service brings to each site. Pools that it shares count whole, with the others' jobs, because
/// reports count all jobs of a pool.
std::vector<std::shared_ptr<const SiteIndex>>
site_indexes(const PolicyInput& input, const PolicyDecision& decided, const std::vector<double>& jobs_per_s);

/// One ingress of one service.
struct PlacementSource {
    const IngressDecision& decided;
    const std::vector<std::shared_ptr<const SiteIndex>>& indexes;
    /// New flows per second of the service here.
    double flows_per_s = 0;
    /// Forward delay to each site; parallel to the candidates.
    std::vector<double> one_way_s;
    double exception_share = 0;
    /// What a second of queue and service counts against a second of delay and price, as in the split.
    double load_weight = 1;
};
PlacementTable placement_table(const PlacementSource& from);

/// Nothing that a new flow would notice: the same sites and lengths, every number within a tenth (weights
/// within two points). A Plan is not sent for less.
bool is_close(const PlacementTable& a, const PlacementTable& b);

} // namespace suanlu
