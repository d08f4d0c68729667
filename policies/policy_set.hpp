// SPDX-License-Identifier: Apache-2.0
// The policies that exist, one accessor each; names are given in policy_set.cpp only. Stateless, any thread.
#pragma once

#include <memory>

#include "policies/steering_policy.hpp"

namespace suanlu {

/// Convex split with damping.
const SteeringPolicy& default_policy();
/// Baseline: everything to the site with the least delay.
const SteeringPolicy& nearest_policy();

/// Policies of files, known by name from here on. At start-up only, before anything runs beside the caller:
/// names are looked up without a lock. kConflict when the name is known.
Status add_policy(std::string name, std::unique_ptr<const SteeringPolicy> policy);
/// A policy that steers no flows: `find_policy` refuses it with this reason.
Status add_refused_policy(std::string name, std::string reason);
/// For tests.
void forget_added_policies();

} // namespace suanlu
