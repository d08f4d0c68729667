// SPDX-License-Identifier: Apache-2.0
// What an Agent is made of; for agent.cpp (opening and closing) and agent_loops.cpp (what happens between).
// Everything is owned by the one strand, but for the threads inside session and prober, which only push into
// the mailboxes.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/support/log.hpp"
#include "core/support/mailbox.hpp"
#include "core/support/metric.hpp"
#include "core/support/page_server.hpp"
#include "dataplane/agent/agent.hpp"
#include "dataplane/agent/kernel_feed.hpp"
#include "dataplane/agent/plan_store.hpp"
#include "dataplane/agent/probe_sender.hpp"
#include "dataplane/agent/session_client.hpp"
#include "dataplane/agent/ted_feed.hpp"
#include "dataplane/kernel/kernel_watch.hpp"

namespace suanlu {

/// Stands in for Seg6Routes on a node whose SIDs belong to somebody else.
class ForeignSids final : public LocalSidSink {
public:
    Status check(const std::vector<LocalSid>&) override { return {}; }
    Status set(const std::vector<LocalSid>&) override { return {}; }
};

struct Agent::State {
    State(asio::io_context& context, AgentConfig c);

    asio::io_context& io;
    AgentConfig config;
    Strand strand;
    SteadyClock clock;
    MetricRegistry metrics;
    std::string boot_id;

    Mailbox<SessionEvent> session_mail;
    Mailbox<SessionLoads> load_mail;
    Mailbox<ProbeResult> probe_mail;
    Mailbox<LinkReport> link_mail;
    asio::steady_timer timer;

    std::unique_ptr<Dataplane> engine;
    std::unique_ptr<Seg6Routes> seg6;
    ForeignSids foreign_sids;
    std::unique_ptr<KernelFeed> kernel;
    std::optional<PlanStore> store;
    std::unique_ptr<AgentCore> core;
    std::unique_ptr<KernelWatch> watch;
    std::unique_ptr<ProbeSender> prober;
    std::unique_ptr<TedFeed> ted;
    std::unique_ptr<PageServer> page;
    std::unique_ptr<SessionClient> session;
    bool is_stopping = false;
    std::uint64_t save_errors = 0;

    // agent.cpp
    Status open_parts();
    Status open_edges();
    Status restore();
    Status start();

    // agent_loops.cpp
    AgentHello hello() const;
    /// The kernel may have changed: puts lost SIDs back, looks up next hops and service routes.
    void refresh(const KernelChanges& changes);
    /// Tells the engine the service SIDs that are its business: none with `decapsulation: kernel`, also where
    /// a predecessor has left some.
    void refresh_sids();
    void aim_probes(const NextHopMap& hops);
    void flush_events();
    Result<FlowStory> explain(const FlowQuestion& question);
    void on_event(SessionEvent event);
    void on_plan(const Plan& plan);
    Task<void> session_loop();
    Task<void> load_loop();
    Task<void> probe_loop();
    Task<void> link_loop();
    Task<void> tick_loop();
};

} // namespace suanlu
