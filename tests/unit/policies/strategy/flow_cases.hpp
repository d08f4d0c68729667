// SPDX-License-Identifier: Apache-2.0
// Inputs of policies that steer flows, which several tests share. Pure.
#pragma once

#include "policies/strategy/flow_policy.hpp"
#include "tests/unit/policies/strategy/placement_cases.hpp"

namespace suanlu {

/// One ingress; sites a, b and c with 10 slots at 10 jobs/s, 5, 6 and 7 ms away.
inline PolicyInput three_sites(double jobs) {
    PolicyInput out;
    out.service = "chat";
    PolicyIngress ingress;
    ingress.name = "i";
    ingress.jobs_per_s = jobs;
    for (std::uint16_t j = 0; j < 3; ++j) {
        PolicySite site;
        site.id = {static_cast<std::uint16_t>(j + 1)};
        site.name = std::string(1, static_cast<char>('a' + j));
        site.slots = 10;
        site.rate_per_slot = 10;
        site.utilisation = 0.2;
        out.sites.push_back(site);
        ingress.delay_s.emplace_back(0.005 + 0.001 * j);
        ingress.is_alive.push_back(true);
    }
    out.ingresses.push_back(ingress);
    return out;
}

inline std::vector<double> shares_of(const std::string& policy, const PlacementFacts& facts,
                                     const PolicyInput& input) {
    const FlowPolicy flows(policy_of(policy), facts);
    PolicyMemory memory;
    const PolicyDecision decision = flows.decide(input, memory, MonoTime{});
    std::vector<double> out;
    for (const SiteCandidate& c : decision.ingresses[0].candidates) {
        out.push_back(c.share_given);
    }
    return out;
}

inline PolicyDecision decide(const std::string& policy, const PlacementFacts& facts,
                             const PolicyInput& input) {
    PolicyMemory memory;
    return FlowPolicy(policy_of(policy), facts).decide(input, memory, MonoTime{});
}

} // namespace suanlu
