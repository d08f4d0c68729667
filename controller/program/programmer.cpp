// SPDX-License-Identifier: Apache-2.0
#include "controller/program/programmer.hpp"

#include "core/support/log.hpp"

namespace suanlu {

namespace {

constexpr std::size_t kInboxCapacity = 65536;
constexpr auto kTick = std::chrono::milliseconds(200);
constexpr int kTicksPerObservation = 5;

/// Only "still there" messages and the loads of a site fold; answers keep their order.
bool fold(ProgramInput& waiting, ProgramInput& incoming) {
    auto* old_loads = std::get_if<LoadsHeard>(&waiting);
    auto* fresh_loads = std::get_if<LoadsHeard>(&incoming);
    if (old_loads != nullptr && fresh_loads != nullptr) {
        const bool is_same = old_loads->loads->front().site == fresh_loads->loads->front().site;
        if (is_same) {
            *old_loads = std::move(*fresh_loads);
        }
        return is_same;
    }
    auto* old = std::get_if<AgentHeard>(&waiting);
    auto* fresh = std::get_if<AgentHeard>(&incoming);
    if (old == nullptr || fresh == nullptr || old->session != fresh->session) {
        return false;
    }
    *old = std::move(*fresh);
    return true;
}

} // namespace

Programmer::Programmer(Strand strand, ProgramCore core, StateFolder folder,
                       SnapshotCell<AppliedView>& applied,
                       std::function<void(const ProgramCore&, MonoTime)> observe,
                       std::function<void(AppliedPointer)> on_applied)
    : state_(strand, State{std::move(core), std::move(folder), {}, {}, 0}),
      inbox_(strand, kInboxCapacity, fold), applied_(applied), observe_(std::move(observe)),
      on_applied_(std::move(on_applied)), timer_(strand) {
}

void Programmer::start() {
    spawn_owned(state_.strand(), "programmer", consume());
    spawn_owned(state_.strand(), "programmer-clock", keep_time());
}

void Programmer::stop() {
    inbox_.close();
    asio::post(state_.strand(), [this] {
        stopping_ = true;
        timer_.cancel();
    });
}

Task<void> Programmer::consume() {
    while (auto input = co_await inbox_.pop()) {
        const MonoTime now = clock_.now();
        handle(*input, now);
        flush(now);
    }
}

Task<void> Programmer::keep_time() {
    for (int count = 0; !stopping_; ++count) {
        co_await wait_for(timer_, kTick);
        const MonoTime now = clock_.now();
        state_.get().core.tick(now);
        flush(now);
        log_changes(now);
        if (count % kTicksPerObservation == 0) {
            observe_(state_.get().core, now);
        }
    }
}

void Programmer::handle(ProgramInput& input, MonoTime now) {
    State& state = state_.get();
    if (auto* connected = std::get_if<AgentConnected>(&input)) {
        state.sinks[connected->session] = connected->sink;
        state.core.connected(connected->hello, connected->session, now);
        log_info("agent.connected", {{"node", connected->hello.node},
                                     {"applied", connected->hello.applied.text()},
                                     {"mode", connected->hello.mode},
                                     {"engine", connected->hello.engine}});
    } else if (auto* gone = std::get_if<AgentGone>(&input)) {
        state.sinks.erase(gone->session);
        state.core.disconnected(gone->node, gone->session, now);
        log_warn("agent.lost", {{"node", gone->node}});
    } else if (auto* heard = std::get_if<AgentHeard>(&input)) {
        state.core.heard(heard->node, heard->session, heard->mode, now);
    } else if (auto* applied = std::get_if<AgentApplied>(&input)) {
        state.core.applied(applied->node, applied->session, applied->id, now);
        log_info("plan.applied", {{"node", applied->node}, {"plan", applied->id.text()}});
    } else if (auto* refused = std::get_if<AgentRefused>(&input)) {
        state.core.refused(refused->node, refused->session, refused->id, refused->why, now);
        log_warn("plan.refused",
                 {{"node", refused->node}, {"plan", refused->id.text()}, {"why", refused->why}});
    } else if (auto* wanted = std::get_if<PlansWanted>(&input)) {
        for (Plan& plan : wanted->plans) {
            state.core.want(std::move(plan), wanted->cause, now);
        }
    } else if (auto* heard_loads = std::get_if<LoadsHeard>(&input)) {
        for (const auto& [session, sink] : state.sinks) {
            if (const auto target = sink.lock()) {
                target->send(heard_loads->loads, heard_loads->received);
            }
        }
    } else if (auto* question = std::get_if<ProgramQuestion>(&input)) {
        question->ask(state.core, now);
    }
}

void Programmer::flush(MonoTime now) {
    State& state = state_.get();
    for (ProgramCore::Push& push : state.core.take_pushes()) {
        const auto sink = state.sinks.find(push.session);
        const auto target = sink == state.sinks.end() ? nullptr : sink->second.lock();
        if (target) {
            target->send(std::move(push.plan), push.cause);
        } else {
            state.core.disconnected(push.plan->node, push.session, now);
        }
    }
    if (auto view = state.core.take_view()) {
        if (on_applied_) {
            on_applied_(view);
        }
        applied_.publish(std::move(view));
    }
}

void Programmer::log_changes(MonoTime now) {
    State& state = state_.get();
    for (const AgentRow& row : state.core.rows(now)) {
        AgentState& last = state.logged[row.node];
        if (last != row.state) {
            log_info("agent.state",
                     {{"node", row.node}, {"state", to_text(row.state)}, {"was", to_text(last)}});
            last = row.state;
        }
    }
    if (state.stored_epoch != 0 && state.core.epoch() != state.stored_epoch) {
        log_warn("epoch.raised", {{"from", state.stored_epoch}, {"to", state.core.epoch()}});
        if (const Status stored = state.folder.store_epoch(state.core.epoch()); !stored) {
            log_error("epoch.not_stored", {{"why", stored.error().text()}});
        }
    }
    state.stored_epoch = state.core.epoch();
}

} // namespace suanlu
