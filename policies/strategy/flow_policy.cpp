// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/flow_policy.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "policies/damping.hpp"
#include "policies/filters.hpp"
#include "policies/policy_set.hpp"

namespace suanlu {

namespace {

/// What the split does not count itself.
double added_seconds(const PolicyDefinition& policy, const RankedTerm& term, const SiteAttributes& site) {
    if (term.is_first || term.kind == TermKind::kLoad) {
        return 0;
    }
    double seconds = term.counted_s;
    if (term.kind == TermKind::kNetwork) {
        const double weight = policy.term(TermKind::kNetwork)->weight * policy.network.delay_weight;
        seconds -= std::min(weight, 1.0) * site.path.delay_s.value_or(0);
    }
    return std::max(seconds, 0.0);
}

std::string worse_key(const PolicyDefinition& policy, const RankedSite& best, const RankedSite& site) {
    for (std::size_t k = 0; k < site.keys.size(); ++k) {
        if (site.keys[k] > best.keys[k]) {
            return "first: " + best.name + " is better in " + std::string(to_text(policy.first[k].kind));
        }
    }
    return {};
}

} // namespace

FlowPolicy::FlowPolicy(PolicyDefinition policy, PlacementFacts facts)
    : policy_(std::move(policy)), facts_(std::move(facts)) {
}

Request FlowPolicy::request(const PolicyInput& input) const {
    const auto known = facts_.flows.find(input.service);
    Request out = known == facts_.flows.end() ? Request{} : known->second;
    out.kind = RequestKind::kFlow;
    out.service = input.service;
    if (input.latency_budget_s > 0 && std::isfinite(input.latency_budget_s)) {
        out.needs.latency_s = input.latency_budget_s;
    }
    return out;
}

SiteAttributes FlowPolicy::attributes(const PolicySite& site) const {
    const auto known = facts_.sites.find(site.name);
    SiteAttributes out = known == facts_.sites.end() ? SiteAttributes{} : known->second;
    out.id = site.id;
    out.name = site.name;
    out.slots = site.slots;
    out.rate_per_slot = site.rate_per_slot;
    out.utilisation = site.utilisation >= 0 ? std::optional(site.utilisation) : std::nullopt;
    return out;
}

double FlowPolicy::open_share(const PolicySite& site, const Request& request) const {
    double open = 1;
    for (const Bound& bound : policy_.filters.bounds) {
        if (bound.quantity == Quantity::kUtilisation) {
            open = std::min(open, bound.at_most.value_or(1));
        }
    }
    const auto known = facts_.sites.find(site.name);
    if (known != facts_.sites.end() && !policy_.admission.is_entitled(request)) {
        open = std::min(open, 1 - std::clamp(known->second.reserved.value_or(0), 0.0, 1.0));
    }
    return open;
}

double FlowPolicy::manual_share(const std::string& site) const {
    if (const auto listed = policy_.manual.shares.find(site); listed != policy_.manual.shares.end()) {
        return listed->second;
    }
    const auto known = facts_.sites.find(site);
    return policy_.manual.is_by_site() && known != facts_.sites.end() ? known->second.manual_share.value_or(0)
                                                                      : 0;
}

FlowPolicy::Order FlowPolicy::price(PolicyIngress& ingress, std::vector<SiteAttributes>& sites,
                                    const Request& asked, std::optional<WallTime> now) const {
    std::map<SiteId, std::size_t> index;
    for (std::size_t j = 0; j < sites.size(); ++j) {
        sites[j].path.delay_s = ingress.delay_s[j];
        index[sites[j].id] = j;
    }
    const Ranking ranking = rank(policy_, asked, sites, now);
    ingress.terms.assign(sites.size(), {});
    ingress.rejected_by.assign(sites.size(), ranking.sites.empty() ? ranking.refusal : "");
    Order order;
    for (const RankedSite& ranked : ranking.sites) {
        const std::size_t j = index.at(ranked.id);
        std::string reason = ranked.rejected_by.empty() ? worse_key(policy_, ranking.sites.front(), ranked)
                                                        : ranked.rejected_by;
        ingress.rejected_by[j] = reason.empty() ? "" : "policy " + policy_.name + ": " + reason;
        for (const RankedTerm& term : ranked.terms) {
            ingress.terms[j].push_back(
                {std::string(to_text(term.kind)), added_seconds(policy_, term, sites[j]), term.why});
        }
        if (reason.empty()) {
            order.push_back(j);
        }
    }
    return order;
}

bool FlowPolicy::is_fixed() const {
    const bool is_manual = policy_.terms.size() == 1 && policy_.terms.front().kind == TermKind::kManual;
    return is_manual || policy_.shares == ShareRule::kWinner;
}

std::vector<double> FlowPolicy::fixed_row(const std::vector<SiteCandidate>& row, const Order& order) const {
    const bool by_share = policy_.shares == ShareRule::kSplit && policy_.manual.order.empty();
    std::vector<double> shares(row.size());
    double sum = 0;
    for (const std::size_t j : order) {
        if (row[j].rejected_by.empty()) {
            shares[j] = by_share ? manual_share(row[j].name) : sum > 0 ? 0 : 1;
            sum += shares[j];
        }
    }
    for (double& share : shares) {
        share = sum > 0 ? share / sum : 0;
    }
    return shares;
}

PolicyDecision FlowPolicy::fixed(const Priced& priced, PolicyMemory& memory, MonoTime now) const {
    auto rows = filter_sites(priced.input, memory, now);
    PolicyDecision out;
    out.verdict = policy_.shares == ShareRule::kWinner ? "published: the first of the ranking"
                                                       : "published: as listed by hand";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::vector<double> shares = fixed_row(rows[i], priced.orders[i]);
        const std::vector<std::uint32_t> ppm = to_ppm(shares);
        IngressDecision decided{priced.input.ingresses[i].name, {}, std::move(rows[i])};
        for (std::size_t j = 0; j < shares.size(); ++j) {
            SiteCandidate& c = decided.candidates[j];
            c.share_wanted = c.share_given = shares[j];
            memory.shares[{decided.ingress, c.site.value}] = shares[j];
            if (ppm[j] > 0) {
                decided.shares.push_back({c.site, ppm[j]});
            }
        }
        out.ingresses.push_back(std::move(decided));
    }
    return out;
}

FlowPolicy::Priced FlowPolicy::priced(const PolicyInput& input) const {
    Priced out{input, {}};
    const Request asked = request(input);
    const auto now = input.wall_s ? std::optional(WallTime{*input.wall_s}) : std::nullopt;
    std::vector<SiteAttributes> sites;
    for (const PolicySite& site : input.sites) {
        sites.push_back(attributes(site));
    }
    for (PolicyIngress& ingress : out.input.ingresses) {
        out.orders.push_back(price(ingress, sites, asked, now));
    }
    for (PolicySite& site : out.input.sites) {
        site.slots *= open_share(site, asked);
    }
    return out;
}

PolicyDecision FlowPolicy::decide(const PolicyInput& input, PolicyMemory& memory, MonoTime now) const {
    const Priced with_terms = priced(input);
    return is_fixed() ? fixed(with_terms, memory, now)
                      : default_policy().decide(with_terms.input, memory, now);
}

std::vector<FlipPoint> FlowPolicy::flips(const PolicyInput& input, const PolicyDecision& decided,
                                         std::size_t ingress) const {
    return is_fixed() ? std::vector<FlipPoint>()
                      : default_policy().flips(priced(input).input, decided, ingress);
}

Status add_policy_file(PolicyDefinition policy, PlacementFacts facts) {
    const std::string name = policy.name;
    if (std::string refusal = kind_refusal(policy, RequestKind::kFlow); !refusal.empty()) {
        return add_refused_policy(name, std::move(refusal));
    }
    return add_policy(name, std::make_unique<FlowPolicy>(std::move(policy), std::move(facts)));
}

} // namespace suanlu
