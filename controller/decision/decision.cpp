// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/decision.hpp"

#include <algorithm>
#include <cmath>

#include "controller/decision/plan_checker.hpp"

namespace suanlu {

namespace {

constexpr double kUrgentChange = 0.20;
constexpr double kHot = 0.90;
constexpr double kLeastWatched = 0.75; // seconds, decayed over 2 s: about one second of reports

std::vector<std::string> names_of(const std::vector<Site>& sites) {
    std::vector<std::string> out;
    for (const Site& site : sites) {
        out.push_back(site.name);
    }
    return out;
}

std::vector<std::string> names_of(const std::vector<Router>& routers) {
    std::vector<std::string> out;
    for (const Router& router : routers) {
        out.push_back(router.name);
    }
    return out;
}

double capacity_of(const InstanceReport& instance) {
    return instance.slots_usable * (instance.rate_per_slot.value > 0 ? instance.rate_per_slot.value : 1);
}

SiteTableLimits table_limits(const DecisionLimits& limits) {
    SiteTableLimits out;
    out.max_age = limits.report_max_age;
    return out;
}

} // namespace

std::string_view to_text(DecisionState state) {
    switch (state) {
    case DecisionState::kWarmingUp:
        return "warming-up";
    case DecisionState::kNoLinks:
        return "no-links";
    case DecisionState::kDeciding:
        return "deciding";
    case DecisionState::kSelfSuspect:
        return "self-suspect";
    }
    return "unknown";
}

bool is_urgent(const InstanceReport* before, const InstanceReport& after) {
    if (before == nullptr) {
        return true;
    }
    const double was = capacity_of(*before);
    const double is = capacity_of(after);
    if ((was > 0) != (is > 0) || std::abs(is - was) > kUrgentChange * std::max(was, 1e-9)) {
        return true;
    }
    return (before->utilisation > kHot) != (after.utilisation > kHot);
}

Decision::Decision(Inventory inventory, DecisionLimits limits, const ShareTable& adopted, MonoTime start)
    : inventory_(std::move(inventory)), limits_(limits), start_(start), next_split_(start + limits.tick),
      sites_(names_of(inventory_.sites), table_limits(limits)), ingresses_(names_of(inventory_.routers)),
      paths_(inventory_, limits_.link_max_age), latest_(start), drained_(inventory_.drained),
      probers_(inventory_, start) {
    for (const Service& service : inventory_.services) {
        services_[service.name].policy = service.policy;
        every_service_.insert(service.name);
    }
    for (const auto& [key, shares] : adopted) {
        const auto service = services_.find(key.second);
        if (service == services_.end() || inventory_.router(key.first) == nullptr) {
            continue; // the inventory has changed since
        }
        for (const SiteShare& share : shares) {
            service->second.memory.shares[{key.first, share.site.value}] =
                static_cast<double>(share.ppm) / kWholeShare;
        }
        shares_[key] = shares;
    }
    // Local SIDs follow from the inventory alone and wait for nobody.
    publish_all();
}

Status Decision::take(SiteReport report, MonoTime now, std::uint64_t wall_unix_ns) {
    latest_ = now;
    if (listener_ != nullptr) {
        listener_->on_site(report, wall_unix_ns, now);
    }
    const std::string name = report.site;
    std::shared_ptr<const SiteReport> before;
    if (auto view = sites_.view(name, now)) {
        before = view->report;
    }
    SL_TRY_VOID(sites_.accept(std::move(report), now, wall_unix_ns));
    const std::shared_ptr<const SiteReport> after = sites_.view(name, now)->report;
    jobs_.note(*after, now);
    if (wall_unix_ns > 0) {
        wall_ = {now, wall_unix_ns};
    }
    std::set<std::string> urgent;
    const bool is_back = stale_sites_.erase(name) > 0;
    for (const InstanceReport& instance : after->instances) {
        if (services_.contains(instance.service) &&
            (is_back || is_urgent(instance_of(before.get(), instance.service), instance))) {
            urgent.insert(instance.service);
        }
    }
    if (!urgent.empty()) {
        on_event(urgent, now);
    }
    return {};
}

Status Decision::take(IngressReport report, MonoTime now) {
    latest_ = now;
    if (listener_ != nullptr) {
        listener_->on_ingress(report, now);
    }
    const std::string node = report.node;
    SL_TRY(const bool changed, ingresses_.take(std::move(report), now));
    arrivals_.note(*ingresses_.rows().at(node).report, now);
    jobs_.note(*ingresses_.rows().at(node).report);
    if (changed) {
        on_event_everywhere(now);
    }
    return {};
}

Status Decision::take(LinkReport report, MonoTime now) {
    latest_ = now;
    if (listener_ != nullptr) {
        listener_->on_links(report, now);
    }
    auto changed = paths_.take(std::move(report), now);
    if (!changed) {
        ++counters_.links_refused;
        return std::move(changed).error();
    }
    if (*changed) {
        on_event_everywhere(now);
    }
    return {};
}

Result<std::string> Decision::set_policy(const std::string& service, const std::string& policy,
                                         MonoTime now) {
    const auto found = services_.find(service);
    if (found == services_.end()) {
        return Error{Errc::kNotFound, "no service '" + service + "'"};
    }
    if (const auto known = find_policy(policy); !known) {
        return known.error();
    }
    latest_ = now;
    if (listener_ != nullptr) {
        listener_->on_policy(service, policy, now);
    }
    const std::string previous = std::exchange(found->second.policy, policy);
    if (previous != policy) {
        // What the other policy remembered is not a history of this one's shares: follow at once.
        found->second.memory = {};
        found->second.checker.start_over();
        on_event({service}, now);
    }
    return previous;
}

Status Decision::set_price(const std::string& site, double seconds, MonoTime now) {
    if (inventory_.site(site) == nullptr) {
        return Error{Errc::kNotFound, "no site '" + site + "'"};
    }
    prices_[site] = seconds;
    on_event_everywhere(now);
    return {};
}

bool Decision::is_warm(MonoTime now) const {
    if (now - start_ >= limits_.warm_up) {
        return true;
    }
    for (const Site& site : inventory_.sites) {
        if (sites_.view(site.name, now)->freshness == Freshness::kNeverReported) {
            return false;
        }
    }
    return paths_.is_complete() && arrivals_are_known();
}

/// After a restart the adopted shares answer arrivals that this process has not seen yet: a split made
/// without them would undo what is right. On a first start there is nothing to undo.
bool Decision::arrivals_are_known() const {
    for (const auto& [key, shares] : shares_) {
        if (state_ == DecisionState::kWarmingUp && arrivals_.watched(key.first).value < kLeastWatched) {
            return false;
        }
    }
    return true;
}

/// True when splits may be made now.
bool Decision::update_state(MonoTime now) {
    const DecisionState before = state_;
    if (state_ == DecisionState::kWarmingUp && !is_warm(now)) {
        return false;
    }
    if (!paths_.has_links()) {
        state_ = DecisionState::kNoLinks;
    } else if (sites_.is_self_suspect(now)) {
        state_ = DecisionState::kSelfSuspect;
    } else {
        state_ = DecisionState::kDeciding;
    }
    if (state_ == DecisionState::kSelfSuspect && before != state_) {
        ++counters_.self_suspected;
    }
    return state_ == DecisionState::kDeciding || state_ == DecisionState::kSelfSuspect;
}

void Decision::on_event(const std::set<std::string>& services, MonoTime now) {
    const bool was_warming = state_ == DecisionState::kWarmingUp || state_ == DecisionState::kNoLinks;
    if (update_state(now)) {
        run(was_warming ? every_service_ : services, Cause::kEvent, now);
    }
}

void Decision::on_event_everywhere(MonoTime now) {
    on_event(every_service_, now);
}

Status Decision::set_drain(const std::string& site, bool is_on, MonoTime now) {
    const Site* found = inventory_.site(site);
    if (found == nullptr) {
        return Error{Errc::kNotFound, "no site '" + site + "'"};
    }
    latest_ = now;
    if (listener_ != nullptr) {
        listener_->on_drain(site, is_on, now);
    }
    if (is_on ? drained_.insert(found->id).second : drained_.erase(found->id) > 0) {
        on_event_everywhere(now);
    }
    return {};
}

void Decision::tick(MonoTime now) {
    latest_ = now;
    if (listener_ != nullptr) {
        listener_->on_tick(now);
    }
    const DecisionState before = state_;
    if (!update_state(now)) {
        return;
    }
    std::set<std::string> urgent;
    for (const SiteView& view : sites_.views(now)) {
        if (view.freshness != Freshness::kStale || !stale_sites_.insert(view.site).second) {
            continue;
        }
        for (const Site::Hosted& hosted : inventory_.site(view.site)->services) {
            urgent.insert(hosted.service);
        }
    }
    if (before != state_ || now >= next_split_) {
        next_split_ = now + limits_.tick;
        run(every_service_, before != state_ ? Cause::kEvent : Cause::kTick, now);
    } else if (!urgent.empty()) {
        run(urgent, Cause::kEvent, now);
    }
}

void Decision::run(const std::set<std::string>& services, Cause cause, MonoTime now) {
    ++(cause == Cause::kTick ? counters_.ticks : counters_.events);
    // While most sites seem gone at once the fault is more likely ours: shares stay, paths still follow.
    for (const Service& service : inventory_.services) {
        if (state_ == DecisionState::kSelfSuspect || services.contains(service.name)) {
            split(service, now);
        }
    }
    publish_all();
}

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
    if (!router.is_ingress) {
        return plan;
    }
    plan.tenants = inventory_.tenants;
    for (const Site& site : inventory_.sites) {
        plan.sites.push_back(build_site(site, router.name));
    }
    for (const Service& service : inventory_.services) {
        plan.services.push_back(build_service(service, router.name));
    }
    return plan;
}

void Decision::publish_all() {
    probers_.update(ingresses_, latest_);
    for (const Router& router : inventory_.routers) {
        if (!router.is_ingress) {
            if (router.srv6_owner == SrOwner::kAgent) {
                publish(router);
            }
        } else if (state_ == DecisionState::kDeciding || state_ == DecisionState::kSelfSuspect) {
            publish(router);
        } else {
            held_back_[router.name] = std::string(to_text(state_));
        }
    }
}

void Decision::publish(const Router& router) {
    Plan plan = build(router);
    keep_close_placement(plan);
    if (const Status status = check_plan(plan, inventory_); !status) {
        std::string& why = held_back_[router.name];
        if (why != status.error().detail) {
            ++counters_.plans_refused;
            ++counters_.refused_by[check_of(status.error())];
            why = status.error().detail;
        }
        return;
    }
    held_back_.erase(router.name);
    const auto last = published_.find(router.name);
    if (last != published_.end() && same_content(last->second, plan)) {
        changed_.erase(router.name);
        return;
    }
    ++counters_.plans;
    changed_[router.name] = plan;
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

const ShareTable* Decision::take_changed_shares() {
    return std::exchange(shares_changed_, false) ? &shares_ : nullptr;
}

} // namespace suanlu
