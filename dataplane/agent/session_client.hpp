// SPDX-License-Identifier: Apache-2.0
// The agent's session with suanlud: one bidirectional gRPC stream, kept up by a thread of its own, with
// backoff of 100 ms .. 2 s and jitter between attempts. What arrives goes into the owner's mailbox in order;
// what is to be sent is handed over without waiting: acknowledgements are queued, reports are latest-wins.
// A Plan that cannot be decoded is refused towards the controller and reported to the owner. Reports of sites
// have a mailbox of their own, so that they never stand before a Plan; what does not fit is dropped and
// counted.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/model/flow_question.hpp"
#include "core/model/link.hpp"
#include "core/model/plan.hpp"
#include "core/model/sample.hpp"
#include "core/support/clock.hpp"
#include "core/support/endpoint.hpp"
#include "core/support/mailbox.hpp"
#include "core/support/result.hpp"
#include "core/support/rpc_credentials.hpp"
#include "proto/codec/report_codec.hpp"

namespace suanlu {

struct SessionWelcome {
    std::string controller;
    std::uint64_t epoch = 0;
};
struct SessionLost {
    std::string why;
    /// False: there was no welcome yet, only an attempt that failed.
    bool was_welcomed = false;
};
/// Reports of sites, and when they came.
struct SessionLoads {
    std::vector<SiteLoad> loads;
    MonoTime received;
};
struct SessionQuestion {
    std::uint64_t id = 0;
    FlowQuestion question;
};
/// A Plan, or why its bytes are none.
using SessionEvent = std::variant<SessionWelcome, Plan, Error, SessionLost, SessionQuestion>;

struct SessionConfig {
    Endpoint controller;
    std::string server_name;
    TlsFiles tls;
};

class SessionClient {
public:
    /// Starts connecting at once. kNotFound when the PEM files cannot be read. The mailboxes must outlive it.
    static Result<std::unique_ptr<SessionClient>> open(const SessionConfig& config, AgentHello hello,
                                                       Mailbox<SessionEvent>& out,
                                                       Mailbox<SessionLoads>& loads);
    /// Ends the session and joins the threads.
    ~SessionClient();
    SessionClient(const SessionClient&) = delete;
    SessionClient& operator=(const SessionClient&) = delete;

    // From any thread.
    /// What the next session starts with.
    void set_hello(AgentHello hello);
    void send_applied(const PlanId& id);
    void send_refused(const PlanId& id, const Error& why);
    void send_story(std::uint64_t id, const Result<FlowStory>& story);
    void send_report(IngressReport report);
    void send_links(LinkReport report);
    /// Ends the living session, for a welcome that is not accepted; the next attempt follows after a backoff.
    void drop();
    /// Messages of loads that could not be read.
    [[nodiscard]] std::uint64_t unreadable_loads() const;

private:
    struct State;
    explicit SessionClient(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace suanlu
