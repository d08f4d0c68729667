// SPDX-License-Identifier: Apache-2.0
#include "dns/tcp/dso_sessions.hpp"

#include <algorithm>

namespace suanlu::dns {

namespace {

/// RFC 8490 section 6.6.1: the time that a client has to close.
constexpr auto kFarewell = std::chrono::seconds(5);
/// When clients of a server that ends may come back: not all at once.
constexpr std::uint32_t kLeastRetryMs = 1'000;
constexpr std::uint32_t kMostRetryMs = 3'000;
/// A few of the largest messages; left to itself the kernel goes up to megabytes.
constexpr int kMostUnreadBytes = 128 * 1024;

} // namespace

DsoSessions::Handle DsoSessions::open(std::shared_ptr<Connection> connection) {
    connection->bound_unread(kMostUnreadBytes);
    const auto session = std::make_shared<Session>(std::move(connection), limits_, clock_.now(), counters_);
    sessions_.insert(session);
    return session;
}

bool DsoSessions::has(const std::shared_ptr<Connection>& connection) const {
    return std::any_of(sessions_.begin(), sessions_.end(),
                       [&](const Handle& session) { return session->connection == connection; });
}

Task<bool> DsoSessions::answer(Handle session, const Bytes& message) {
    if (session->is_retired) { // RFC 8490 section 6.6.1.1: what was on its way gets no answer
        co_return true;
    }
    DsoSession::Reaction reaction = session->state.take(message, served_.get(), clock_.now());
    if (reaction.is_fatal) {
        session->connection->abort();
        co_return false;
    }
    for (Bytes& framed : reaction.messages) {
        const bool is_sent = co_await send(session, framed);
        if (!is_sent) {
            co_return false;
        }
    }
    session->state.replied(served_.get(), clock_.now());
    start_pushing(session);
    co_return true;
}

bool DsoSessions::hear_query(const Handle& session, const Bytes& query) {
    const bool goes_on = session->state.hear_query(query, clock_.now());
    if (!goes_on) {
        session->connection->abort();
    }
    return goes_on;
}

void DsoSessions::watch(const Handle& session) {
    if (session->is_retired) {
        return; // its time is set
    }
    const std::optional<MonoTime> deadline = session->state.deadline();
    if (!deadline) {
        session->connection->unwatch();
        return;
    }
    const Duration left = std::max(*deadline - clock_.now(), Duration(0));
    session->connection->watch(std::chrono::ceil<std::chrono::milliseconds>(left),
                               // The connection's timer keeps the connection, not the session.
                               [this, weak = std::weak_ptr<Session>(session)] {
                                   if (const Handle late = weak.lock()) {
                                       late->state.end(clock_.now());
                                   }
                               });
}

void DsoSessions::show(std::shared_ptr<const Snapshot> served) {
    const std::shared_ptr<const Snapshot> before = std::exchange(served_, std::move(served));
    for (const Handle& session : sessions_) {
        if (session->state.look_at(*served_)) {
            start_pushing(session);
        }
    }
}

Task<bool> DsoSessions::send(Handle session, std::span<std::uint8_t> framed) {
    session->state.begin_send(clock_.now());
    watch(session);
    const bool is_sent = co_await session->connection->send(framed);
    session->state.end_send(clock_.now());
    if (is_sent) {
        watch(session);
    }
    co_return is_sent;
}

void DsoSessions::start_pushing(const Handle& session) {
    if (served_ && !std::exchange(session->is_pushing, true)) {
        spawn_owned(strand_, "dns.push", push(session));
    }
}

Task<void> DsoSessions::push(Handle session) {
    bool goes_on = true;
    while (goes_on && session->connection->is_open() && !session->is_retired) {
        Bytes framed = session->state.next_push(*served_);
        if (framed.empty()) {
            break;
        }
        goes_on = co_await send(session, framed);
    }
    session->is_pushing = false;
    if (!goes_on) {
        session->connection->cut();
    }
}

void DsoSessions::retire() {
    for (const Handle& session : sessions_) {
        if (session->state.is_established()) {
            session->is_retired = true;
            session->connection->watch(kFarewell, [] {});
            spawn_owned(strand_, "dns.retire", say_retirement(session));
        } else {
            session->connection->cut(); // nobody told it that this is a session
        }
    }
}

Task<void> DsoSessions::say_retirement(Handle session) {
    std::uniform_int_distribution<std::uint32_t> retry(kLeastRetryMs, kMostRetryMs);
    Bytes framed = session->state.retire(retry(spread_));
    (void)co_await session->connection->send(framed); // or its time ends
}

} // namespace suanlu::dns
