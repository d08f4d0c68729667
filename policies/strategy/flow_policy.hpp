// SPDX-License-Identifier: Apache-2.0
// A policy file as a SteeringPolicy: filters and terms per (ingress, site) go into the convex split as
// prices, so that a YAML policy is as calm as the default one. The split itself counts path delay, service
// time and queues; a term that is stated for them counts as stated instead. What flows change themselves
// never filters them (open_share.hpp), and `qos` looks at the idle latency. Pure; immutable once made.
#pragma once

#include <map>
#include <string>

#include "policies/steering_policy.hpp"
#include "policies/strategy/open_share.hpp"
#include "policies/strategy/ranking.hpp"

namespace suanlu {

/// What a network states beside what it measures.
struct PlacementFacts {
    std::map<std::string, SiteAttributes> sites; ///< by name
    std::map<std::string, Request> flows;        ///< what a service's flows need, by service
};

class FlowPolicy final : public SteeringPolicy {
public:
    FlowPolicy(PolicyDefinition policy, PlacementFacts facts);
    PolicyDecision decide(const PolicyInput& input, PolicyMemory& memory, MonoTime now) const override;
    std::vector<FlipPoint> flips(const PolicyInput& input, const PolicyDecision& decided,
                                 std::size_t ingress) const override;
    [[nodiscard]] bool is_damped() const override { return !is_fixed(); }

    [[nodiscard]] std::vector<std::vector<std::string>> term_reasons(const PolicyInput& input,
                                                                     std::size_t ingress) const override;

private:
    struct Question;
    struct Priced {
        PolicyInput input; ///< with terms, rejections and smaller sites
        /// Per ingress: indices of its candidates, best first. Only where the ranking gives the shares.
        std::vector<std::vector<std::size_t>> orders;
        std::vector<OpenShare> open; ///< per site
    };

    [[nodiscard]] Question question(const PolicyInput& input) const;
    [[nodiscard]] Request request(const PolicyInput& input) const;
    [[nodiscard]] SiteAttributes attributes(const PolicySite& site) const;
    [[nodiscard]] Priced priced(const PolicyInput& input) const;
    /// Fills the terms and rejections of an ingress.
    void price(PolicyIngress& ingress, const std::vector<RankedSite>& judged, const Question& asked) const;
    void close_beyond_class(const PolicyInput& input, const Question& asked,
                            std::vector<OpenShare>& open) const;
    /// What the split does not count itself, or takes back what it counts too much.
    [[nodiscard]] double added_seconds(const RankedTerm& term, const SiteAttributes& site) const;
    [[nodiscard]] bool is_fixed() const;
    PolicyDecision fixed(Priced& priced, PolicyMemory& memory, MonoTime now) const;

    PolicyDefinition policy_;
    PlacementFacts facts_;
};

/// Makes the policy known by its name (policy_set.hpp), or known as none for flows with the reason.
Status add_policy_file(PolicyDefinition policy, PlacementFacts facts);

} // namespace suanlu
