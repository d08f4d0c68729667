// SPDX-License-Identifier: Apache-2.0
// Link state of this router's IGP for the controller: a TedSource where the configuration asks for one.
// Owned by the agent; its reports arrive in the agent's mailbox. Without a TED the feed does nothing.
#pragma once

#include <memory>

#include "core/model/link.hpp"
#include "core/support/mailbox.hpp"
#include "core/support/result.hpp"
#include "dataplane/agent/agent_config.hpp"

namespace suanlu {

class TedFeed {
public:
    static Result<std::unique_ptr<TedFeed>> open(asio::io_context& io, const AgentConfig& config,
                                                 Mailbox<LinkReport>& out);
    ~TedFeed();
    TedFeed(const TedFeed&) = delete;
    TedFeed& operator=(const TedFeed&) = delete;
    void stop();

private:
    struct State;
    explicit TedFeed(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace suanlu
