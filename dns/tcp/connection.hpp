// SPDX-License-Identifier: Apache-2.0
// One stream, of a client or to a server, TCP or TLS on it: DNS messages behind their length (RFC 1035
// section 4.2.2), each in one write. Its owner's strand owns it; one task receives, any number send, one
// after the other. Shared, so that a task or a timer that outlives the server's interest still names
// something.
#pragma once

#include <optional>
#include <span>

#include "core/model/ip6.hpp"
#include "core/support/asio_tls.hpp"
#include "dns/record/wire.hpp"

namespace suanlu::dns {

/// Octets before a message where its length goes.
inline constexpr std::size_t kLengthBytes = 2;

class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Socket = asio::ip::tcp::socket;
    using ErrorCode = boost::system::error_code;

    Connection(Socket socket, Ip6 client)
        : socket_(std::move(socket)), timer_(socket_.get_executor()),
          turn_(socket_.get_executor(), asio::steady_timer::time_point::max()), client_(client) {}

    /// Who asks: the peer, or the one that a front named.
    [[nodiscard]] const Ip6& client() const { return client_; }
    void set_client(const Ip6& client) { client_ = client; }

    /// Octets as they come, before anything else (PROXY header).
    Task<bool> read_plain(std::span<std::uint8_t> into);
    /// From here on all is TLS.
    Task<ErrorCode> shake_hands(asio::ssl::context& context);
    /// The same as the client: the server's certificate must be for `name`, a host name or an address.
    Task<ErrorCode> shake_hands_with(const std::string& name, asio::ssl::context& context);
    [[nodiscard]] bool is_tls() const { return tls_.has_value(); }
    /// ALPN "dot" was negotiated, which transfers by TLS need (RFC 9103 section 7.1).
    [[nodiscard]] bool has_protocol() const;

    /// Something has come that nobody has received. May miss what TLS holds back: for order, not for
    /// correctness.
    [[nodiscard]] bool has_input();
    /// The next message; false when there is none any more.
    Task<bool> receive(Bytes& message);
    /// `framed`: kLengthBytes of room, then the message. Waits for its turn; false = the client is gone.
    Task<bool> send(std::span<std::uint8_t> framed);
    /// Says that nothing follows (RFC 8446 section 6.1), as far as the client listens.
    Task<void> say_end();

    /// Until it is called again: `expired` is called and the connection is cut after this time.
    template <class Expired>
    void watch(std::chrono::milliseconds within, Expired expired) {
        timer_.expires_after(within);
        timer_.async_wait([self = shared_from_this(), expired](const ErrorCode& ec) {
            if (!ec) {
                expired();
                self->cut();
            }
        });
    }
    /// Bounds what the kernel keeps for a client that does not read.
    void bound_unread(int bytes);
    void unwatch() { timer_.cancel(); }
    /// Whoever reads or writes is told so.
    void cut();
    /// The same with a reset: the client did what it must not (RFC 8490 section 5.3).
    void abort();
    /// Not cut by this side.
    [[nodiscard]] bool is_open() const { return socket_.is_open(); }

private:
    Task<bool> read(std::span<std::uint8_t> into);
    Task<void> take_turn();
    void give_turn();

    Socket socket_;
    asio::steady_timer timer_;
    /// Never expires: wakes those who wait to send. Its time is never set again, which would wake the others
    /// too.
    asio::steady_timer turn_;
    bool is_sending_ = false;
    std::optional<asio::ssl::stream<Socket&>> tls_;
    Ip6 client_;
};

} // namespace suanlu::dns
