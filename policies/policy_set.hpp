// SPDX-License-Identifier: Apache-2.0
// The policies that exist, one accessor each; names are given in policy_set.cpp only. Stateless, any thread.
#pragma once

#include "policies/steering_policy.hpp"

namespace suanlu {

/// Convex split with damping.
const SteeringPolicy& default_policy();
/// Baseline: everything to the site with the least delay.
const SteeringPolicy& nearest_policy();

} // namespace suanlu
