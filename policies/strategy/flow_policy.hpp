// SPDX-License-Identifier: Apache-2.0
// A policy file as a SteeringPolicy: filters and terms per (ingress, site) go into the convex split as
// prices, so that a YAML policy is as calm as the default one. The split itself counts path delay, service
// time and queues, once; terms come on top. What flows change themselves never filters them: a reserve or a
// bound on utilisation makes a site smaller instead, the term `load` is the split's own queue, and `qos`
// looks at the idle latency. Pure; immutable once made.
#pragma once

#include <map>
#include <string>

#include "policies/steering_policy.hpp"
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

private:
    [[nodiscard]] Request request(const PolicyInput& input) const;
    [[nodiscard]] SiteAttributes attributes(const PolicySite& site) const;
    [[nodiscard]] double open_share(const PolicySite& site, const Request& request) const;
    [[nodiscard]] double manual_share(const std::string& site) const;
    /// Indices of an ingress's candidates, best first.
    using Order = std::vector<std::size_t>;

    struct Priced {
        PolicyInput input; ///< with terms, rejections and smaller sites
        std::vector<Order> orders;
    };

    [[nodiscard]] Priced priced(const PolicyInput& input) const;
    /// Fills terms and rejections; `sites` gets the delays of this ingress.
    Order price(PolicyIngress& ingress, std::vector<SiteAttributes>& sites, const Request& asked,
                std::optional<WallTime> now) const;
    [[nodiscard]] bool is_fixed() const;
    [[nodiscard]] std::vector<double> fixed_row(const std::vector<SiteCandidate>& row,
                                                const Order& order) const;
    PolicyDecision fixed(const Priced& priced, PolicyMemory& memory, MonoTime now) const;

    PolicyDefinition policy_;
    PlacementFacts facts_;
};

/// Makes the policy known by its name (policy_set.hpp), or known as none for flows with the reason.
Status add_policy_file(PolicyDefinition policy, PlacementFacts facts);

} // namespace suanlu
