// SPDX-License-Identifier: Apache-2.0
// Subscriptions of DNS Push with their connections: opened, kept alive, and opened again when they are lost,
// after what the server says (RETRY DELAY, RFC 8490 section 6.6.1) or a while that grows. Then only what has
// changed meanwhile is told: what was told before and a second after the last word of the new session is not
// there again is gone. One strand.
#pragma once

#include <functional>

#include "core/support/clock.hpp"
#include "core/support/endpoint.hpp"
#include "dns/push/push_client.hpp"
#include "dns/push/pushed_records.hpp"
#include "dns/push/reconnect_delay.hpp"
#include "dns/tcp/connection.hpp"

namespace suanlu {

struct PushServer {
    std::string host;
    std::string port;
    std::string tls_name;
    /// Empty = those that the system knows of `host`.
    std::vector<Endpoint> addresses;
};

struct PushListener {
    /// False: that was enough.
    std::function<bool(const std::vector<dns::PushChange>&)> changes;
    /// What became of connections, a sentence each.
    std::function<void(const std::string&)> note;
};

class PushSubscriber {
public:
    /// `servers`: at least one; each connection is to the first that is reached. `context` outlives it.
    /// `seed`: of the spread of reconnections.
    PushSubscriber(asio::io_context& io, std::vector<PushServer> servers,
                   std::vector<dns::PushQuestion> questions, asio::ssl::context& context,
                   PushListener listener, std::uint32_t seed);

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
    Task<boost::system::error_code> connect_to(std::vector<asio::ip::tcp::endpoint> addresses);
    Task<Status> listen();
    /// An error ends the session.
    Status tell(const dns::PushClient::Heard& heard);
    Status tell_changes(std::vector<dns::PushChange> changes);
    /// Nothing more is heard for a while: what there is was told.
    void settle_later();
    /// Sets the time of the next KEEPALIVE, and that of the connection's end.
    void watch();
    Task<void> keep_alive();
    /// Ends the connection, with a word where there is TLS.
    void leave();
    [[nodiscard]] Status lost(const std::string& what, const std::string& why) const;

    Strand strand_;
    std::vector<PushServer> servers_;
    /// The one that it is connected to, or tried last.
    PushServer server_;
    std::vector<dns::PushQuestion> questions_;
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
    asio::steady_timer settle_;
    dns::PushedRecords shown_;
    /// Of this connection.
    std::shared_ptr<Connection> connection_;
    std::optional<dns::PushClient> client_;
    dns::ReconnectDelay delay_;
    /// What the server wants instead.
    std::optional<std::chrono::milliseconds> retry_;
    bool was_subscribed_ = false;
    bool is_stopped_ = false;
    Status outcome_;
};

} // namespace suanlu
