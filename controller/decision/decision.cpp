// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/decision.hpp"

#include <algorithm>
#include <cmath>

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
      sites_(names_of(inventory_.sites), table_limits(limits)), instances_(inventory_),
      ingresses_(names_of(inventory_.routers)), paths_(inventory_, limits_.link_max_age), latest_(start),
      drained_(inventory_.drained), probers_(inventory_, start) {
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
            (is_back || is_urgent(instances_.at(name, instance.service).reported, instance))) {
            urgent.insert(instance.service);
        }
    }
    instances_.note(name, after);
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
    const LeftOut left_out = leave_out_unknown(inventory_, report);
    SL_TRY(const bool changed, ingresses_.take(std::move(report), now, left_out));
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
        if (state_ == DecisionState::kWarmingUp && !inventory_.is_place(key.first) &&
            arrivals_.watched(key.first).value < kLeastWatched) {
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
    brought_.assign(inventory_.services.size(), {});
    // While most sites seem gone at once the fault is more likely ours: shares stay, paths still follow.
    for (const Service& service : inventory_.services) {
        if (state_ == DecisionState::kSelfSuspect || services.contains(service.name)) {
            split(service, now);
        }
    }
    publish_all();
}

const ShareTable* Decision::take_changed_shares() {
    return std::exchange(shares_changed_, false) ? &shares_ : nullptr;
}

} // namespace suanlu
