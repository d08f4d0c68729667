// SPDX-License-Identifier: Apache-2.0
// DNS by TCP (RFC 7766), or by TLS on it (RFC 7858): queries of a connection are answered as they come, any
// number one behind the other. Runs on its own thread with its own reader of the snapshot. Limits:
// connections in all and per client, handshakes at once, idle time, a bound on what a client may leave
// unread; whoever exceeds one is closed and counted. Asio stays in the .cpp.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string_view>

#include "core/support/endpoint.hpp"
#include "dns/answer/query_tap.hpp"
#include "dns/answer/snapshot_exchange.hpp"
#include "dns/push/dso_session.hpp"
#include "dns/tcp/tls_failure.hpp"

namespace suanlu::dns {

struct TlsContext;

struct TcpLimits {
    std::size_t connections = 256;
    std::size_t per_client = 32;
    /// RFC 7766 section 6.2.3 leaves it to the server: a few seconds.
    unsigned idle_ms = 10'000;
    /// By TLS: handshakes that may be going on at once, and the time of each.
    std::size_t handshakes = 32;
    unsigned handshake_ms = 3'000;
    /// A message of a session may wait `idle_ms` for its reader.
    DsoLimits dso = {};
};

struct TcpCounters {
    std::atomic<std::uint64_t> queries{0};
    std::atomic<std::uint64_t> connections{0};
    /// Closed at once: too many connections, of all or of one client.
    std::atomic<std::uint64_t> refused{0};
    /// Closed for silence, or because the client does not read.
    std::atomic<std::uint64_t> timed_out{0};
    std::array<std::atomic<std::uint64_t>, kTlsFailures> tls_failures{};
};

class TcpServer {
public:
    /// kUnreachable when somebody listens at one of the addresses: `open` would share it with them.
    static Status check_free(const std::vector<Endpoint>& listen);
    /// Binds all addresses at once. kUnreachable with the address when that fails. With `tls` every
    /// connection begins with a handshake.
    static Result<std::unique_ptr<TcpServer>> open(const std::vector<Endpoint>& listen,
                                                   const TcpLimits& limits, SnapshotExchange& exchange,
                                                   std::size_t reader,
                                                   std::shared_ptr<TlsContext> tls = nullptr);
    ~TcpServer();
    TcpServer(const TcpServer&) = delete;
    TcpServer& operator=(const TcpServer&) = delete;

    /// Before `start`; must outlive the server.
    void set_tap(QueryTap& tap);
    void start();
    /// For the handshakes to come.
    void show(std::shared_ptr<TlsContext> tls);
    /// What is pushed to those who subscribe (RFC 8765); before the first of these they cannot.
    void show(std::shared_ptr<const Snapshot> served);
    /// Closes every connection, where there is a session after some seconds' notice, and ends the thread.
    void stop();

    /// Of the first address.
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] const RespondCounters& counters() const;
    [[nodiscard]] const TcpCounters& traffic() const;
    [[nodiscard]] const DsoCounters& sessions() const;

private:
    struct State;
    explicit TcpServer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace suanlu::dns
