// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/flow_shares.hpp"

#include "policies/strategy/flow_policy.hpp"

namespace suanlu {

std::map<SiteId, double> flow_shares(const PolicyDefinition& policy, const Request& request,
                                     std::span<const SiteAttributes> sites, std::optional<WallTime> now) {
    if (request.kind != RequestKind::kFlow || !request.jobs_per_s ||
        !kind_refusal(policy, RequestKind::kFlow).empty()) {
        return {};
    }
    PolicyInput input;
    input.service = request.service;
    input.wall_s = now ? std::optional(now->seconds) : std::nullopt;
    PolicyIngress ingress;
    ingress.name = "entry";
    ingress.jobs_per_s = *request.jobs_per_s;
    PlacementFacts facts;
    facts.flows[request.service] = request;
    for (const SiteAttributes& site : sites) {
        PolicySite seen;
        seen.id = site.id;
        seen.name = site.name;
        seen.slots = site.slots.value_or(0);
        seen.rate_per_slot = site.rate_per_slot.value_or(0);
        seen.utilisation = site.utilisation.value_or(-1);
        input.sites.push_back(seen);
        ingress.delay_s.push_back(site.path.delay_s);
        ingress.is_alive.push_back(site.is_up);
        facts.sites[site.name] = site;
    }
    input.ingresses.push_back(ingress);
    PolicyMemory memory;
    std::map<SiteId, double> out;
    const FlowPolicy flows(policy, std::move(facts));
    const PolicyDecision decision = flows.decide(input, memory, MonoTime{});
    for (const SiteCandidate& c : decision.ingresses[0].candidates) {
        if (c.share_given > 0) {
            out[c.site] = c.share_given;
        }
    }
    return out;
}

} // namespace suanlu
