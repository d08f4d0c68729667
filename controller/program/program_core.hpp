// SPDX-License-Identifier: Apache-2.0
// What every router should forward by, what it said it does, and what to send next. Numbers the Plans,
// coalesces (only the newest waits), adopts agents that already run a Plan of this controller. Pure: owned by
// the programmer's strand, which passes time and messages in. A router that refuses or falls silent delays
// nobody but itself.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/plan.hpp"
#include "core/support/clock.hpp"
#include "proto/codec/report_codec.hpp"

namespace suanlu {

enum class AgentState : std::uint8_t { kNeverSeen, kApplied, kLagging, kLost, kRefused };
/// "never-seen", "applied", "lagging", "lost", "refused": the words of the operator API.
std::string_view to_text(AgentState state);

/// One stream of one agent; a new stream of the same node gets a new number.
using SessionId = std::uint64_t;

struct ProgramLimits {
    /// Without an answer or a report for so long a router is lagging.
    Duration lagging_after = std::chrono::seconds(2);
    /// A refused Plan is offered again after this: the session of a second controller may have ended.
    Duration retry_refused = std::chrono::seconds(5);
};

struct AgentRow {
    std::string node;
    AgentState state = AgentState::kNeverSeen;
    AgentHello hello;
    /// The number of the newest Plan for this router; zero generation = none yet.
    PlanId wanted;
    PlanId applied;
    std::string refusal;
    Duration since_heard{0};
    std::shared_ptr<const Plan> plan;
};

/// What is really programmed; downstream learns only this.
struct AppliedView {
    std::map<std::string, std::shared_ptr<const Plan>> plans;
};

struct ProgramCounters {
    std::uint64_t sent = 0;
    std::uint64_t coalesced = 0;
    std::uint64_t applied = 0;
    std::uint64_t refused = 0;
    std::uint64_t adopted = 0;
    /// Messages of a session that a newer one has replaced, or about a Plan that was never sent.
    std::uint64_t ignored = 0;
};

class ProgramCore {
public:
    struct Push {
        SessionId session = 0;
        std::shared_ptr<const Plan> plan;
        /// Receipt of the input that led to the Plan.
        MonoTime cause;
    };

    /// `nodes`: routers of the inventory.
    ProgramCore(std::string controller, std::uint64_t epoch, const std::vector<std::string>& nodes,
                ProgramLimits limits = {});

    /// A new session replaces the node's old one. False: nobody has that name.
    bool connected(const AgentHello& hello, SessionId session, MonoTime now);
    void disconnected(const std::string& node, SessionId session, MonoTime now);
    /// Any message of the session; `mode` empty = unchanged.
    void heard(const std::string& node, SessionId session, const std::string& mode, MonoTime now);
    void applied(const std::string& node, SessionId session, const PlanId& id, MonoTime now);
    void refused(const std::string& node, SessionId session, const PlanId& id, const std::string& why,
                 MonoTime now);
    /// The newest decision for a router; its id is given here. Same content as before: nothing happens.
    void want(Plan content, MonoTime cause, MonoTime now);
    void tick(MonoTime now);

    /// Plans to send now; empties the list.
    std::vector<Push> take_pushes();
    /// Null when nothing was applied since the last call.
    std::shared_ptr<const AppliedView> take_view();
    [[nodiscard]] std::vector<AgentRow> rows(MonoTime now) const;
    /// May be above the first one: agents reported a later epoch of ours (the state folder was lost).
    [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
    [[nodiscard]] const ProgramCounters& counters() const { return counters_; }

private:
    struct Agent {
        AgentHello hello;
        SessionId session = 0; ///< 0 = not connected
        bool was_seen = false;
        MonoTime heard_at;
        std::shared_ptr<const Plan> wanted;
        MonoTime wanted_at;
        MonoTime cause;
        bool must_send = false;
        /// Sent and not yet answered, oldest first; bounded.
        std::deque<std::shared_ptr<const Plan>> in_flight;
        PlanId applied;
        std::string refusal;
        MonoTime refused_at;
    };
    Agent* of_session(const std::string& node, SessionId session);
    void number(Agent& agent, Plan content);
    void adopt(Agent& agent, const AgentHello& hello);
    [[nodiscard]] AgentState state_of(const Agent& agent, MonoTime now) const;

    std::string controller_;
    std::uint64_t epoch_;
    std::uint64_t generation_ = 0;
    ProgramLimits limits_;
    std::map<std::string, Agent> agents_;
    AppliedView view_;
    bool view_changed_ = false;
    ProgramCounters counters_;
};

} // namespace suanlu
