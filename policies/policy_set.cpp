// SPDX-License-Identifier: Apache-2.0
#include "policies/policy_set.hpp"

#include <array>
#include <map>
#include <utility>

namespace suanlu {

namespace {

using Named = std::pair<std::string_view, const SteeringPolicy& (*)()>;
constexpr std::array<Named, 2> kPolicies{Named{"default", default_policy}, Named{"nearest", nearest_policy}};

struct Added {
    std::unique_ptr<const SteeringPolicy> policy; ///< null = not for flows
    std::string refusal;
};

std::map<std::string, Added, std::less<>>& added_policies() {
    static std::map<std::string, Added, std::less<>> policies;
    return policies;
}

Status add(std::string name, Added added) {
    for (const auto& [known, policy] : kPolicies) {
        if (known == name) {
            return Error{Errc::kConflict, "policy '" + name + "' is built in"};
        }
    }
    const auto [at, is_new] = added_policies().try_emplace(std::move(name), std::move(added));
    return is_new ? Status() : Error{Errc::kConflict, "policy '" + at->first + "' is already there"};
}

} // namespace

Result<const SteeringPolicy*> find_policy(std::string_view name) {
    for (const auto& [known, policy] : kPolicies) {
        if (known == name) {
            return &policy();
        }
    }
    if (const auto found = added_policies().find(name); found != added_policies().end()) {
        return found->second.policy != nullptr
                   ? Result<const SteeringPolicy*>(found->second.policy.get())
                   : Error{Errc::kRefused, "policy '" + found->first + "': " + found->second.refusal};
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
    for (const auto& [name, added] : added_policies()) {
        out += added.policy != nullptr ? ", " + name : "";
    }
    return out;
}

Status add_policy(std::string name, std::unique_ptr<const SteeringPolicy> policy) {
    return add(std::move(name), {std::move(policy), {}});
}

Status add_refused_policy(std::string name, std::string reason) {
    return add(std::move(name), {nullptr, std::move(reason)});
}

void forget_added_policies() {
    added_policies().clear();
}

} // namespace suanlu
