// SPDX-License-Identifier: Apache-2.0
// A subscription of DNS Push with its connections: opened, kept alive, and opened again when they are lost,
// after what the server says (RETRY DELAY, RFC 8490 section 6.6) or after 1, 2, 4 .. 30 s. One strand.
#pragma once

#include <functional>

#include "core/support/clock.hpp"
#include "dns/push/push_client.hpp"
#include "dns/tcp/connection.hpp"

namespace suanlu {

struct PushServer {
    std::string host;
    std::string port;
    std::string tls_name;
};

struct PushListener {
    /// False: that was enough.
    std::function<bool(const std::vector<dns::PushChange>&)> changes;
    /// What became of connections, a sentence each.
    std::function<void(const std::string&)> note;
};

class PushSubscriber {
public:
    /// `context` outlives it.
    PushSubscriber(asio::io_context& io, PushServer server, dns::PushQuestion question,
                   asio::ssl::context& context, PushListener listener);

    void start(std::function<void()> ended);
    void stop();
    /// Once it has ended: why, unless it was told to.
    [[nodiscard]] const Status& outcome() const { return outcome_; }

private:
    using Connection = dns::Connection;

    Task<void> run(std::function<void()> ended);
    Task<void> pause();
    /// One connection, to its end; kUnreachable: another one may be better.
    Task<Status> follow();
    Task<Status> open();
    Task<boost::system::error_code> connect();
    Task<Status> listen();
    /// An error ends the session.
    Status tell(const dns::PushClient::Heard& heard);
    /// Sets the time of the next KEEPALIVE, and that of the connection's end.
    void watch();
    Task<void> keep_alive();
    /// Ends the connection, with a word where there is TLS.
    void leave();
    [[nodiscard]] Status lost(const std::string& what, const std::string& why) const;

    Strand strand_;
    PushServer server_;
    dns::PushQuestion question_;
    asio::ssl::context& context_;
    PushListener listener_;
    SteadyClock clock_;
    asio::ip::tcp::resolver resolver_;
    /// While it connects.
    asio::ip::tcp::socket socket_;
    /// Until the next connection.
    asio::steady_timer pause_;
    /// KEEPALIVE; before there is a connection, the end of patience.
    asio::steady_timer beat_;
    /// Of this connection.
    std::shared_ptr<Connection> connection_;
    std::optional<dns::PushClient> client_;
    static constexpr std::chrono::milliseconds kLeastBackoff{1'000};
    std::chrono::milliseconds backoff_ = kLeastBackoff;
    /// What the server wants instead of `backoff_`.
    std::optional<std::chrono::milliseconds> retry_;
    bool was_subscribed_ = false;
    bool is_stopped_ = false;
    Status outcome_;
};

} // namespace suanlu
