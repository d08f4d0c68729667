// SPDX-License-Identifier: Apache-2.0
#include "controller/program/program_core.hpp"

#include <algorithm>

namespace suanlu {

namespace {

/// An agent answers every Plan, so more than a few without an answer means that nobody reads.
constexpr std::size_t kMostInFlight = 16;

} // namespace

std::string_view to_text(AgentState state) {
    switch (state) {
    case AgentState::kNeverSeen:
        return "never-seen";
    case AgentState::kApplied:
        return "applied";
    case AgentState::kLagging:
        return "lagging";
    case AgentState::kLost:
        return "lost";
    case AgentState::kRefused:
        return "refused";
    }
    return "unknown";
}

ProgramCore::ProgramCore(std::string controller, std::uint64_t epoch, const std::vector<std::string>& nodes,
                         ProgramLimits limits)
    : controller_(std::move(controller)), epoch_(epoch), limits_(limits) {
    for (const std::string& node : nodes) {
        agents_.try_emplace(node);
    }
}

ProgramCore::Agent* ProgramCore::of_session(const std::string& node, SessionId session) {
    const auto found = agents_.find(node);
    if (found == agents_.end() || found->second.session != session) {
        ++counters_.ignored;
        return nullptr;
    }
    return &found->second;
}

void ProgramCore::number(Agent& agent, Plan content) {
    content.id = {controller_, epoch_, ++generation_};
    agent.wanted = std::make_shared<const Plan>(std::move(content));
    agent.must_send = true;
}

void ProgramCore::adopt(Agent& agent, const AgentHello& hello) {
    if (hello.applied.controller != controller_) {
        return; // nothing yet, or a Plan of somebody else: the agent decides whether ours may follow
    }
    const PlanId ours{controller_, epoch_, generation_};
    if (hello.applied.is_newer_than(ours)) {
        epoch_ = hello.applied.epoch;
        generation_ = hello.applied.generation;
    }
    ++counters_.adopted;
    agent.applied = hello.applied;
    if (agent.wanted && agent.wanted->id == hello.applied) {
        agent.must_send = false;
        view_.plans[hello.node] = agent.wanted;
        view_changed_ = true;
    }
}

bool ProgramCore::connected(const AgentHello& hello, SessionId session, MonoTime now) {
    const auto found = agents_.find(hello.node);
    if (found == agents_.end()) {
        ++counters_.ignored;
        return false;
    }
    Agent& agent = found->second;
    agent.hello = hello;
    agent.session = session;
    agent.was_seen = true;
    agent.heard_at = now;
    agent.wanted_at = now;
    agent.in_flight.clear();
    agent.refusal.clear();
    agent.applied = hello.applied;
    agent.must_send = agent.wanted != nullptr;
    adopt(agent, hello);
    const bool is_ours = hello.applied.controller == controller_;
    if (agent.must_send && is_ours && !agent.wanted->id.is_newer_than(hello.applied)) {
        number(agent, *agent.wanted); // an older number would be refused
    }
    return true;
}

void ProgramCore::disconnected(const std::string& node, SessionId session, MonoTime now) {
    if (Agent* agent = of_session(node, session)) {
        agent->session = 0;
        agent->in_flight.clear();
        agent->heard_at = now;
    }
}

void ProgramCore::heard(const std::string& node, SessionId session, const std::string& mode, MonoTime now) {
    if (Agent* agent = of_session(node, session)) {
        agent->heard_at = now;
        if (!mode.empty()) {
            agent->hello.mode = mode;
        }
    }
}

void ProgramCore::applied(const std::string& node, SessionId session, const PlanId& id, MonoTime now) {
    Agent* agent = of_session(node, session);
    if (agent == nullptr) {
        return;
    }
    agent->heard_at = now;
    const auto sent = std::find_if(agent->in_flight.begin(), agent->in_flight.end(),
                                   [&id](const auto& plan) { return plan->id == id; });
    if (sent == agent->in_flight.end()) {
        ++counters_.ignored;
        return;
    }
    ++counters_.applied;
    agent->applied = id;
    agent->refusal.clear();
    view_.plans[node] = *sent;
    view_changed_ = true;
    agent->in_flight.erase(agent->in_flight.begin(), sent + 1);
}

void ProgramCore::refused(const std::string& node, SessionId session, const PlanId& id,
                          const std::string& why, MonoTime now) {
    Agent* agent = of_session(node, session);
    if (agent == nullptr) {
        return;
    }
    ++counters_.refused;
    agent->heard_at = now;
    std::erase_if(agent->in_flight, [&id](const auto& plan) { return plan->id == id; });
    if (agent->wanted && agent->wanted->id == id) {
        agent->refusal = why.empty() ? "refused without a reason" : why;
        agent->refused_at = now;
    }
}

void ProgramCore::want(Plan content, MonoTime cause, MonoTime now) {
    const auto found = agents_.find(content.node);
    if (found == agents_.end()) {
        ++counters_.ignored;
        return;
    }
    Agent& agent = found->second;
    if (agent.wanted && same_content(*agent.wanted, content)) {
        return;
    }
    if (agent.must_send) {
        ++counters_.coalesced;
    }
    agent.wanted_at = now;
    agent.cause = cause;
    agent.refusal.clear();
    number(agent, std::move(content));
}

void ProgramCore::tick(MonoTime now) {
    for (auto& [node, agent] : agents_) {
        if (agent.session != 0 && !agent.refusal.empty() && now - agent.refused_at >= limits_.retry_refused) {
            agent.refusal.clear();
            agent.wanted_at = now;
            agent.cause = now;
            number(agent, *agent.wanted);
        }
    }
}

std::vector<ProgramCore::Push> ProgramCore::take_pushes() {
    std::vector<Push> out;
    for (auto& [node, agent] : agents_) {
        if (agent.session == 0 || !agent.must_send) {
            continue;
        }
        agent.must_send = false;
        agent.in_flight.push_back(agent.wanted);
        if (agent.in_flight.size() > kMostInFlight) {
            agent.in_flight.pop_front();
        }
        ++counters_.sent;
        out.push_back({agent.session, agent.wanted, agent.cause});
    }
    return out;
}

std::shared_ptr<const AppliedView> ProgramCore::take_view() {
    if (!view_changed_) {
        return nullptr;
    }
    view_changed_ = false;
    return std::make_shared<const AppliedView>(view_);
}

AgentState ProgramCore::state_of(const Agent& agent, MonoTime now) const {
    if (!agent.was_seen) {
        return AgentState::kNeverSeen;
    }
    if (agent.session == 0) {
        return AgentState::kLost;
    }
    if (!agent.refusal.empty()) {
        return AgentState::kRefused;
    }
    const bool is_silent = now - agent.heard_at >= limits_.lagging_after;
    const bool is_behind = agent.wanted && agent.wanted->id != agent.applied;
    const bool is_late = is_behind && now - agent.wanted_at >= limits_.lagging_after;
    const bool has_none = agent.applied.controller != controller_;
    return is_silent || is_late || has_none ? AgentState::kLagging : AgentState::kApplied;
}

std::vector<AgentRow> ProgramCore::rows(MonoTime now) const {
    std::vector<AgentRow> out;
    for (const auto& [node, agent] : agents_) {
        AgentRow row;
        row.node = node;
        row.state = state_of(agent, now);
        row.hello = agent.hello;
        row.wanted = agent.wanted ? agent.wanted->id : PlanId{};
        row.applied = agent.applied;
        row.refusal = agent.refusal;
        row.since_heard = agent.was_seen ? now - agent.heard_at : Duration{0};
        row.plan = agent.wanted;
        out.push_back(std::move(row));
    }
    return out;
}

} // namespace suanlu
