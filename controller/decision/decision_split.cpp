// SPDX-License-Identifier: Apache-2.0
// The part of Decision that splits one service: judge what may be decided at each ingress, ask the policy,
// have the answer checked, follow it where it stands, fall back where it does not.
#include <algorithm>

#include "controller/decision/decision.hpp"
#include "controller/decision/plan_checker.hpp"
#include "policies/damping.hpp"

namespace suanlu {

std::vector<SiteShare> Decision::reachable(const std::string& ingress,
                                           const std::vector<SiteShare>& shares) const {
    std::vector<double> row;
    double sum = 0;
    for (const SiteShare& share : shares) {
        const bool can_go = !paths_.paths(ingress, share.site).empty() && !is_draining(share.site);
        row.push_back(can_go ? share.ppm : 0);
        sum += row.back();
    }
    if (sum <= 0) {
        return {};
    }
    for (double& x : row) {
        x /= sum;
    }
    const std::vector<std::uint32_t> ppm = to_ppm(row);
    std::vector<SiteShare> out;
    for (std::size_t k = 0; k < row.size(); ++k) {
        if (ppm[k] > 0) {
            out.push_back({shares[k].site, ppm[k]});
        }
    }
    return out;
}

std::vector<SiteShare> Decision::static_shares(const std::string& ingress, const std::string& service) const {
    const auto weights = inventory_.static_shares.find(service);
    return weights == inventory_.static_shares.end() ? std::vector<SiteShare>()
                                                     : reachable(ingress, weights->second);
}

FallbackEvidence Decision::evidence(const ServiceState& state, const std::string& service,
                                    std::size_t ingress, MonoTime now) const {
    FallbackEvidence out;
    const PolicyInput& input = state.input;
    const PolicyIngress& row = input.ingresses[ingress];
    double capacity = 0;
    double arrivals = 0;
    for (std::size_t j = 0; j < input.sites.size(); ++j) {
        const PolicySite& site = input.sites[j];
        if (!site.hosts_service) {
            continue;
        }
        ++out.sites;
        out.alive += row.is_alive[j] ? 1 : 0;
        out.with_path += row.delay_s[j] ? 1 : 0;
        out.with_room += site.slots > 0 ? 1 : 0;
        out.fresh += site.is_fresh ? 1 : 0;
        out.ever_reported += sites_.view(site.name, now)->report ? 1 : 0;
        capacity += site.slots * site.rate_per_slot;
    }
    for (const PolicyIngress& each : input.ingresses) {
        arrivals += each.jobs_per_s;
    }
    if (ingress < state.last.ingresses.size()) {
        for (const SiteCandidate& c : state.last.ingresses[ingress].candidates) {
            out.usable += c.rejected_by.empty() ? 1 : 0;
        }
    }
    out.is_short = arrivals > capacity;
    out.is_self_suspect = state_ == DecisionState::kSelfSuspect;
    const auto shares = shares_.find({row.name, service});
    out.has_last_good = shares != shares_.end() && !shares->second.empty();
    out.has_static = !static_shares(row.name, service).empty();
    return out;
}

std::vector<bool> Decision::judge_ingresses(ServiceState& state, const Service& service, MonoTime now) {
    std::vector<bool> is_live;
    for (std::size_t i = 0; i < state.input.ingresses.size(); ++i) {
        Fallback& machine = state.fallbacks[state.input.ingresses[i].name];
        const auto before = machine.entered();
        const FallbackMode mode = machine.update(evidence(state, service.name, i, now), now).mode;
        for (std::size_t k = 0; k < before.size(); ++k) {
            counters_.entered[k] += machine.entered()[k] - before[k];
        }
        is_live.push_back(mode == FallbackMode::kLive);
    }
    return is_live;
}

bool Decision::is_accepted(ServiceState& state, const std::vector<bool>& is_live) {
    SplitChecker::Candidate candidate{state.input, state.last, {}, is_live, true};
    candidate.is_damped = (*find_policy(state.policy))->is_damped();
    for (const PolicyIngress& ingress : state.input.ingresses) {
        const auto found = shares_.find({ingress.name, state.input.service});
        candidate.in_force.push_back(found == shares_.end() ? std::vector<SiteShare>() : found->second);
    }
    const Status verdict = state.checker.check(candidate);
    const std::string why = verdict ? "" : verdict.error().detail;
    if (!verdict && why != state.refusal) {
        ++counters_.refused_by[check_of(verdict.error())];
    }
    state.refusal = why;
    return verdict.has_value();
}

void Decision::set_shares(const std::string& ingress, const std::string& service,
                          std::vector<SiteShare> shares) {
    std::vector<SiteShare>& in_force = shares_[{ingress, service}];
    if (in_force != shares) {
        in_force = std::move(shares);
        shares_changed_ = true;
        brought_[instances_.position(service)].clear();
    }
}

/// What is not live stays as it is, less what has no path; without that, static weights; without those, no
/// share at all. A Plan whose every share lost its path is held by the last check: the ingress, which keeps
/// the Plan that it has, knows better which of its paths still answer.
void Decision::fall_back(const Service& service, const std::string& ingress, FallbackMode mode) {
    if (mode == FallbackMode::kLastGood) {
        std::vector<SiteShare> left = reachable(ingress, shares_[{ingress, service.name}]);
        if (!left.empty()) {
            set_shares(ingress, service.name, std::move(left));
        }
        return;
    }
    set_shares(ingress, service.name,
               mode == FallbackMode::kStatic ? static_shares(ingress, service.name)
                                             : std::vector<SiteShare>());
}

void Decision::follow(ServiceState& state, const Service& service, const std::vector<bool>& is_live,
                      PolicyMemory before) {
    for (std::size_t i = 0; i < is_live.size(); ++i) {
        const std::string& ingress = state.input.ingresses[i].name;
        if (is_live[i]) {
            set_shares(ingress, service.name, state.last.ingresses[i].shares);
            continue;
        }
        fall_back(service, ingress, state.fallbacks.at(ingress).view().mode);
        // The policy goes on from what is in force, and a loss that it saw meanwhile is still to be followed.
        for (const Site& site : inventory_.sites) {
            const auto key = std::pair(ingress, site.id.value);
            double share = 0;
            for (const SiteShare& s : shares_[{ingress, service.name}]) {
                share += s.site == site.id ? static_cast<double>(s.ppm) / kWholeShare : 0;
            }
            state.memory.shares[key] = share;
            if (const auto known = before.allowed.find(key); known != before.allowed.end()) {
                state.memory.allowed[key] = known->second;
            }
        }
    }
}

void Decision::split(const Service& service, MonoTime now) {
    ServiceState& state = services_[service.name];
    const auto policy = find_policy(state.policy);
    SL_CHECK(policy.has_value()); // names are checked where they come in
    PolicyMemory before = state.memory;
    state.input = policy_input(service, now);
    state.decided_at = now;
    if (state_ == DecisionState::kDeciding) {
        state.last = (*policy)->decide(state.input, state.memory, now);
    }
    const std::vector<bool> is_live = judge_ingresses(state, service, now);
    const bool some = std::find(is_live.begin(), is_live.end(), true) != is_live.end();
    if (some && !is_accepted(state, is_live)) {
        state.memory = std::move(before);
        state.last.verdict = "held: the checker refused: " + state.refusal;
        return;
    }
    if (!some) {
        state.memory = before;
    }
    follow(state, service, is_live, std::move(before));
    place(state, service, is_live);
}

} // namespace suanlu
