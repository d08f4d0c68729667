// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/flow_policy.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "policies/damping.hpp"
#include "policies/filters.hpp"
#include "policies/policy_set.hpp"
#include "policies/strategy/fixed_shares.hpp"
#include "policies/strategy/site_judge.hpp"

namespace suanlu {

namespace {

const RankedSite* best_candidate(std::span<const RankedSite> sites) {
    const RankedSite* best = nullptr;
    for (const RankedSite& site : sites) {
        if (site.rejected_by.empty() && (best == nullptr || is_better(site, *best))) {
            best = &site;
        }
    }
    return best;
}

std::string worse_key(const PolicyDefinition& policy, const RankedSite& best, const RankedSite& site) {
    for (std::size_t k = 0; k < site.keys.size(); ++k) {
        if (site.keys[k] > best.keys[k]) {
            return "first: " + best.name + " is better in " + std::string(to_text(policy.first[k].kind));
        }
    }
    return {};
}

std::vector<std::size_t> in_order(std::span<const RankedSite> sites,
                                  const std::vector<std::string>& rejected_by) {
    std::vector<std::size_t> out;
    for (std::size_t j = 0; j < sites.size(); ++j) {
        if (rejected_by[j].empty()) {
            out.push_back(j);
        }
    }
    std::sort(out.begin(), out.end(),
              [&](std::size_t a, std::size_t b) { return is_better(sites[a], sites[b]); });
    return out;
}

/// A site that this ingress cannot use must not be what others are compared with.
void look_from(const PolicyInput& input, std::size_t ingress, const std::vector<bool>& is_stated_up,
               std::vector<SiteAttributes>& sites) {
    const PolicyIngress& from = input.ingresses[ingress];
    for (std::size_t j = 0; j < sites.size(); ++j) {
        const std::optional<double>& delay = from.delay_s[j];
        sites[j].path.delay_s = delay && *delay >= 0 ? delay : std::nullopt;
        sites[j].is_up = is_stated_up[j] && from.is_alive[j] && sites[j].path.delay_s &&
                         input.sites[j].hosts_service && usable_slots(input.sites[j]) > 0;
    }
}

} // namespace

/// What is asked of the sites, whoever the ingress is.
struct FlowPolicy::Question {
    Request request;
    std::vector<SiteAttributes> sites;
    std::vector<bool> is_stated_up;
    std::optional<WallTime> now;
    std::string refusal; ///< of the request itself
};

FlowPolicy::FlowPolicy(PolicyDefinition policy, PlacementFacts facts)
    : policy_(std::move(policy)), facts_(std::move(facts)) {
}

Request FlowPolicy::request(const PolicyInput& input) const {
    const auto known = facts_.flows.find(input.service);
    Request out = known == facts_.flows.end() ? Request{} : known->second;
    out.kind = RequestKind::kFlow;
    out.service = input.service;
    // The budget of a service holds the whole service time and is a filter of its own; a stated class ends
    // with the first token.
    if (!out.needs.latency_s && input.latency_budget_s > 0 && std::isfinite(input.latency_budget_s)) {
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

FlowPolicy::Question FlowPolicy::question(const PolicyInput& input) const {
    Question out;
    out.request = request(input);
    out.refusal = request_refusal(out.request);
    out.now = input.wall_s ? std::optional(WallTime{*input.wall_s}) : std::nullopt;
    for (const PolicySite& site : input.sites) {
        out.sites.push_back(attributes(site));
        out.is_stated_up.push_back(out.sites.back().is_up);
    }
    return out;
}

double FlowPolicy::added_seconds(const RankedTerm& term, const SiteAttributes& site) const {
    // The weight of load goes to the split as it is.
    if (term.is_first || term.kind == TermKind::kLoad) {
        return 0;
    }
    return term.counted_s - (term.kind == TermKind::kNetwork ? site.path.delay_s.value_or(0) : 0);
}

/// The latency class closes the part of a site in which jobs would wait too long even for the ingress that
/// is nearest to it.
void FlowPolicy::close_beyond_class(const PolicyInput& input, const Question& asked,
                                    std::vector<OpenShare>& open) const {
    const double budget = asked.request.needs.latency_s.value_or(0);
    if (!policy_.admission.refuses_missed_class || !(budget > 0)) {
        return;
    }
    for (std::size_t j = 0; j < open.size(); ++j) {
        SiteAttributes idle = asked.sites[j];
        idle.path.delay_s.reset();
        for (const PolicyIngress& ingress : input.ingresses) {
            const std::optional<double>& delay = ingress.delay_s[j];
            if (delay && ingress.rejected_by[j].empty() && ingress.is_alive[j]) {
                idle.path.delay_s = std::min(*delay, idle.path.delay_s.value_or(*delay));
            }
        }
        const auto least = expected_latency({policy_, asked.request, idle, asked.now, false}).seconds;
        const double share = least ? busy_within(input.sites[j], budget - *least) : 1;
        if (share < open[j].share) {
            open[j] = {share, "beyond, jobs would wait longer than the latency class allows"};
        }
    }
}

void FlowPolicy::price(PolicyIngress& ingress, const std::vector<RankedSite>& judged,
                       const Question& asked) const {
    const RankedSite* const best = policy_.first.empty() ? nullptr : best_candidate(judged);
    ingress.terms.assign(judged.size(), {});
    ingress.rejected_by.assign(judged.size(), "");
    for (std::size_t j = 0; j < judged.size(); ++j) {
        const RankedSite& site = judged[j];
        std::string reason = !asked.refusal.empty()      ? asked.refusal
                             : !site.rejected_by.empty() ? site.rejected_by
                             : best != nullptr           ? worse_key(policy_, *best, site)
                                                         : "";
        ingress.rejected_by[j] = reason.empty() ? "" : "policy " + policy_.name + ": " + reason;
        ingress.terms[j].reserve(site.terms.size());
        for (const RankedTerm& term : site.terms) {
            ingress.terms[j].push_back({to_text(term.kind), added_seconds(term, asked.sites[j])});
        }
    }
}

FlowPolicy::Priced FlowPolicy::priced(const PolicyInput& input) const {
    Priced out{input, {}, {}};
    Question asked = question(input);
    const Term* const load = policy_.term(TermKind::kLoad);
    out.input.load_weight = load != nullptr && !policy_.is_first(TermKind::kLoad) ? load->weight : 1;
    SiteJudge judge(policy_, asked.request, asked.sites, asked.now, false);
    for (std::size_t i = 0; i < input.ingresses.size(); ++i) {
        look_from(input, i, asked.is_stated_up, asked.sites);
        const std::vector<RankedSite>& judged = judge.judge();
        price(out.input.ingresses[i], judged, asked);
        if (is_fixed()) {
            out.orders.push_back(in_order(judged, out.input.ingresses[i].rejected_by));
        }
    }
    for (const SiteAttributes& site : asked.sites) {
        out.open.push_back(open_share(policy_, asked.request, site));
    }
    close_beyond_class(out.input, asked, out.open);
    for (std::size_t j = 0; j < out.open.size(); ++j) {
        out.input.sites[j].slots *= out.open[j].share;
        for (PolicyIngress& ingress : out.input.ingresses) {
            if (out.open[j].share <= 0 && ingress.rejected_by[j].empty()) {
                ingress.rejected_by[j] = "policy " + policy_.name + ": nothing is open: " + out.open[j].why;
            }
        }
    }
    return out;
}

bool FlowPolicy::is_fixed() const {
    const bool is_manual = policy_.terms.size() == 1 && policy_.terms.front().kind == TermKind::kManual;
    return is_manual || policy_.shares != ShareRule::kSplit;
}

PolicyDecision FlowPolicy::fixed(Priced& priced, PolicyMemory& memory, MonoTime now) const {
    auto rows = filter_sites(priced.input, memory, now);
    PolicyDecision out;
    out.load_weight = usable_load_weight(priced.input);
    out.verdict = "published: " +
                  (policy_.shares == ShareRule::kSplit
                       ? "manual shares"
                       : "shares by the rule '" +
                             std::string(kShareRuleWords[static_cast<std::size_t>(policy_.shares)]) + "'") +
                  why_nobody(priced.input, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::erase_if(priced.orders[i], [&](std::size_t j) { return !rows[i][j].rejected_by.empty(); });
        const std::vector<double> shares =
            fixed_shares({policy_, priced.input.sites, priced.orders[i], [this](const std::string& site) {
                              const auto known = facts_.sites.find(site);
                              return known == facts_.sites.end() ? 0 : known->second.manual_share.value_or(0);
                          }});
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

PolicyDecision FlowPolicy::decide(const PolicyInput& input, PolicyMemory& memory, MonoTime now) const {
    Priced with_terms = priced(input);
    return is_fixed() ? fixed(with_terms, memory, now)
                      : default_policy().decide(with_terms.input, memory, now);
}

std::vector<FlipPoint> FlowPolicy::flips(const PolicyInput& input, const PolicyDecision& decided,
                                         std::size_t ingress) const {
    return is_fixed() ? std::vector<FlipPoint>()
                      : default_policy().flips(priced(input).input, decided, ingress);
}

std::vector<std::vector<std::string>> FlowPolicy::term_reasons(const PolicyInput& input,
                                                               std::size_t ingress) const {
    Question asked = question(input);
    look_from(input, ingress, asked.is_stated_up, asked.sites);
    SiteJudge judge(policy_, asked.request, asked.sites, asked.now, true);
    const std::vector<OpenShare> open = priced(input).open;
    std::vector<std::vector<std::string>> out;
    for (const RankedSite& site : judge.judge()) {
        const std::string& closed = open[out.size()].why;
        out.emplace_back();
        for (const RankedTerm& term : site.terms) {
            const bool is_load = term.kind == TermKind::kLoad && !closed.empty();
            out.back().push_back(term.why + (is_load ? "; " + closed : ""));
        }
    }
    return out;
}

Status add_policy_file(PolicyDefinition policy, PlacementFacts facts) {
    const std::string name = policy.name;
    if (std::string refusal = kind_refusal(policy, RequestKind::kFlow); !refusal.empty()) {
        return add_refused_policy(name, std::move(refusal));
    }
    return add_policy(name, std::make_unique<FlowPolicy>(std::move(policy), std::move(facts)));
}

} // namespace suanlu
