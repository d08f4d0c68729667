// SPDX-License-Identifier: Apache-2.0
#include "dns/tcp/listening.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

namespace suanlu::dns {

using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

Ip6 client_of(const Tcp::endpoint& endpoint) {
    Ip6 out;
    if (endpoint.address().is_v4()) {
        const auto octets = endpoint.address().to_v4().to_bytes();
        out.bytes[10] = out.bytes[11] = 0xff;
        std::copy(octets.begin(), octets.end(), out.bytes.begin() + 12);
    } else {
        const auto octets = endpoint.address().to_v6().to_bytes();
        std::copy(octets.begin(), octets.end(), out.bytes.begin());
    }
    return out;
}

Tcp::endpoint endpoint_of(const Endpoint& listen) {
    const auto& octets = listen.address.bytes;
    if (listen.address.is_mapped_v4()) {
        return {asio::ip::address_v4({octets[12], octets[13], octets[14], octets[15]}), listen.port};
    }
    asio::ip::address_v6::bytes_type v6;
    std::copy(octets.begin(), octets.end(), v6.begin());
    return {asio::ip::address_v6(v6), listen.port};
}

Status bind(Tcp::acceptor& acceptor, const Endpoint& wanted, bool is_shared) {
    ErrorCode ec;
    const Tcp::endpoint endpoint = endpoint_of(wanted);
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) {
        acceptor.set_option(Tcp::acceptor::reuse_address(true), ec);
    }
    const int one = 1;
    if (!ec && is_shared) {
        (void)::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    }
    if (!ec && endpoint.address().is_v6()) { // IPv4 has listeners of its own
        (void)::setsockopt(acceptor.native_handle(), IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    }
    if (!ec) {
        acceptor.bind(endpoint, ec);
    }
    if (!ec) {
        acceptor.listen(asio::socket_base::max_listen_connections, ec);
    }
    if (ec) {
        return Error{Errc::kUnreachable, wanted.text() + " (TCP): " + ec.message()};
    }
    return {};
}

} // namespace suanlu::dns
