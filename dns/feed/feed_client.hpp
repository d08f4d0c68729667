// SPDX-License-Identifier: Apache-2.0
// The stream of views from suanlud, kept up by a thread of its own with backoff of 100 ms .. 2 s and jitter.
// Whole views and beats go into the owner's mailbox, and then to disk. What cannot be read ends the stream,
// and so does a view that is older than one that holds (of a controller that was replaced); both are counted
// and logged, and the next attempt follows.
#pragma once

#include <memory>
#include <string>

#include "core/support/endpoint.hpp"
#include "core/support/tls_files.hpp"
#include "dns/feed/view_intake.hpp"

namespace suanlu::dns {

struct FeedConfig {
    Endpoint controller;
    /// That the controller's certificate must carry.
    std::string controller_name;
    TlsFiles tls;
    /// Of this server, for the controller's log.
    std::string server;
};

class FeedClient {
public:
    /// Starts connecting at once. `known`: what the store has. kNotFound / kRefused as open_channel. The
    /// mailbox must outlive it.
    static Result<std::unique_ptr<FeedClient>>
    open(FeedConfig config, ViewStore store, const std::optional<SavedView>& known, Mailbox<FeedNews>& out);
    /// Ends the stream and joins the thread.
    ~FeedClient();
    FeedClient(const FeedClient&) = delete;
    FeedClient& operator=(const FeedClient&) = delete;

    /// From any thread.
    [[nodiscard]] FeedCounters counters() const;

private:
    struct State;
    explicit FeedClient(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace suanlu::dns
