// SPDX-License-Identifier: Apache-2.0
#include "dns/tcp/connection.hpp"

#include <openssl/ssl.h>

#include "core/support/result.hpp"

namespace suanlu::dns {

Task<bool> Connection::read_plain(std::span<std::uint8_t> into) {
    ErrorCode ec;
    co_await asio::async_read(socket_, asio::buffer(into.data(), into.size()),
                              asio::redirect_error(asio::use_awaitable, ec));
    co_return !ec;
}

Task<Connection::ErrorCode> Connection::shake_hands(asio::ssl::context& context) {
    tls_.emplace(socket_, context);
    ErrorCode ec;
    co_await tls_->async_handshake(asio::ssl::stream_base::server,
                                   asio::redirect_error(asio::use_awaitable, ec));
    co_return ec;
}

Task<Connection::ErrorCode> Connection::shake_hands_with(const std::string& name,
                                                         asio::ssl::context& context) {
    tls_.emplace(socket_, context);
    tls_->set_verify_mode(asio::ssl::verify_peer);
    tls_->set_verify_callback(asio::ssl::host_name_verification(name));
    ErrorCode ec;
    asio::ip::make_address(name, ec);
    if (ec) { // addresses are not for SNI (RFC 6066 section 3)
        SSL_set_tlsext_host_name(tls_->native_handle(), name.c_str());
    }
    co_await tls_->async_handshake(asio::ssl::stream_base::client,
                                   asio::redirect_error(asio::use_awaitable, ec));
    co_return ec;
}

bool Connection::has_protocol() const {
    const unsigned char* protocol = nullptr;
    unsigned bytes = 0;
    if (tls_) {
        SSL_get0_alpn_selected(const_cast<Connection*>(this)->tls_->native_handle(), &protocol, &bytes);
    }
    return bytes > 0;
}

Task<bool> Connection::read(std::span<std::uint8_t> into) {
    if (!tls_) {
        const bool is_whole = co_await read_plain(into);
        co_return is_whole;
    }
    ErrorCode ec;
    co_await asio::async_read(*tls_, asio::buffer(into.data(), into.size()),
                              asio::redirect_error(asio::use_awaitable, ec));
    co_return !ec;
}

bool Connection::has_input() {
    ErrorCode ec;
    return (tls_ && SSL_pending(tls_->native_handle()) > 0) || socket_.available(ec) > 0;
}

Task<bool> Connection::receive(Bytes& message) {
    std::array<std::uint8_t, kLengthBytes> prefix{};
    bool is_whole = co_await read(prefix);
    if (is_whole) {
        message.resize(static_cast<std::size_t>(prefix[0] << 8U | prefix[1]));
        is_whole = co_await read(message);
    }
    co_return is_whole;
}

Task<bool> Connection::send(std::span<std::uint8_t> framed) {
    SL_CHECK(framed.size() >= kLengthBytes && framed.size() - kLengthBytes <= 0xffff);
    put_u16(framed.data(), framed.size() - kLengthBytes);
    co_await take_turn();
    ErrorCode ec;
    const auto octets = asio::buffer(framed.data(), framed.size());
    if (tls_) {
        co_await asio::async_write(*tls_, octets, asio::redirect_error(asio::use_awaitable, ec));
    } else {
        co_await asio::async_write(socket_, octets, asio::redirect_error(asio::use_awaitable, ec));
    }
    give_turn();
    co_return !ec;
}

Task<void> Connection::say_end() {
    if (tls_ && is_open()) {
        co_await take_turn();
        ErrorCode ec;
        co_await tls_->async_shutdown(asio::redirect_error(asio::use_awaitable, ec));
        give_turn();
    }
}

Task<void> Connection::take_turn() {
    while (is_sending_) {
        ErrorCode woken;
        co_await turn_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    is_sending_ = true;
}

void Connection::give_turn() {
    is_sending_ = false;
    turn_.cancel();
}

void Connection::bound_unread(int bytes) {
    ErrorCode ignored;
    socket_.set_option(asio::socket_base::send_buffer_size(bytes), ignored);
}

void Connection::abort() {
    ErrorCode ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    cut();
}

void Connection::cut() {
    ErrorCode ignored;
    timer_.cancel();
    socket_.close(ignored);
}

} // namespace suanlu::dns
