// SPDX-License-Identifier: Apache-2.0
// The DSO sessions of one server's connections (dns/push has what they say): requests answered in their
// order, changes pushed beside them by one task per session, never more than one message under way to a
// client. The server's strand owns it. Who does not read in time, or stays silent, is cut and counted.
#pragma once

#include <random>
#include <set>

#include "dns/push/dso_session.hpp"
#include "dns/tcp/connection.hpp"

namespace suanlu::dns {

class DsoSessions {
public:
    struct Session {
        Session(std::shared_ptr<Connection> from, const DsoLimits& limits, MonoTime now,
                DsoCounters& counters)
            : connection(std::move(from)),
              state(limits, connection->is_tls(), connection->client(), now, counters) {}

        std::shared_ptr<Connection> connection;
        DsoSession state;
        bool is_pushing = false;
        /// It has been told to go.
        bool is_retired = false;
    };
    using Handle = std::shared_ptr<Session>;

    /// `counters` outlive this.
    DsoSessions(Strand strand, const DsoLimits& limits, DsoCounters& counters)
        : strand_(std::move(strand)), limits_(limits), counters_(counters) {}

    /// For the first DSO message of a connection.
    Handle open(std::shared_ptr<Connection> connection);
    /// Null = there was none.
    void close(const Handle& session) { sessions_.erase(session); }
    [[nodiscard]] bool has(const std::shared_ptr<Connection>& connection) const;

    /// Answers one message; false: the connection has been aborted.
    Task<bool> answer(Handle session, const Bytes& message);
    /// A query in the session; the same.
    bool hear_query(const Handle& session, const Bytes& query);
    /// Cuts the connection when the client's time is over; call when something was said or heard.
    void watch(const Handle& session);

    /// What is pushed from now on; without it there are no subscriptions.
    void show(std::shared_ptr<const Snapshot> served);
    /// Tells all clients to go and to come back in a while; those who stay are cut.
    void retire();

private:
    Task<bool> send(Handle session, std::span<std::uint8_t> framed);
    void start_pushing(const Handle& session);
    Task<void> push(Handle session);
    Task<void> say_retirement(Handle session);

    Strand strand_;
    DsoLimits limits_;
    DsoCounters& counters_;
    SteadyClock clock_;
    std::shared_ptr<const Snapshot> served_;
    std::set<Handle> sessions_;
    std::minstd_rand spread_{std::random_device{}()};
};

} // namespace suanlu::dns
