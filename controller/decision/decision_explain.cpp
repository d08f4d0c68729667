// SPDX-License-Identifier: Apache-2.0
// What Decision tells about itself: states, the last decision of a service, and why.
#include <algorithm>
#include <cstdio>

#include "controller/decision/decision.hpp"

namespace suanlu {

namespace {

double seconds_of(Duration d) {
    return std::chrono::duration<double>(d).count();
}

std::string rate_text(double rate) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", rate);
    return text;
}

} // namespace

std::string Decision::held_back(const std::string& node) const {
    const auto found = held_back_.find(node);
    return found == held_back_.end() ? std::string() : found->second;
}

const std::string& Decision::policy_of(const std::string& service) const {
    static const std::string kNone;
    const auto found = services_.find(service);
    return found == services_.end() ? kNone : found->second.policy;
}

const Fallback& Decision::fallback(const std::string& service, const std::string& ingress) const {
    static const Fallback kNone;
    const auto state = services_.find(service);
    if (state == services_.end()) {
        return kNone;
    }
    const auto found = state->second.fallbacks.find(ingress);
    return found == state->second.fallbacks.end() ? kNone : found->second;
}

const PolicyInput* Decision::last_input(const std::string& service) const {
    const auto found = services_.find(service);
    return found == services_.end() || found->second.input.service.empty() ? nullptr : &found->second.input;
}

const PolicyDecision* Decision::last_decision(const std::string& service) const {
    return last_input(service) == nullptr ? nullptr : &services_.at(service).last;
}

std::string Decision::verdict_of(const ServiceState& state, const std::string& ingress) const {
    if (const std::string why = held_back(ingress); !why.empty()) {
        return "held: " + why;
    }
    const auto machine = state.fallbacks.find(ingress);
    if (machine != state.fallbacks.end() && machine->second.view().mode != FallbackMode::kLive) {
        const FallbackView& view = machine->second.view();
        return "held: " + std::string(to_text(view.mode)) + ": " + view.reason;
    }
    return state.last.verdict.empty() ? std::string(to_text(state_)) : state.last.verdict;
}

/// Ages are those of now: of what was known then, and since.
std::vector<ExplainedTerm> Decision::explain_terms(const ServiceState& state, const Explanation& of,
                                                   const SiteCandidate& c, const PolicySite& told,
                                                   const std::vector<std::string>& reasons) const {
    const std::vector<PathPlan>& paths = paths_.paths(of.ingress, c.site);
    const double forward = paths.empty() ? 0 : to_seconds(paths.front().delay).value;
    std::string way = "path";
    for (const std::string& link : paths.empty() ? std::vector<std::string>() : paths.front().links) {
        way += " " + link;
    }
    const bool has_report = instances_.at(c.name, of.service).reported != nullptr;
    const double links_s = seconds_of(of.links_age);
    const double since_s = seconds_of(of.decided_ago);
    const auto report_age =
        has_report ? std::optional<double>(told.report_age_s + since_s) : std::optional<double>();
    const std::string site_source = has_report ? "report of " + c.name : "inventory";
    double own_price = c.price_s;
    for (const CandidateTerm& term : c.terms) {
        own_price -= term.seconds;
    }
    std::vector<ExplainedTerm> out;
    out.push_back({"delay", std::min(forward, c.path_delay_s), "s", links_s, way, ""});
    out.push_back({"return delay", std::max(c.path_delay_s - forward, 0.0), "s", links_s,
                   "shortest way back to " + of.ingress, ""});
    out.push_back({"service", c.service_time_s, "s", report_age, site_source,
                   "1/mu of " + rate_text(told.rate_per_slot) + " jobs/s"});
    out.push_back({"queue", c.queue_price_s, "s", seconds_of(of.ingress_age),
                   "arrivals at every ingress, " + site_source,
                   "what one more job makes the others wait, and waits itself"});
    out.push_back({"price", own_price, "s", std::nullopt,
                   prices_.contains(c.name) ? "price that was set" : "no price is set", ""});
    for (std::size_t k = 0; k < c.terms.size(); ++k) {
        out.push_back({std::string(c.terms[k].name), c.terms[k].seconds, "s", report_age,
                       "policy " + state.policy, k < reasons.size() ? reasons[k] : ""});
    }
    return out;
}

std::vector<ExplainedCandidate> Decision::explain_candidates(const ServiceState& state,
                                                             const Explanation& of) const {
    std::vector<ExplainedCandidate> out;
    for (std::size_t i = 0; i < state.last.ingresses.size(); ++i) {
        const IngressDecision& decided = state.last.ingresses[i];
        if (decided.ingress != of.ingress) {
            continue;
        }
        const SteeringPolicy& policy = **find_policy(state.policy);
        const std::vector<FlipPoint> flips = policy.flips(state.input, state.last, i);
        const auto reasons = policy.term_reasons(state.input, i);
        for (std::size_t j = 0; j < decided.candidates.size(); ++j) {
            const PolicySite& site = state.input.sites[j];
            out.push_back({decided.candidates[j], site.rate_per_slot, site.cv2, site.other_jobs,
                           site.is_fresh, j < flips.size() ? flips[j] : FlipPoint{},
                           explain_terms(state, of, decided.candidates[j], site,
                                         j < reasons.size() ? reasons[j] : std::vector<std::string>())});
        }
    }
    return out;
}

Result<Explanation> Decision::explain(const std::string& service, const std::string& ingress) const {
    const auto found = services_.find(service);
    if (found == services_.end()) {
        return Error{Errc::kNotFound, "no service '" + service + "'"};
    }
    const Router* router = inventory_.router(ingress);
    if (router == nullptr || !inventory_.is_entry(*router)) {
        return Error{Errc::kNotFound, "no ingress '" + ingress + "'"};
    }
    const ServiceState& state = found->second;
    Explanation out;
    out.service = service;
    out.ingress = ingress;
    out.policy = state.policy;
    out.arrivals = arrivals(ingress, service);
    out.jobs_per_flow = jobs_.per_flow(*inventory_.service(service), ingress);
    out.is_measured = jobs_.is_measured(service);
    out.cost_before = state.last.cost_before;
    out.cost_after = state.last.cost_after;
    out.verdict = verdict_of(state, ingress);
    out.refusal = state.refusal;
    out.fallback = fallback(service, ingress).view();
    out.decided_ago = state.input.service.empty() ? Duration{0} : latest_ - state.decided_at;
    const IngressRow& row = ingresses_.rows().at(ingress);
    out.ingress_age = row.report ? std::max(latest_ - row.received, Duration{0}) : Duration{0};
    for (const Topology::Row& link : paths_.topology().rows(latest_)) {
        out.links_age = std::max(out.links_age, link.is_static ? Duration{0} : link.age);
    }
    out.candidates = explain_candidates(state, out);
    return out;
}

} // namespace suanlu
