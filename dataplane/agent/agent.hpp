// SPDX-License-Identifier: Apache-2.0
// The agent's wiring: one strand that owns the AgentCore and everything it touches, and the edges that feed
// it (session with suanlud, prober, kernel notifications, TED). What the edges lose is counted; what the core
// decides stays in force in kernel and engine whatever happens to this process.
#pragma once

#include <memory>

#include "core/support/asio.hpp"
#include "core/support/result.hpp"
#include "dataplane/agent/agent_config.hpp"

namespace suanlu {

class Agent {
public:
    /// Opens engine, netlink and state, adopts what is there, and starts. The io_context must be run by one
    /// thread afterwards.
    static Result<std::unique_ptr<Agent>> open(asio::io_context& io, AgentConfig config);
    ~Agent();
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    /// Ends all loops; what is programmed and pinned stays. The io_context runs dry afterwards.
    void stop();

private:
    struct State;
    explicit Agent(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Removes every route, pin and file of ours on this node.
Status withdraw(const AgentConfig& config);

} // namespace suanlu
