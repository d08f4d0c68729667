// SPDX-License-Identifier: Apache-2.0
// Polls the TED of the router it runs on through isisd's vty socket and hands LinkReports to a mailbox: one
// when the content changed, one per keepalive otherwise. Lives on its own strand. A daemon that is away or
// answers nonsense is logged and counted, the last good state stays with the receiver, and polling goes on.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/model/link.hpp"
#include "core/support/asio.hpp"
#include "core/support/mailbox.hpp"
#include "telemetry/ted/ted_history.hpp"

namespace suanlu {

struct TedSourceConfig {
    /// isisd's vty socket, e.g. /run/frr/isisd.vty.
    std::string vty;
    /// Source name in the reports: the node's name.
    std::string source;
    Duration interval = std::chrono::milliseconds(500);
    Duration timeout = std::chrono::seconds(2);
    Duration keepalive = std::chrono::seconds(2);
    TedNames names;
};

class TedSource {
public:
    /// Starts polling at once. `out` must outlive the source's strand (the io_context it was made on).
    TedSource(asio::io_context& io, TedSourceConfig config, Mailbox<LinkReport>& out);
    ~TedSource();
    TedSource(const TedSource&) = delete;
    TedSource& operator=(const TedSource&) = delete;

    /// Ends the poll loop; a poll under way is cut off.
    void stop();

    struct Status {
        TedState state = TedState::kUnreachable;
        TedCounters counters;
        std::string last_error;
    };
    /// From any thread.
    [[nodiscard]] Status status() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace suanlu
