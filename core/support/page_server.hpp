// SPDX-License-Identifier: Apache-2.0
// A small HTTP/1.1 server for the metrics page (GET /metrics) and liveness (GET /healthz). Beast stays in the
// .cpp. Runs on its own strand; at most 32 connections, 8 KiB of request, 5 s per request; excess connections
// are closed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/support/asio.hpp"
#include "core/support/result.hpp"

namespace suanlu {

class PageServer {
public:
    /// Path ("/metrics") -> body; nullopt-like empty function result means 404. Called on the server's
    /// strand.
    using Render = std::function<std::string(const std::string& path)>;

    /// `listen` is "ADDRESS:PORT", IPv6 in brackets. Binds at once: kUnreachable when it cannot. `is_shared`:
    /// with a page that says so too, for the time in which one process takes over from another.
    static Result<std::unique_ptr<PageServer>> open(asio::io_context& io, const std::string& listen,
                                                    Render render, bool is_shared = false);
    ~PageServer();
    PageServer(const PageServer&) = delete;
    PageServer& operator=(const PageServer&) = delete;
    /// Stops accepting; open connections end with their request.
    void close();

private:
    struct State;
    explicit PageServer(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

} // namespace suanlu
