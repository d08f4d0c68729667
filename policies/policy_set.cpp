// SPDX-License-Identifier: Apache-2.0
#include "policies/policy_set.hpp"

#include <array>
#include <utility>

namespace suanlu {

namespace {

using Named = std::pair<std::string_view, const SteeringPolicy& (*)()>;
constexpr std::array<Named, 2> kPolicies{Named{"default", default_policy}, Named{"nearest", nearest_policy}};

} // namespace

Result<const SteeringPolicy*> find_policy(std::string_view name) {
    for (const auto& [known, policy] : kPolicies) {
        if (known == name) {
            return &policy();
        }
    }
    return Error{Errc::kNotFound,
                 "no policy is called '" + std::string(name) + "'; known: " + known_policies()};
}

std::string known_policies() {
    std::string out;
    for (const auto& [known, policy] : kPolicies) {
        out += out.empty() ? "" : ", ";
        out += known;
    }
    return out;
}

} // namespace suanlu
