// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "dataplane/agent/agent_metrics.hpp"
#include "dataplane/agent/agent_state.hpp"
#include "dataplane/api/flow_story.hpp"

namespace suanlu {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{100};
/// Notifications can be lost; everything is looked at again this often.
constexpr int kTicksPerFullLook = 10;

KernelChanges all_changes() {
    return {true, true, true, true};
}

} // namespace

AgentHello Agent::State::hello() const {
    return {
        config.node,          boot_id, SUANLU_VERSION, core->applied(), std::string(to_text(core->mode())),
        engine->engine_name()};
}

void Agent::State::refresh(const KernelChanges& changes) {
    if (changes.own_routes && seg6) {
        if (const Status done = seg6->repair(); !done) {
            log_warn("sids.repair-failed", {{"why", done.error().text()}});
        }
    }
    if (changes.links) {
        if (const Status done = engine->reattach(); !done) {
            log_warn("engine.not-reattached", {{"why", done.error().text()}});
        }
    }
    if (core->plan() != nullptr) {
        const NextHopMap hops = kernel->resolve(*core->plan());
        core->set_next_hops(hops, clock.now());
        kernel->refresh_services(*core->plan(), *core, clock.now());
        refresh_sids();
        aim_probes(hops);
    }
    flush_events();
}

void Agent::State::refresh_sids() {
    core->set_engine_sids(config.engine_decapsulates && core->plan() != nullptr
                              ? kernel->engine_sids(*core->plan(), engine->needs_routes())
                              : EngineSids{});
}

void Agent::State::aim_probes(const NextHopMap& hops) {
    if (prober) {
        prober->set_targets(probe_targets(*core->plan(), hops));
    }
}

void Agent::State::flush_events() {
    for (const AgentEvent& event : core->take_events()) {
        std::string fields;
        for (const auto& [key, value] : event.fields) {
            fields += fields.empty() ? "" : " ";
            fields += key + "=" + value;
        }
        log_event(event.is_warning ? LogLevel::kWarn : LogLevel::kInfo, event.name, {{"what", fields}});
    }
}

void Agent::State::on_plan(const Plan& plan) {
    kernel->refresh_services(plan, *core, clock.now());
    const NextHopMap hops = kernel->resolve(plan);
    const auto verdict = core->offer(plan, hops, clock.now());
    if (!verdict) {
        session->send_refused(plan.id, verdict.error());
        return;
    }
    session->send_applied(plan.id);
    if (core->plan() == nullptr || !(core->applied() == plan.id)) {
        return;
    }
    refresh_sids();
    aim_probes(hops);
    if (const Status saved = store->save(*core->plan()); !saved) {
        ++save_errors;
        log_warn("plan.not-saved", {{"why", saved.error().text()}});
    }
}

Result<FlowStory> Agent::State::explain(const FlowQuestion& question) {
    SL_TRY(const FlowRun run, engine->explain(question));
    return tell_story(run, core->plan(), engine->engine_name());
}

void Agent::State::on_event(SessionEvent event) {
    if (const auto* welcome = std::get_if<SessionWelcome>(&event)) {
        const Status accepted = core->on_welcome(welcome->controller, clock.now());
        log_info("session.welcome", {{"controller", welcome->controller},
                                     {"epoch", welcome->epoch},
                                     {"accepted", accepted.has_value()}});
        if (!accepted) {
            session->drop();
        }
    } else if (const auto* plan = std::get_if<Plan>(&event)) {
        on_plan(*plan);
    } else if (const auto* asked = std::get_if<SessionQuestion>(&event)) {
        session->send_story(asked->id, explain(asked->question));
        return;
    } else if (const auto* unreadable = std::get_if<Error>(&event)) {
        core->count_refusal(*unreadable);
        log_warn("plan.unreadable", {{"why", unreadable->text()}});
    } else if (const auto* lost = std::get_if<SessionLost>(&event)) {
        if (lost->was_welcomed) {
            log_warn("session.lost", {{"why", lost->why}});
        }
        core->on_session_lost(clock.now());
    }
    session->set_hello(hello());
    flush_events();
}

Task<void> Agent::State::session_loop() {
    while (auto event = co_await session_mail.pop()) {
        on_event(*std::move(event));
    }
}

Task<void> Agent::State::load_loop() {
    while (auto heard = co_await load_mail.pop()) {
        core->on_loads(heard->loads, heard->received, clock.now());
    }
}

Task<void> Agent::State::probe_loop() {
    while (auto result = co_await probe_mail.pop()) {
        core->on_probe(*result, clock.now());
        flush_events();
    }
}

Task<void> Agent::State::link_loop() {
    while (auto report = co_await link_mail.pop()) {
        session->send_links(*std::move(report));
    }
}

Task<void> Agent::State::tick_loop() {
    MonoTime next_report = clock.now();
    for (int ticks = 0; !is_stopping; ++ticks) {
        co_await wait_for(timer, std::min<Duration>(kTick, config.report_interval));
        if (is_stopping) {
            break;
        }
        if (ticks % kTicksPerFullLook == 0) {
            refresh(all_changes());
        }
        core->tick(clock.now());
        if (clock.now() >= next_report) {
            next_report = clock.now() + config.report_interval - kTick / 2;
            session->send_report(core->report(clock.now()));
        }
        if (ticks % kTicksPerFullLook == 0) {
            session->set_hello(hello());
            show_agent_metrics(metrics, *core, seg6 ? &seg6->counters() : nullptr,
                               prober ? prober->counters() : ProbeCounters{});
            if (const auto counters = engine->counters()) { // a report tells of errors
                show_engine_metrics(metrics, *counters, core->plan());
            }
            show_engine_state(metrics, engine->state());
            show_host_metrics(metrics, save_errors, kernel->routes_by_tables());
            show_placement_metrics(metrics, engine->placement(), *core,
                                   session->unreadable_loads() + load_mail.counters().dropped);
        }
        flush_events();
    }
}

} // namespace suanlu
