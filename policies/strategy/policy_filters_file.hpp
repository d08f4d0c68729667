// SPDX-License-Identifier: Apache-2.0
// The part `filters` of a policy file. Contradictions are told where they stand: a name both wanted and
// excluded, a least value above the most. Pure.
#pragma once

#include "core/support/yaml_walk.hpp"
#include "policies/strategy/policy_definition.hpp"

namespace suanlu {

void read_policy_filters(YamlNode node, PolicyFilters& out);

} // namespace suanlu
