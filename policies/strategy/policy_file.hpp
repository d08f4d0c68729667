// SPDX-License-Identifier: Apache-2.0
// Reads a policy (docs/reference/policy.yaml). Everything that is wrong with a text is told at once, each
// with line and column: unknown and duplicate keys, values without their unit, filters that contradict each
// other. Text in, values out: no file is opened here. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/support/yaml_walk.hpp"
#include "policies/strategy/policy_definition.hpp"

namespace suanlu {

struct PolicyReading {
    /// Absent when there is a complaint.
    std::optional<PolicyDefinition> policy;
    std::vector<YamlComplaint> complaints;
};

/// `name` stands for the file.
PolicyReading read_policy(const std::string& text, const std::string& name);

} // namespace suanlu
