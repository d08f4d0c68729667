// SPDX-License-Identifier: Apache-2.0
// May this Plan be applied here? Order by (controller, epoch, generation), and the node's own list of service
// prefixes and SID blocks: a controller that was taken over must not redirect what the operator of this
// router did not allow. Pure; an error names the field and changes nothing.
#pragma once

#include <string>
#include <vector>

#include "core/model/plan.hpp"
#include "core/support/result.hpp"

namespace suanlu {

struct PlanRules {
    std::string node;
    /// Local SIDs must lie inside, but for those of links.
    Prefix6 locator;
    std::vector<Prefix6> service_prefixes;
    std::vector<Prefix6> sid_blocks;
};

/// kRefused outside the allow lists, kBadInput for another node's Plan.
Status check_allowed(const PlanRules& rules, const Plan& plan);

enum class PlanOrder : std::uint8_t { kNewer, kRepeated };

/// `session` is the controller that was welcomed on the living session, empty when none is. kConflict for
/// another controller, an older epoch or an older generation. A controller that takes over after the other's
/// session ended may start with any number.
Result<PlanOrder> check_order(const PlanId& in_force, const std::string& session, const PlanId& offered);

} // namespace suanlu
