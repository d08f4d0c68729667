// SPDX-License-Identifier: Apache-2.0
// What people write after --policy: a way to place flows that the simulator knows, a built-in policy file by
// its name, or a file. Policies of files become known by name (policies/policy_set.hpp) and are played by the
// code that steers by them in suanlud: shares, without a second choice at the ingress. Before any simulation
// begins, one thread.
#pragma once

#include <string>
#include <vector>

#include "policies/strategy/flow_policy.hpp"
#include "simulator/scenario.hpp"

namespace suanlu::sim {

/// The name for DispatcherSpec::policy. A built-in file whose name is also a way to place flow by flow is
/// meant as "shares:NAME". kNotFound lists what is known; kBadInput has all complaints about a file;
/// kRefused: not for flows.
Result<std::string> resolve_policy(const std::string& given, const PlacementFacts& facts);

/// What a scenario states of its sites beside what they report: `stated`, then the power that a busy slot
/// adds, PUE, tariff by hour and mean carbon of the run's first day. What it does not state stays unknown.
PlacementFacts facts_of(const Scenario& scenario, PlacementFacts stated = {});

struct ListedPolicy {
    std::string name;
    std::string title;
};
/// Everything that `resolve_policy` takes by name, in the order of `suanlu-sim list`.
std::vector<ListedPolicy> listed_policies();

} // namespace suanlu::sim
