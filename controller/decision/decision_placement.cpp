// SPDX-License-Identifier: Apache-2.0
// The part of Decision that says what an ingress places single new flows by, beside the split.
#include <algorithm>

#include "controller/decision/decision.hpp"
#include "controller/decision/placement_table.hpp"

namespace suanlu {

/// A live decision makes a new table. The last good shares go with the last good table: reports that it is to
/// be used with are judged by their age, where they are used. Static weights and anycast have none.
void Decision::place(ServiceState& state, const Service& service, const std::vector<bool>& is_live) {
    // Without entries of its own a flow cannot stay where a second choice put it; and policies that ignore
    // load by definition are not to be corrected by it.
    const bool is_placed = service.affinity == Affinity::kFlow || service.affinity == Affinity::kSource;
    if (!is_placed || !(*find_policy(state.policy))->is_damped()) {
        state.placement.clear();
        return;
    }
    std::vector<double> jobs(state.input.sites.size(), 0);
    for (std::size_t i = 0; i < is_live.size(); ++i) {
        const PolicyIngress& ingress = state.input.ingresses[i];
        const auto row = shares_.find({ingress.name, service.name});
        if (row == shares_.end()) {
            continue;
        }
        for (const SiteShare& share : row->second) {
            for (std::size_t j = 0; j < jobs.size(); ++j) {
                jobs[j] +=
                    state.input.sites[j].id == share.site ? ingress.jobs_per_s * share.ppm / kWholeShare : 0;
            }
        }
    }
    const auto indexes = site_indexes(state.input, state.last, jobs);
    for (std::size_t i = 0; i < is_live.size(); ++i) {
        const std::string& ingress = state.input.ingresses[i].name;
        if (!is_live[i]) {
            if (state.fallbacks.at(ingress).view().mode != FallbackMode::kLastGood) {
                state.placement.erase(ingress);
            }
            continue;
        }
        PlacementSource source{state.last.ingresses[i],
                               indexes,
                               arrivals_.rate(ingress, service.name).value,
                               {},
                               service.exception_share,
                               state.last.load_weight};
        for (const SiteCandidate& c : source.decided.candidates) {
            const std::vector<PathPlan>& paths = paths_.paths(ingress, c.site);
            source.one_way_s.push_back(paths.empty() ? 0 : to_seconds(paths.front().delay).value);
        }
        state.placement[ingress] = placement_table(source);
    }
}

PlacementTable Decision::placement(const std::string& service, const std::string& ingress) const {
    const auto state = services_.find(service);
    if (state == services_.end()) {
        return {};
    }
    const auto found = state->second.placement.find(ingress);
    if (found == state->second.placement.end()) {
        return {};
    }
    PlacementTable out = found->second;
    // The last good table may be older than a drain order or the loss of the paths.
    std::erase_if(out.sites, [&](const SitePlacement& s) {
        return paths_.paths(ingress, s.site).empty() || is_draining(s.site);
    });
    return out.sites.size() < 2 ? PlacementTable{} : out;
}

/// Arrivals always change a little: the table that the router has serves until a new one says something else.
void Decision::keep_close_placement(Plan& plan) const {
    const auto last = published_.find(plan.node);
    if (last == published_.end()) {
        return;
    }
    // Both list the inventory's services in its order.
    const std::vector<ServicePlan>& before = last->second.services;
    for (std::size_t k = 0; k < std::min(before.size(), plan.services.size()); ++k) {
        if (is_close(before[k].placement, plan.services[k].placement)) {
            plan.services[k].placement = before[k].placement;
        }
    }
}

} // namespace suanlu
