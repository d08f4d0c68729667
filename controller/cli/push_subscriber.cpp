// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/push_subscriber.hpp"

#include <algorithm>

#include "dns/record/rr_type.hpp"

namespace suanlu {

namespace {

using Milliseconds = std::chrono::milliseconds;
using ErrorCode = boost::system::error_code;

/// To connect and shake hands, and to say goodbye.
constexpr Milliseconds kPatience{10'000};
constexpr Milliseconds kFarewell{1'000};
/// From one word of a new session to the next, as long as it tells what is there.
constexpr Milliseconds kSettle{1'000};

/// In the background, for whoever comes next does not wait for it.
Task<void> say_goodbye(std::shared_ptr<dns::Connection> connection) {
    co_await connection->say_end();
    connection->cut();
}

} // namespace

PushSubscriber::PushSubscriber(asio::io_context& io, std::vector<PushServer> servers,
                               std::vector<dns::PushQuestion> questions, asio::ssl::context& context,
                               PushListener listener, std::uint32_t seed)
    : strand_(asio::make_strand(io)), servers_(std::move(servers)), server_(servers_.front()),
      questions_(std::move(questions)), context_(context), listener_(std::move(listener)), resolver_(strand_),
      socket_(strand_), pause_(strand_), beat_(strand_), settle_(strand_), delay_(seed) {
}

void PushSubscriber::start(std::function<void()> ended) {
    spawn_owned(strand_, "dns.push.run", run(std::move(ended)));
}

void PushSubscriber::stop() {
    asio::post(strand_, [this] {
        is_stopped_ = true;
        settle_.cancel();
        resolver_.cancel();
        ErrorCode ignored;
        socket_.close(ignored);
        pause_.cancel();
        leave();
    });
}

void PushSubscriber::leave() {
    beat_.cancel();
    if (client_) {
        connection_->watch(kFarewell, [] {});
        spawn_owned(strand_, "dns.push.goodbye", say_goodbye(connection_));
    } else if (connection_) {
        connection_->cut();
    }
}

Task<void> PushSubscriber::run(std::function<void()> ended) {
    for (bool goes_on = true; goes_on;) {
        retry_.reset();
        Status why = co_await follow();
        outcome_ = is_stopped_ ? Status{} : std::move(why);
        goes_on = !outcome_ && outcome_.error().code == Errc::kUnreachable && (was_subscribed_ || retry_);
        if (goes_on) {
            co_await pause();
        }
    }
    ended();
}

Task<void> PushSubscriber::pause() {
    const Milliseconds delay = delay_.next(retry_);
    listener_.note(outcome_.error().detail + "; trying again in " + std::to_string(delay.count()) + " ms");
    (void)co_await wait_for(pause_, delay);
}

Task<Status> PushSubscriber::follow() {
    Status opened = co_await open();
    if (!opened || is_stopped_) {
        connection_.reset();
        co_return opened;
    }
    client_.emplace(questions_, clock_.now());
    shown_.begin();
    for (dns::Bytes& message : client_->subscribe()) {
        (void)co_await connection_->send(message); // whoever reads sees that it failed
    }
    Status why = co_await listen();
    settle_.cancel();
    if (!is_stopped_) {
        leave();
    }
    client_.reset();
    connection_.reset();
    co_return why;
}

Task<Status> PushSubscriber::open() {
    beat_.expires_after(kPatience);
    beat_.async_wait([this](const ErrorCode& ec) {
        if (!ec) {
            resolver_.cancel();
            ErrorCode ignored;
            socket_.close(ignored);
        }
    });
    const ErrorCode failed = co_await connect();
    beat_.cancel();
    if (failed || is_stopped_) {
        co_return lost("cannot reach", failed.message());
    }
    connection_ = std::make_shared<Connection>(std::move(socket_), Ip6{});
    connection_->watch(kPatience, [] {});
    const ErrorCode refused = co_await connection_->shake_hands_with(server_.tls_name, context_);
    if (refused.category() == asio::error::get_ssl_category()) {
        co_return Error{Errc::kRefused,
                        "TLS with " + server_.host + " as " + server_.tls_name + ": " + refused.message()};
    }
    co_return refused ? lost("TLS broke off at", refused.message()) : Status{};
}

Task<boost::system::error_code> PushSubscriber::connect() {
    ErrorCode ec;
    for (const PushServer& server : servers_) {
        server_ = server;
        std::vector<asio::ip::tcp::endpoint> addresses;
        for (const Endpoint& address : server.addresses) {
            addresses.emplace_back(asio::ip::make_address(address.address.text(), ec), address.port);
        }
        if (addresses.empty()) {
            const auto found = co_await resolver_.async_resolve(
                server.host, server.port, asio::redirect_error(asio::use_awaitable, ec));
            addresses.assign(found.begin(), found.end());
        }
        if (!addresses.empty()) {
            ec = co_await connect_to(std::move(addresses));
        }
        if (!ec || ec == asio::error::operation_aborted) {
            break;
        }
    }
    co_return ec;
}

Task<boost::system::error_code> PushSubscriber::connect_to(std::vector<asio::ip::tcp::endpoint> addresses) {
    ErrorCode ec;
    for (const asio::ip::tcp::endpoint& address : addresses) {
        socket_ = asio::ip::tcp::socket(strand_);
        co_await socket_.async_connect(address, asio::redirect_error(asio::use_awaitable, ec));
        if (!ec || !socket_.is_open()) {
            break;
        }
    }
    co_return ec;
}

Task<Status> PushSubscriber::listen() {
    dns::Bytes message;
    for (;;) {
        watch();
        const bool is_there = co_await connection_->receive(message);
        if (is_stopped_) {
            co_return Status{};
        }
        if (!is_there) {
            const auto deadline = client_->deadline();
            co_return lost("lost the connection to",
                           deadline && *deadline <= clock_.now() ? "silent" : "closed");
        }
        Result<dns::PushClient::Heard> heard = client_->take(message, clock_.now());
        if (!heard) {
            connection_->abort();
            co_return Error{Errc::kRefused, "a message that is no DNS Push: " + heard.error().detail};
        }
        if (!heard->reply.empty()) {
            (void)co_await connection_->send(heard->reply);
        }
        Status told = tell(*heard);
        if (!told) {
            co_return told;
        }
    }
}

Status PushSubscriber::tell(const dns::PushClient::Heard& heard) {
    using What = dns::PushClient::Heard::What;
    if (heard.retry_ms) {
        retry_ = Milliseconds(*heard.retry_ms);
    }
    switch (heard.what) {
    case What::kNothing:
        return {};
    case What::kSubscribed:
        if (std::exchange(was_subscribed_, true)) {
            listener_.note("subscribed again; what has changed follows");
        }
        delay_.reset();
        settle_later();
        return {};
    case What::kRefused: {
        const bool may_pass = heard.rcode == dns::Rcode::kServFail && heard.retry_ms;
        return Error{may_pass ? Errc::kUnreachable : Errc::kRefused,
                     heard.question.name.text() + " " + dns::type_text(heard.question.type) + ": " +
                         dns::refusal_text(heard.rcode)};
    }
    case What::kRetired:
        return lost("told to leave", "RETRY DELAY");
    case What::kChanges:
        break;
    }
    if (heard.unasked > 0) {
        listener_.note(std::to_string(heard.unasked) + " records that nobody asked for are left out");
    }
    if (settle_.expiry() > std::chrono::steady_clock::now()) {
        settle_later();
    }
    return tell_changes(heard.changes);
}

Status PushSubscriber::tell_changes(std::vector<dns::PushChange> changes) {
    auto news = shown_.take(std::move(changes));
    if (!news) {
        return news.error();
    }
    if (!news->empty() && !listener_.changes(*news)) {
        stop();
    }
    return {};
}

void PushSubscriber::settle_later() {
    settle_.expires_after(kSettle);
    settle_.async_wait([this](const ErrorCode& ec) {
        const auto gone = ec ? std::vector<dns::PushChange>() : shown_.settle();
        if (!gone.empty() && !is_stopped_ && !listener_.changes(gone)) {
            stop();
        }
    });
}

void PushSubscriber::watch() {
    const MonoTime now = clock_.now();
    const auto left = [&](MonoTime at) {
        return std::chrono::ceil<Milliseconds>(std::max(at - now, Duration(0)));
    };
    if (const auto deadline = client_->deadline()) {
        connection_->watch(left(*deadline), [] {});
    } else {
        connection_->unwatch();
    }
    beat_.cancel();
    if (const auto due = client_->keepalive_due()) {
        beat_.expires_after(left(*due));
        beat_.async_wait([this](const ErrorCode& ec) {
            if (!ec) {
                spawn_owned(strand_, "dns.push.keepalive", keep_alive());
            }
        });
    }
}

Task<void> PushSubscriber::keep_alive() {
    const auto connection = connection_;
    if (!client_ || is_stopped_) {
        co_return; // the session ended meanwhile
    }
    dns::Bytes message = client_->keepalive(clock_.now());
    (void)co_await connection->send(message);
    if (connection == connection_ && !is_stopped_) {
        watch();
    }
}

Status PushSubscriber::lost(const std::string& what, const std::string& why) const {
    return Error{Errc::kUnreachable, what + " " + server_.host + " port " + server_.port + ": " + why};
}

} // namespace suanlu
