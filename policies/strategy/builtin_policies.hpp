// SPDX-License-Identifier: Apache-2.0
// The policy files of policies/builtin, part of the program: one per strategy of the standard, the default
// and baselines. A test reads every one of them. Pure.
#pragma once

#include <span>
#include <string_view>

#include "core/support/result.hpp"
#include "policies/strategy/policy_definition.hpp"

namespace suanlu {

struct BuiltinPolicy {
    std::string_view name;
    std::string_view text;
};

/// By name.
std::span<const BuiltinPolicy> builtin_policies();

/// Known by name, and refused with the reason: what only a chooser per flow can do (policies/baselines).
struct RefusedPolicy {
    std::string_view name;
    std::string_view reason;
};
std::span<const RefusedPolicy> refused_policies();

/// kNotFound lists the names; kRefused: a refused one.
Result<PolicyDefinition> find_builtin_policy(std::string_view name);
/// "data, default, …".
std::string builtin_policy_names();

} // namespace suanlu
