// SPDX-License-Identifier: Apache-2.0
// The strand around ProgramCore: takes what agents say and what the decision wants from one bounded mailbox,
// hands new Plans and the loads of sites to the agents' sessions and publishes what was applied. A session
// that is gone or slow costs nothing but its own Plans. When the mailbox is full a message is refused and
// counted; an agent that was not heard this way says it again with its next report.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "controller/program/program_core.hpp"
#include "controller/program/state_folder.hpp"
#include "core/model/sample.hpp"
#include "core/support/mailbox.hpp"
#include "core/support/owned.hpp"
#include "core/support/snapshot_cell.hpp"

namespace suanlu {

/// The sending side of one agent's session. Called on the programmer's strand, must not block: only the
/// newest Plan waits.
class PlanSink {
public:
    PlanSink() = default;
    PlanSink(const PlanSink&) = delete;
    PlanSink& operator=(const PlanSink&) = delete;
    virtual ~PlanSink() = default;
    virtual void send(std::shared_ptr<const Plan> plan, MonoTime cause) = 0;
    /// Of one site, received at that time. Routers whose Plan has no services ignore it; for others the
    /// newest of every site waits.
    virtual void send(std::shared_ptr<const std::vector<SiteLoad>> loads, MonoTime received) = 0;
};

struct AgentConnected {
    AgentHello hello;
    SessionId session = 0;
    std::weak_ptr<PlanSink> sink;
};
struct AgentGone {
    std::string node;
    SessionId session = 0;
};
struct AgentHeard {
    std::string node;
    SessionId session = 0;
    std::string mode;
};
struct AgentApplied {
    std::string node;
    SessionId session = 0;
    PlanId id;
};
struct AgentRefused {
    std::string node;
    SessionId session = 0;
    PlanId id;
    std::string why;
};
struct PlansWanted {
    std::vector<Plan> plans;
    MonoTime cause;
};
/// A site's report, on its way to the ingresses.
struct LoadsHeard {
    std::shared_ptr<const std::vector<SiteLoad>> loads; ///< of one site, never empty
    MonoTime received;
};
/// A question to the owner; runs on its strand.
struct ProgramQuestion {
    std::function<void(const ProgramCore&, MonoTime)> ask;
};
using ProgramInput = std::variant<AgentConnected, AgentGone, AgentHeard, AgentApplied, AgentRefused,
                                  PlansWanted, LoadsHeard, ProgramQuestion>;

class Programmer {
public:
    using AppliedPointer = std::shared_ptr<const AppliedView>;
    /// `applied` is written here only. `observe` is called about once a second, for metrics; `on_applied`,
    /// if any, with every view that is published. Both on the programmer's strand, and must not block.
    Programmer(Strand strand, ProgramCore core, StateFolder folder, SnapshotCell<AppliedView>& applied,
               std::function<void(const ProgramCore&, MonoTime)> observe,
               std::function<void(AppliedPointer)> on_applied = {});

    void start();
    /// Ends the loops once the mailbox is drained.
    void stop();
    /// From any thread. False: full or stopping; the message is dropped and counted.
    bool push(ProgramInput input) { return inbox_.push(std::move(input)); }
    [[nodiscard]] MailboxCounters inbox_counters() const { return inbox_.counters(); }

private:
    struct State {
        ProgramCore core;
        StateFolder folder;
        std::map<SessionId, std::weak_ptr<PlanSink>> sinks;
        std::map<std::string, AgentState> logged;
        std::uint64_t stored_epoch = 0;
    };
    Task<void> consume();
    Task<void> keep_time();
    void handle(ProgramInput& input, MonoTime now);
    void flush(MonoTime now);
    void log_changes(MonoTime now);

    Owned<State> state_;
    Mailbox<ProgramInput> inbox_;
    SnapshotCell<AppliedView>& applied_;
    std::function<void(const ProgramCore&, MonoTime)> observe_;
    std::function<void(AppliedPointer)> on_applied_;
    asio::steady_timer timer_;
    SteadyClock clock_;
    bool stopping_ = false;
};

} // namespace suanlu
