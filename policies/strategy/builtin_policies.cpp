// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/builtin_policies.hpp"

#include "policies/strategy/policy_file.hpp"

namespace suanlu {

namespace {

constexpr RefusedPolicy kRefused[] = {
    {"prequal", "prequal chooses for every flow from answers to probes that are younger than a second, and "
                "shares would be none of that: play it with suanlu-sim"},
    {"random", "its shares are those of round-robin: use that"},
};

} // namespace

std::span<const RefusedPolicy> refused_policies() {
    return kRefused;
}

std::string builtin_policy_names() {
    std::string out;
    for (const BuiltinPolicy& policy : builtin_policies()) {
        out += (out.empty() ? "" : ", ") + std::string(policy.name);
    }
    return out;
}

Result<PolicyDefinition> find_builtin_policy(std::string_view name) {
    for (const BuiltinPolicy& policy : builtin_policies()) {
        if (policy.name == name) {
            auto reading = read_policy(std::string(policy.text), std::string(name));
            SL_CHECK(reading.policy.has_value()); // part of the program, read by a test
            return *std::move(reading.policy);
        }
    }
    for (const RefusedPolicy& policy : kRefused) {
        if (policy.name == name) {
            return Error{Errc::kRefused, std::string(policy.reason)};
        }
    }
    return Error{Errc::kNotFound,
                 "no policy is called '" + std::string(name) + "'; built in: " + builtin_policy_names()};
}

} // namespace suanlu
