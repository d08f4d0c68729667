// SPDX-License-Identifier: Apache-2.0
#include "dns/notify/notify_client.hpp"

#include <array>
#include <random>

#include "core/support/log.hpp"
#include "core/support/unix_time.hpp"
#include "dns/notify/notify_schedule.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

using Udp = asio::ip::udp;
using ErrorCode = boost::system::error_code;

/// Opcode NOTIFY, authoritative (RFC 1996 section 3.7).
constexpr std::uint8_t kNotifyFlags = 0x24;
constexpr std::uint8_t kQrAndOpcode = 0xf8;
constexpr std::uint8_t kNotifyAnswer = 0xa0;
constexpr std::size_t kMostAnswerBytes = 1232;

Udp::endpoint endpoint_of(const Endpoint& endpoint, std::uint16_t port) {
    const auto& octets = endpoint.address.bytes;
    if (endpoint.address.is_mapped_v4()) {
        return {asio::ip::address_v4({octets[12], octets[13], octets[14], octets[15]}), port};
    }
    return {asio::ip::address_v6(octets), port};
}

Bytes notify_message(std::uint16_t id, const DomainName& zone, const Record& soa) {
    Bytes out;
    put_integer(out, id);
    put_bytes(out, Bytes{kNotifyFlags, 0, 0, 1, 0, 1, 0, 0, 0, 0});
    put_bytes(out, zone.wire());
    put_integer(out, rr_type::kSoa);
    put_integer(out, rr_class::kIn);
    put_bytes(out, zone.wire());
    put_integer(out, rr_type::kSoa);
    put_integer(out, rr_class::kIn);
    put_integer(out, soa.ttl);
    put_integer(out, static_cast<std::uint16_t>(soa.rdata.size()));
    put_bytes(out, soa.rdata);
    return out;
}

} // namespace

struct NotifyClient::State {
    struct Line {
        Subscription what;
        Udp::endpoint to;
        std::uint16_t id = 0;
        std::optional<TsigExchange> exchange;
        Record soa;
    };
    struct Socket {
        explicit Socket(const Strand& strand) : socket(strand) {}
        Udp::socket socket;
        Udp::endpoint from;
        std::array<std::uint8_t, kMostAnswerBytes> answer{};
    };

    State(asio::io_context& io, std::vector<Subscription> subscriptions)
        : strand(asio::make_strand(io)), timer(strand), schedule(subscriptions.size()) {
        for (Subscription& subscription : subscriptions) {
            const Udp::endpoint to = endpoint_of(subscription.target.to, subscription.target.to.port);
            lines.push_back({std::move(subscription), to, 0, {}, {}});
        }
    }

    Status open(const std::vector<Endpoint>& listen) {
        for (const Line& line : lines) {
            const bool is_v4 = line.to.address().is_v4();
            if (socket_for(is_v4) != nullptr) {
                continue;
            }
            Udp::endpoint from(is_v4 ? Udp::v4() : Udp::v6(), 0);
            for (const Endpoint& own : listen) {
                if (own.address.is_mapped_v4() == is_v4) {
                    from = endpoint_of(own, 0);
                    break;
                }
            }
            auto opened = std::make_unique<Socket>(strand);
            ErrorCode ec;
            opened->socket.open(from.protocol(), ec);
            if (!ec) {
                opened->socket.bind(from, ec);
            }
            if (ec) {
                return Error{Errc::kUnreachable, "a socket for NOTIFY: " + ec.message()};
            }
            sockets.push_back(std::move(opened));
            receive(*sockets.back());
        }
        return {};
    }

    [[nodiscard]] Socket* socket_for(bool is_v4) const {
        for (const auto& socket : sockets) {
            if (socket->socket.local_endpoint().address().is_v4() == is_v4) {
                return socket.get();
            }
        }
        return nullptr;
    }

    void receive(Socket& socket) {
        socket.socket.async_receive_from(
            asio::buffer(socket.answer), socket.from, [this, &socket](const ErrorCode& ec, std::size_t size) {
                if (ec == asio::error::operation_aborted) {
                    return;
                }
                if (!ec) {
                    heard({socket.answer.data(), size}, socket.from);
                }
                receive(socket); // other errors are those of a datagram sent earlier
            });
    }

    void heard(ByteView answer, const Udp::endpoint& from) {
        for (std::size_t number = 0; number < lines.size(); ++number) {
            Line& line = lines[number];
            if (line.to != from || answer.size() < 12 || (answer[0] << 8U | answer[1]) != line.id ||
                (answer[2] & kQrAndOpcode) != kNotifyAnswer || !is_signed_right(line, answer) ||
                !schedule.answered(number)) {
                continue;
            }
            const unsigned rcode = answer[3] & 0xfU;
            ++(rcode == 0 ? counts.acknowledged : counts.refused);
            if (rcode != 0) {
                log_warn("dns.notify-refused", {{"zone", line.what.zone.text()},
                                                {"secondary", line.what.target.to.text()},
                                                {"rcode", rcode}});
            }
            return;
        }
        ++counts.strange;
    }

    static bool is_signed_right(const Line& line, ByteView answer) {
        if (!line.exchange) {
            return true;
        }
        const auto taken = take_tsig(answer);
        TsigExchange exchange = *line.exchange;
        return taken && *taken && exchange.check(**taken, unix_seconds()) == TsigError::kNone;
    }

    /// Sends what is due and waits for what comes next.
    void pump() {
        const NotifySchedule::Due due = schedule.take_due(clock.now());
        counts.given_up += due.given_up;
        for (const std::size_t number : due.targets) {
            send(lines[number]);
        }
        const std::optional<MonoTime> next = schedule.next();
        if (!next || is_stopping) {
            return;
        }
        timer.expires_at(asio::steady_timer::time_point(next->since_boot));
        timer.async_wait([this](const ErrorCode& ec) {
            if (!ec) {
                pump();
            }
        });
    }

    void send(Line& line) {
        line.id = static_cast<std::uint16_t>(random());
        Bytes message = notify_message(line.id, line.what.zone, line.soa);
        line.exchange.reset();
        if (line.what.target.key) {
            line.exchange.emplace(line.what.target.key);
            const std::size_t size = message.size();
            message.resize(size + line.exchange->record_bytes());
            message.resize(line.exchange->sign(message, size, unix_seconds()));
        }
        ErrorCode ec;
        Socket* const socket = socket_for(line.to.address().is_v4());
        socket->socket.send_to(asio::buffer(message), line.to, 0, ec);
        ++(ec ? counts.send_failures : counts.sent);
    }

    Strand strand;
    asio::steady_timer timer;
    SteadyClock clock;
    NotifySchedule schedule;
    std::vector<Line> lines;
    std::vector<std::unique_ptr<Socket>> sockets;
    std::random_device random; // ids that nobody can guess
    NotifyCounters counts;
    bool is_stopping = false;
};

NotifyClient::NotifyClient(std::unique_ptr<State> state) : state_(std::move(state)) {
}

NotifyClient::~NotifyClient() = default;

Result<std::unique_ptr<NotifyClient>> NotifyClient::open(asio::io_context& io,
                                                         const std::vector<Endpoint>& listen,
                                                         std::vector<Subscription> subscriptions) {
    auto state = std::make_unique<State>(io, std::move(subscriptions));
    SL_TRY_VOID(state->open(listen));
    return std::unique_ptr<NotifyClient>(new NotifyClient(std::move(state)));
}

void NotifyClient::changed(const DomainName& zone, const Record& soa) {
    for (std::size_t number = 0; number < state_->lines.size(); ++number) {
        State::Line& line = state_->lines[number];
        if (line.what.zone == zone) {
            line.soa = soa;
            state_->schedule.changed(number, state_->clock.now());
        }
    }
    state_->pump();
}

void NotifyClient::stop() {
    state_->is_stopping = true;
    state_->timer.cancel();
    ErrorCode ignored;
    for (const auto& socket : state_->sockets) {
        socket->socket.close(ignored);
    }
}

const NotifyCounters& NotifyClient::counters() const {
    return state_->counts;
}

} // namespace suanlu::dns
