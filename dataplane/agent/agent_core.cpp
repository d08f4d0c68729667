// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/agent_core.hpp"

#include <algorithm>

namespace suanlu {

namespace {

bool uses_static_weights(AgentMode mode) {
    return mode != AgentMode::kLive && mode != AgentMode::kLastGood;
}

} // namespace

AgentCore::AgentCore(AgentCoreConfig config, Dataplane& engine, LocalSidSink& sids, MonoTime now)
    : config_(std::move(config)), engine_(engine), sids_(sids), started_(now),
      fail_static_(config_.fail_static, now), liveness_(config_.liveness), entered_(fail_static_.mode()),
      applied_(engine.applied()) {
}

AgentMode AgentCore::mode() const {
    const AgentMode alone = fail_static_.mode();
    const bool follows_plan = alone == AgentMode::kLive || alone == AgentMode::kLastGood;
    return follows_plan && liveness_.is_guarding() ? AgentMode::kSelfSuspect : alone;
}

void AgentCore::note(std::string name, std::vector<std::pair<std::string, std::string>> fields, bool warn) {
    events_.push_back({std::move(name), std::move(fields), warn});
}

void AgentCore::expect(const Status& status, const char* call) {
    if (!status) {
        ++counters_.engine_errors;
        note("engine.refused", {{"call", call}, {"why", status.error().text()}}, true);
    }
}

std::string AgentCore::site_name(SiteId site) const {
    const auto found = sites_.find(site);
    return found == sites_.end() ? std::to_string(site.value) : found->second.plan().name;
}

std::string AgentCore::service_name(ServiceId service) const {
    if (plan_) {
        for (const ServicePlan& each : plan_->services) {
            if (each.id == service) {
                return each.name;
            }
        }
    }
    return std::to_string(service.value);
}

Plan AgentCore::tables_for(const Plan& plan, AgentMode mode) const {
    Plan out = plan;
    if (uses_static_weights(mode)) {
        for (ServicePlan& service : out.services) {
            if (!service.static_shares.empty()) {
                service.shares = service.static_shares;
            }
            service.placement = {}; // nobody is there who would correct it
        }
    }
    return out;
}

Status AgentCore::put_in_force(const Plan& plan, MonoTime now) {
    // SIDs first: they can be put back, the engine keeps its last tables when it refuses.
    if (config_.owns_sids) {
        SL_TRY_VOID(sids_.check(plan.local_sids));
        SL_TRY_VOID(sids_.set(plan.local_sids));
    }
    Status done = engine_.apply(tables_for(plan, mode()), now);
    if (!done && config_.owns_sids && plan_) {
        expect(sids_.set(plan_->local_sids), "SIDs of the Plan before");
    }
    return std::move(done).map_error([](Error&& e) { return std::move(e).with("engine"); });
}

void AgentCore::take_over(const Plan& plan, const NextHopMap& hops, MonoTime now) {
    std::vector<SiteId> ids;
    std::map<SiteId, SitePaths> next;
    for (const SitePlan& site : plan.sites) {
        ids.push_back(site.id);
        auto known = sites_.find(site.id);
        if (known == sites_.end()) {
            next.emplace(site.id, SitePaths(site, config_.path_hold, now));
        } else {
            known->second.adopt(site, now);
            next.emplace(site.id, std::move(known->second));
        }
    }
    sites_ = std::move(next);
    site_ids_.clear();
    for (const SitePlan& site : plan.sites) {
        site_ids_[site.name] = site.id;
    }
    service_ids_.clear();
    for (const ServicePlan& service : plan.services) {
        service_ids_[service.name] = service.id;
    }
    liveness_.keep_only(ids);
    plan_ = plan;
    applied_ = plan.id;
    // New tables may know neither paths nor gates: say all of it again.
    pushed_.clear();
    set_next_hops(hops, now);
    repeat_liveness(now);
    push_all_steering();
}

void AgentCore::repeat_liveness(MonoTime now) {
    for (const auto& [id, site] : sites_) {
        if (liveness_.of(id) != SiteLiveness::kAlive) {
            expect(engine_.set_liveness(id, liveness_.of(id), now), "set_liveness");
        }
    }
}

Status AgentCore::restore(const Plan& saved, const NextHopMap& hops, MonoTime now) {
    if (!applied_.controller.empty() && !(applied_ == saved.id)) {
        note("plan.adopted", {{"engine", applied_.text()}, {"saved", saved.id.text()}}, true);
        return {};
    }
    SL_TRY_VOID(check_allowed(config_.rules, saved));
    SL_TRY_VOID(put_in_force(saved, now));
    take_over(saved, hops, now);
    for (const SitePlan& site : saved.sites) {
        unconfirmed_.insert(site.id);
    }
    note("plan.restored", {{"plan", saved.id.text()}});
    return {};
}

Status AgentCore::on_welcome(const std::string& controller, MonoTime now) {
    if (!session_.empty() && session_ != controller) {
        return Error{Errc::kConflict, "controller " + controller + ": the session of " + session_ + " lives"};
    }
    session_ = controller;
    (void)fail_static_.on_session(now);
    follow_mode(now);
    return {};
}

void AgentCore::on_session_lost(MonoTime now) {
    session_.clear();
    fail_static_.on_lost(now);
}

Result<PlanOrder> AgentCore::offer(const Plan& plan, const NextHopMap& hops, MonoTime now) {
    const auto order = check_order(applied_, session_, plan.id);
    Status verdict = order ? check_allowed(config_.rules, plan) : Status(order.error());
    // A repeated Plan is put in force again only when its content is not known here (after a restart).
    const bool is_known = order && *order == PlanOrder::kRepeated && plan_ && same_content(*plan_, plan);
    if (verdict && !is_known && order && *order == PlanOrder::kRepeated && plan_) {
        verdict = Error{Errc::kConflict, "id: " + plan.id.text() + " with another content"};
    }
    if (verdict && !is_known) {
        verdict = put_in_force(plan, now);
    }
    if (!verdict) {
        count_refusal(verdict.error());
        note("plan.refused", {{"plan", plan.id.text()}, {"why", verdict.error().text()}}, true);
        return verdict.error();
    }
    if (is_known) {
        ++counters_.plans_repeated;
        return order;
    }
    take_over(plan, hops, now);
    ++counters_.plans_applied;
    return order;
}

void AgentCore::count_refusal(const Error& why) {
    ++counters_.plans_refused[std::string(to_text(why.code))];
}

void AgentCore::on_probe(const ProbeResult& result, MonoTime now) {
    const auto site = sites_.find(site_of(result.path));
    PathState* path = site == sites_.end() ? nullptr : site->second.find(result.path);
    if (path == nullptr || path->plan.destination6 != result.destination || !site->second.plan().is_probed) {
        return; // measured for the Plan before this one
    }
    path->sent = result.sent;
    path->received = result.received;
    path->delay = result.delay_one_way;
    if (path->probe == result.state) {
        return;
    }
    site->second.set_probe(result.path, result.state, now);
    note(result.state == ProbeState::kDown ? "path.down" : "path.up",
         {{"site", site->second.plan().name},
          {"rank", std::to_string(result.path.value % kPathsPerSite)},
          {"egress", path->plan.egress}},
         result.state == ProbeState::kDown);
    // An adopted engine may still hold a site for dead that was so before the restart.
    if (result.state == ProbeState::kUp && unconfirmed_.erase(site->first) != 0) {
        expect(engine_.set_liveness(site->first, SiteLiveness::kAlive, now), "set_liveness");
    }
    choose_paths(now);
}

void AgentCore::on_loads(const std::vector<SiteLoad>& loads, MonoTime received, MonoTime now) {
    std::vector<SiteJobs> known;
    known.reserve(loads.size());
    for (const SiteLoad& load : loads) {
        const auto service = service_ids_.find(load.service);
        const auto site = site_ids_.find(load.site);
        if (service == service_ids_.end() || site == site_ids_.end()) {
            ++counters_.loads_unknown;
            continue;
        }
        const MonoTime measured = received - std::chrono::microseconds(load.measured_age.value);
        known.push_back({service->second, site->second, load.jobs, measured});
    }
    engine_.take_loads(known, now);
}

void AgentCore::set_next_hops(const NextHopMap& hops, MonoTime now) {
    for (auto& [id, site] : sites_) {
        for (const PathState& path : std::vector<PathState>(site.paths())) {
            const auto hop = hops.find(path.plan.id);
            site.set_hop(path.plan.id, hop == hops.end() ? NextHop{} : hop->second, now);
        }
    }
    choose_paths(now);
}

void AgentCore::set_engine_sids(const EngineSids& sids) {
    if (engine_sids_ == sids) {
        return;
    }
    const Status routed = engine_.set_routes(sids.routes); // first: a new SID finds its way at once
    const Status done = engine_.set_sids(sids.sids);
    expect(routed, "set_routes");
    expect(done, "set_sids");
    if (routed && done) {
        engine_sids_ = sids;
    }
}

void AgentCore::push_paths(SitePaths& site, MonoTime now) {
    const auto next = site.choose(now);
    if (next.empty()) {
        return; // the last ones that worked stay in the engine: better than none
    }
    const SiteId id = site.plan().id;
    const auto before = pushed_.find(id);
    if (before != pushed_.end() && before->second == next) {
        return;
    }
    const auto ranks = [](const std::vector<UsablePath>& paths) {
        std::string out;
        for (const UsablePath& path : paths) {
            out += (out.empty() ? "" : ",") + std::to_string(path.id.value % kPathsPerSite);
        }
        return out;
    };
    if (before != pushed_.end() && ranks(before->second) != ranks(next)) {
        ++counters_.path_changes;
        note("paths.chosen", {{"site", site.plan().name}, {"ranks", ranks(next)}});
    }
    const Status done = engine_.set_paths(id, next);
    expect(done, "set_paths");
    if (done) {
        pushed_[id] = next;
    }
}

void AgentCore::push_liveness(MonoTime now) {
    const std::uint64_t guards = liveness_.guard_count();
    for (const auto& [site, liveness] : liveness_.update(now)) {
        note("site." + std::string(to_text(liveness)), {{"site", site_name(site)}},
             liveness != SiteLiveness::kAlive);
        unconfirmed_.erase(site);
        expect(engine_.set_liveness(site, liveness, now), "set_liveness");
    }
    if (liveness_.guard_count() != guards) {
        note("liveness.guard", {{"why", "most sites failed at once: suspecting ourselves"}}, true);
    }
}

void AgentCore::choose_paths(MonoTime now) {
    for (auto& [id, site] : sites_) {
        push_paths(site, now);
        // Of a site that others probe only the next hops are our own experience.
        const bool has_failed = site.all_failed(now);
        liveness_.set_failed(id, has_failed || site.plan().is_told_down, has_failed || site.plan().is_probed,
                             now);
    }
    push_liveness(now);
    follow_mode(now);
}

void AgentCore::push_steering(ServiceId service) {
    const auto usable = route_usable_.find(service);
    if (usable == route_usable_.end()) {
        return; // not looked at yet: what an adopted engine does goes on
    }
    expect(engine_.set_steering(service, usable->second && mode() != AgentMode::kAnycast), "set_steering");
}

void AgentCore::push_all_steering() {
    if (plan_) {
        for (const ServicePlan& service : plan_->services) {
            push_steering(service.id);
        }
    }
}

void AgentCore::set_route_usable(ServiceId service, bool usable, const std::string& why, MonoTime) {
    const auto known = route_usable_.find(service);
    if (known != route_usable_.end() && known->second == usable) {
        return;
    }
    route_usable_[service] = usable;
    note(usable ? "service.steered" : "service.not-steered",
         {{"service", service_name(service)}, {"route", why}}, !usable);
    push_steering(service);
}

void AgentCore::follow_mode(MonoTime now) {
    const AgentMode before = std::exchange(entered_, mode());
    if (before == entered_) {
        return;
    }
    counters_.self_suspected += entered_ == AgentMode::kSelfSuspect ? 1 : 0;
    note("mode", {{"from", std::string(to_text(before))}, {"to", std::string(to_text(entered_))}},
         entered_ != AgentMode::kLive);
    if (!plan_) {
        return;
    }
    if (uses_static_weights(before) != uses_static_weights(entered_)) {
        expect(engine_.apply(tables_for(*plan_, entered_), now), "apply");
        pushed_.clear();
        for (auto& [id, site] : sites_) {
            push_paths(site, now);
        }
        repeat_liveness(now);
    }
    push_all_steering();
}

std::size_t AgentCore::told_sites() const {
    return static_cast<std::size_t>(std::count_if(
        sites_.begin(), sites_.end(), [](const auto& entry) { return !entry.second.plan().is_probed; }));
}

void AgentCore::tick(MonoTime now) {
    (void)fail_static_.tick(now);
    choose_paths(now);
    expect(engine_.tick(now), "tick");
}

} // namespace suanlu
