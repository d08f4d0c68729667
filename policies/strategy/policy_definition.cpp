// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/policy_definition.hpp"

#include <algorithm>

namespace suanlu {

namespace {

constexpr double kLeastLoadWeight = 1e-3;

} // namespace

double Admission::priority(const Request& request) const {
    const auto service = service_priority.find(request.service);
    const auto user = user_priority.find(request.user_class);
    return std::max(service == service_priority.end() ? 0 : service->second,
                    user == user_priority.end() ? 0 : user->second);
}

bool Admission::is_entitled(const Request& request) const {
    return std::find(entitled.begin(), entitled.end(), request.user_class) != entitled.end();
}

const Term* PolicyDefinition::term(TermKind kind) const {
    const auto found =
        std::find_if(terms.begin(), terms.end(), [kind](const Term& term) { return term.kind == kind; });
    return found == terms.end() ? nullptr : &*found;
}

bool PolicyDefinition::is_first(TermKind kind) const {
    return std::any_of(first.begin(), first.end(), [kind](const FirstKey& key) { return key.kind == kind; });
}

std::string kind_refusal(const PolicyDefinition& policy, RequestKind kind) {
    const std::string word(to_text(kind));
    if (kind == RequestKind::kFlow && policy.term(TermKind::kFcfs) != nullptr) {
        return "fcfs is for jobs and transfers only: a flow cannot wait in a queue before it is sent";
    }
    if (kind == RequestKind::kFlow && policy.term(TermKind::kHolding) != nullptr) {
        return "data is for jobs and transfers only: nothing is moved for a flow";
    }
    if (kind == RequestKind::kFlow && policy.shares == ShareRule::kSplit) {
        const Term* const load = policy.term(TermKind::kLoad);
        if (load != nullptr && !(load->weight >= kLeastLoadWeight)) {
            return "load with a weight below 0.001 is for jobs and transfers only: shares of flows that "
                   "ignore the queues they make cannot stay calm";
        }
        if (policy.is_first(TermKind::kLoad)) {
            return "load compared first is for jobs and transfers only: flows change the load that would "
                   "choose their site, so shares would swing; with 'shares: winner' they may";
        }
    }
    if (kind != RequestKind::kFlow && policy.terms.empty()) {
        return "policy '" + policy.name + "' has no term to rank by: it is for flows only";
    }
    if (!policy.kinds.empty() &&
        std::find(policy.kinds.begin(), policy.kinds.end(), kind) == policy.kinds.end()) {
        return "policy '" + policy.name + "' is not for requests of kind " + word;
    }
    return {};
}

} // namespace suanlu
