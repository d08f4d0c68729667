// SPDX-License-Identifier: Apache-2.0
#include "dns/tcp/tcp_server.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <set>
#include <thread>

#include "dns/answer/proxy_header.hpp"
#include "dns/push/dso_message.hpp"
#include "dns/tcp/dso_sessions.hpp"
#include "dns/tcp/listening.hpp"
#include "dns/tcp/tls_context.hpp"

namespace suanlu::dns {

namespace {

using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

/// Of a PROXY header: addresses and some TLVs.
constexpr std::size_t kMostProxyBytes = 2048;
/// Of one connection at a time; a further query waits.
constexpr std::size_t kMostTransfers = 4;

/// What the limit per client counts by: of IPv6 the /64, of which any host has all addresses.
Ip6 counted_as(Ip6 client) {
    if (!client.is_mapped_v4()) {
        std::fill(client.bytes.begin() + 8, client.bytes.end(), std::uint8_t{0});
    }
    return client;
}

} // namespace

struct TcpServer::State {
    using Client = std::shared_ptr<Connection>;
    /// Of one connection, in the order of their turns.
    using Transfers = std::deque<std::unique_ptr<MessageStream>>;

    State(const TcpLimits& wanted, SnapshotExchange& from, std::size_t number,
          std::shared_ptr<TlsContext> shown)
        : limits(wanted), exchange(from), reader(from.reader(number)), tls(std::move(shown)),
          strand(asio::make_strand(io)), dso(strand, with_stall(wanted), dso_counts) {}

    static DsoLimits with_stall(const TcpLimits& wanted) {
        DsoLimits out = wanted.dso;
        out.stall_ms = wanted.idle_ms;
        return out;
    }

    Status listen(const Endpoint& wanted) {
        Tcp::acceptor acceptor(strand);
        SL_TRY_VOID(bind(acceptor, wanted, true));
        acceptors.push_back(std::move(acceptor));
        return {};
    }

    Task<void> accept(std::size_t number) {
        for (;;) {
            ErrorCode ec;
            Tcp::socket socket =
                co_await acceptors[number].async_accept(asio::redirect_error(asio::use_awaitable, ec));
            if (ec == asio::error::operation_aborted || is_stopping) {
                co_return;
            }
            if (!ec) {
                admit(std::move(socket));
                continue;
            }
            // Out of descriptors: waiting is all that helps, and connections end meanwhile.
            asio::steady_timer pause(strand);
            const bool waited = co_await wait_for(pause, std::chrono::milliseconds(100));
            if (!waited) {
                co_return;
            }
        }
    }

    void admit(Tcp::socket socket) {
        ErrorCode ec;
        const Tcp::endpoint remote = socket.remote_endpoint(ec);
        if (ec) {
            return; // gone already
        }
        const Ip6 client = client_of(remote);
        const Ip6 counted = counted_as(client);
        const auto entry = of_client.find(counted);
        const bool is_full = entry != of_client.end() && entry->second >= limits.per_client;
        if (connections.size() >= limits.connections || (is_full && !is_listed(client))) {
            counts.refused.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        socket.set_option(Tcp::no_delay(true), ec);
        ++of_client[counted];
        counts.connections.fetch_add(1, std::memory_order_relaxed);
        const auto connection = std::make_shared<Connection>(std::move(socket), client);
        connections.insert(connection);
        spawn_owned(strand, "dns.tcp", serve(connection));
    }

    Task<void> serve(Client connection) {
        bool is_open = co_await take_front(connection);
        if (is_open && tls) {
            is_open = co_await shake_hands(connection);
        }
        if (is_open) {
            co_await answer_all(connection);
            co_await connection->say_end();
        }
        forget(connection->client());
        connection->cut();
        connections.erase(connection);
    }

    /// A query that comes while transfers are on their way is answered between their messages (RFC 7766
    /// section 6.2.1.1).
    Task<void> answer_all(Client connection) {
        Bytes message;
        Bytes buffer;
        Transfers transfers;
        DsoSessions::Handle session; // from the first message of one on
        bool listens = true;
        bool goes_on = true;
        while (goes_on && (listens || !transfers.empty()) && !is_stopping) {
            // Each message of a transfer has the idle time, whatever a session has agreed on.
            watch(connection, transfers.empty() ? session : nullptr);
            const bool has_room = transfers.size() < kMostTransfers;
            if (!listens || !(transfers.empty() || (has_room && connection->has_input()))) {
                goes_on = co_await send_next(connection, transfers, buffer);
                continue;
            }
            listens = co_await connection->receive(message);
            if (listens && is_dso(message)) {
                session = session ? session : dso.open(connection);
                goes_on = co_await dso.answer(session, message);
            } else if (listens && (!session || dso.hear_query(session, message))) {
                goes_on = co_await answer(connection, message, transfers, buffer);
            } else {
                goes_on = !listens; // who says no more may still get what it asked for
            }
        }
        dso.close(session);
    }

    /// False: nothing is to follow.
    Task<bool> answer(Client connection, const Bytes& query, Transfers& transfers, Bytes& answer) {
        answer.resize(kLengthBytes + kMostTcpBytes); // not before: who sends nothing costs no buffer
        std::unique_ptr<MessageStream> stream;
        const std::size_t size = answer_to(query, *connection, answer, stream);
        if (size == 0) {
            co_return false; // silence by UDP: whoever sends that is not a client
        }
        if (stream) {
            transfers.push_back(std::move(stream));
        }
        const bool is_sent = co_await connection->send(std::span(answer).first(kLengthBytes + size));
        co_return is_sent;
    }

    /// The next message of the transfer whose turn it is; false when the client is gone.
    Task<bool> send_next(Client connection, Transfers& transfers, Bytes& buffer) {
        std::unique_ptr<MessageStream> stream = std::move(transfers.front());
        transfers.pop_front();
        const std::size_t size = stream->next(std::span(buffer).subspan(kLengthBytes));
        if (size == 0) {
            co_return true;
        }
        transfers.push_back(std::move(stream));
        if (tap != nullptr) {
            tap->saw({}, ByteView(buffer).subspan(kLengthBytes, size), asker_of(*connection), 0);
        }
        const bool is_sent = co_await connection->send(std::span(buffer).first(kLengthBytes + size));
        co_return is_sent;
    }

    Task<bool> shake_hands(Client connection) {
        if (handshakes == limits.handshakes) {
            count(TlsFailure::kBusy);
            co_return false;
        }
        ++handshakes;
        connection->watch(std::chrono::milliseconds(limits.handshake_ms),
                          [this] { count(TlsFailure::kSlow); });
        const std::shared_ptr<TlsContext> shown = tls; // may be replaced meanwhile
        const ErrorCode ec = co_await connection->shake_hands(shown->context);
        --handshakes;
        if (ec && connection->is_open()) { // else it was this side that closed it
            count(failure_of(ec));
        }
        co_return !ec;
    }

    [[nodiscard]] bool is_listed(const Ip6& client) {
        const bool is_listed = is_front(reader.take(exchange).options().fronts, client);
        reader.leave();
        return is_listed;
    }

    /// A listed front says first who asks; from there on that is the client, its limit included.
    Task<bool> take_front(Client connection) {
        if (!is_listed(connection->client())) {
            co_return true;
        }
        watch(connection, nullptr);
        Bytes header(kProxyFixedBytes);
        const bool is_begun = co_await connection->read_plain(header);
        if (!is_begun) {
            co_return false;
        }
        const std::size_t size = proxy_header_bytes(header).value_or(0);
        if (size > 0 && size <= kMostProxyBytes) {
            header.resize(size);
            const bool is_whole =
                co_await connection->read_plain(std::span(header).subspan(kProxyFixedBytes));
            header.resize(is_whole ? size : 0);
        }
        const auto said = read_proxy_header(header);
        if (!said) {
            responses.add(QueryFault::kProxyHeader);
            co_return false;
        }
        co_return !said->source || has_room_as(*connection, *said->source);
    }

    /// Counts the connection as one of `client`; false when that one has too many.
    bool has_room_as(Connection& connection, const Ip6& client) {
        forget(connection.client());
        connection.set_client(client);
        const bool has_room = ++of_client[counted_as(client)] <= limits.per_client;
        counts.refused.fetch_add(has_room ? 0 : 1, std::memory_order_relaxed);
        return has_room;
    }

    void forget(const Ip6& client) {
        if (const auto entry = of_client.find(counted_as(client)); --entry->second == 0) {
            of_client.erase(entry);
        }
    }

    [[nodiscard]] Asker asker_of(const Connection& connection) const {
        return {connection.client(), tls ? DnsTransport::kTls : DnsTransport::kTcp, Moment::coarse(),
                connection.has_protocol(), static_cast<std::uint16_t>(limits.idle_ms / 100)};
    }

    /// Writes the first message behind its length. `stream` gets those that follow, if any do.
    std::size_t answer_to(const Bytes& query, const Connection& connection, Bytes& answer,
                          std::unique_ptr<MessageStream>& stream) {
        const std::span<std::uint8_t> out = std::span(answer).subspan(kLengthBytes);
        const Snapshot& snapshot = reader.take(exchange);
        const Asker asker = asker_of(connection);
        std::size_t size = respond(snapshot, query, asker, out, responses);
        if (size == kHandedOver) {
            stream = snapshot.streams()->answer(snapshot, query, asker, responses);
            size = stream->next(out);
        }
        reader.leave();
        if (tap != nullptr) {
            tap->saw(query, out.first(size), asker, 0);
        }
        counts.queries.fetch_add(1, std::memory_order_relaxed);
        return size;
    }

    /// From one query to the next, answer included, a client has the idle time.
    void watch(const Client& connection, const DsoSessions::Handle& session) {
        if (session && session->state.is_established()) {
            dso.watch(session);
            return;
        }
        connection->watch(std::chrono::milliseconds(limits.idle_ms),
                          [this] { counts.timed_out.fetch_add(1, std::memory_order_relaxed); });
    }

    void count(TlsFailure failure) {
        counts.tls_failures[static_cast<std::size_t>(failure)].fetch_add(1, std::memory_order_relaxed);
    }

    void close_all() {
        is_stopping = true;
        ErrorCode ignored;
        for (Tcp::acceptor& acceptor : acceptors) {
            acceptor.close(ignored);
        }
        dso.retire();
        for (const Client& connection : connections) {
            if (!dso.has(connection)) {
                connection->cut();
            }
        }
    }

    TcpLimits limits;
    SnapshotExchange& exchange;
    SnapshotExchange::Reader& reader;
    /// Null = plain TCP.
    std::shared_ptr<TlsContext> tls;
    asio::io_context io{1};
    Strand strand;
    std::vector<Tcp::acceptor> acceptors;
    std::set<Client> connections;
    std::size_t handshakes = 0;
    std::map<Ip6, std::size_t> of_client;
    bool is_stopping = false;
    /// Null = nobody looks on.
    QueryTap* tap = nullptr;
    RespondCounters responses;
    TcpCounters counts;
    DsoCounters dso_counts;
    DsoSessions dso;
    std::thread thread;
};

TcpServer::TcpServer(std::unique_ptr<State> state) : state_(std::move(state)) {
}

TcpServer::~TcpServer() {
    stop();
}

Status TcpServer::check_free(const std::vector<Endpoint>& listen) {
    asio::io_context io;
    for (const Endpoint& endpoint : listen) {
        Tcp::acceptor acceptor(io);
        SL_TRY_VOID(bind(acceptor, endpoint, false));
    }
    return {};
}

Result<std::unique_ptr<TcpServer>> TcpServer::open(const std::vector<Endpoint>& listen,
                                                   const TcpLimits& limits, SnapshotExchange& exchange,
                                                   std::size_t reader, std::shared_ptr<TlsContext> tls) {
    auto state = std::make_unique<State>(limits, exchange, reader, std::move(tls));
    for (const Endpoint& endpoint : listen) {
        SL_TRY_VOID(state->listen(endpoint));
    }
    return std::unique_ptr<TcpServer>(new TcpServer(std::move(state)));
}

void TcpServer::set_tap(QueryTap& tap) {
    state_->tap = &tap;
}

void TcpServer::start() {
    for (std::size_t number = 0; number < state_->acceptors.size(); ++number) {
        spawn_owned(state_->strand, "dns.accept", state_->accept(number));
    }
    state_->thread = std::thread([state = state_.get()] { state->io.run(); });
}

void TcpServer::show(std::shared_ptr<TlsContext> tls) {
    asio::post(state_->strand, [state = state_.get(), shown = std::move(tls)] { state->tls = shown; });
}

void TcpServer::show(std::shared_ptr<const Snapshot> served) {
    asio::post(state_->strand,
               [state = state_.get(), served = std::move(served)] { state->dso.show(served); });
}

void TcpServer::stop() {
    if (state_->thread.joinable()) {
        asio::post(state_->strand, [state = state_.get()] { state->close_all(); });
        state_->thread.join();
    }
}

std::uint16_t TcpServer::port() const {
    ErrorCode ec;
    return state_->acceptors.at(0).local_endpoint(ec).port();
}

const RespondCounters& TcpServer::counters() const {
    return state_->responses;
}

const DsoCounters& TcpServer::sessions() const {
    return state_->dso_counts;
}

const TcpCounters& TcpServer::traffic() const {
    return state_->counts;
}

} // namespace suanlu::dns
