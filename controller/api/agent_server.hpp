// SPDX-License-Identifier: Apache-2.0
// The agents' sessions: Plans and, to ingresses, the loads of sites down; Applied, reports and link state up.
// An agent speaks for its own node only (the certificate's name is the node's); a new session of a node ends
// the old one. What is malformed is refused and counted, the session goes on. Only the newest Plan and the
// newest report of every site wait for a slow agent. gRPC's threads.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "controller/api/controller_probe.hpp"
#include "controller/decision/decision_loop.hpp"
#include "controller/program/programmer.hpp"
#include "suanlu/v1/agent.grpc.pb.h"

namespace suanlu {

class AgentStream;

/// Gets the answer to a question about a flow, once, on a thread of gRPC; an error when the session ends
/// first.
using FlowListener = std::function<void(const Result<v1::FlowStory>&)>;

/// Where the sessions deliver what they hear.
struct AgentServerWiring {
    DecisionLoop& decision;
    Programmer& programmer;
    ControllerProbe& probe;
    std::string controller;
    std::uint64_t epoch = 0;
};

class AgentServer final : public v1::AgentControl::CallbackService {
public:
    explicit AgentServer(AgentServerWiring wiring) : wiring_(std::move(wiring)) {}
    grpc::ServerBidiReactor<v1::AgentMessage, v1::ControllerMessage>*
    Session(grpc::CallbackServerContext* context) override;

    /// Registers the session of a node and ends the one it replaces.
    void enter(const std::string& node, const std::shared_ptr<AgentStream>& stream);
    /// Hands a question to the agent of that node. kNotFound without a session, kExhausted when too many
    /// questions wait; the listener is not called then.
    Status ask(const std::string& node, const v1::FlowQuestion& question, FlowListener listener);

private:
    AgentServerWiring wiring_;
    std::atomic<SessionId> last_session_{0};
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<AgentStream>> streams_;
};

} // namespace suanlu
