// SPDX-License-Identifier: Apache-2.0
// The part of Decision that makes Plans of what was decided, and lets out those that the checker passes.
#include "controller/decision/decision.hpp"
#include "controller/decision/plan_checker.hpp"

namespace suanlu {

ServicePlan Decision::build_service(const Service& service, const std::string& ingress) const {
    ServicePlan out;
    out.id = service.id;
    out.name = service.name;
    out.addresses = service.addresses;
    out.transport = service.transport;
    out.port = service.port;
    out.traffic = service.traffic;
    out.affinity = service.affinity;
    out.affinity_timeout = service.affinity_timeout;
    out.slots = service.slots;
    if (const auto shares = shares_.find({ingress, service.name}); shares != shares_.end()) {
        out.shares = shares->second;
    }
    if (const auto weights = inventory_.static_shares.find(service.name);
        weights != inventory_.static_shares.end()) {
        out.static_shares = drained_.empty() ? weights->second : reachable(ingress, weights->second);
    }
    out.placement = placement(service.name, ingress);
    return out;
}

SitePlan Decision::build_site(const Site& site, const std::string& ingress) const {
    SitePlan out;
    out.id = site.id;
    out.name = site.name;
    out.probe_address = site.address;
    out.paths = paths_.paths(ingress, site.id);
    const ProbeDuty duty = probers_.duty(ingress, site.id);
    out.is_probed = duty.is_prober;
    out.is_told_down = duty.is_down;
    out.is_draining = is_draining(site.id);
    return out;
}

Plan Decision::build(const Router& router) const {
    Plan plan;
    plan.node = router.name;
    plan.sid_block = inventory_.sid_block;
    plan.local_sids = inventory_.local_sids(router);
    for (LocalSid& sid : local_sids_of(router, inventory_.sid_block, paths_.topology().adjacencies())) {
        plan.local_sids.push_back(std::move(sid));
    }
    if (router.is_ingress) {
        add_decision(router, plan);
    }
    return plan;
}

void Decision::add_decision(const Router& router, Plan& plan) const {
    plan.tenants = inventory_.tenants;
    for (const Site& site : inventory_.sites) {
        plan.sites.push_back(build_site(site, router.name));
    }
    for (const Service& service : inventory_.services) {
        plan.services.push_back(build_service(service, router.name));
    }
}

void Decision::publish_all() {
    probers_.update(ingresses_, latest_);
    const bool is_deciding = state_ == DecisionState::kDeciding || state_ == DecisionState::kSelfSuspect;
    for (const Router& router : inventory_.routers) {
        if (is_deciding && inventory_.is_place(router.name)) {
            publish_place(router);
        }
        if (!router.is_ingress) {
            if (router.srv6_owner == SrOwner::kAgent) {
                publish(router);
            }
        } else if (is_deciding) {
            publish(router);
        } else {
            held_back_[router.name] = std::string(to_text(state_));
        }
    }
}

bool Decision::passes(const Plan& plan, const std::string& name) {
    const Status status = check_plan(plan, inventory_);
    if (status) {
        held_back_.erase(name);
        return true;
    }
    std::string& why = held_back_[name];
    if (why != status.error().detail) {
        ++counters_.plans_refused;
        ++counters_.refused_by[check_of(status.error())];
        why = status.error().detail;
    }
    return false;
}

void Decision::publish_place(const Router& router) {
    Plan plan;
    plan.node = router.name;
    plan.sid_block = inventory_.sid_block;
    add_decision(router, plan);
    if (!passes(plan, router.name + " (place)")) {
        return;
    }
    std::shared_ptr<const Plan>& told = place_plans_[router.name];
    if (!told || !same_content(*told, plan)) {
        told = std::make_shared<const Plan>(std::move(plan));
    }
}

void Decision::publish(const Router& router) {
    Plan plan = build(router);
    keep_close_placement(plan);
    if (!passes(plan, router.name)) {
        return;
    }
    const auto last = published_.find(router.name);
    if (last != published_.end() && same_content(last->second, plan)) {
        changed_.erase(router.name);
        return;
    }
    ++counters_.plans;
    changed_[router.name] = std::move(plan);
}

std::vector<Plan> Decision::take_plans() {
    std::vector<Plan> out;
    for (auto& [node, plan] : changed_) {
        published_[node] = plan;
        out.push_back(std::move(plan));
    }
    changed_.clear();
    if (listener_ != nullptr && !out.empty()) {
        listener_->on_plans(out, latest_);
    }
    return out;
}

} // namespace suanlu
