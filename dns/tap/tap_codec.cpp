// SPDX-License-Identifier: Apache-2.0
#include "dns/tap/tap_codec.hpp"

#include "dns/tap/dnstap.pb.h"

namespace suanlu::dns {

namespace {

constexpr std::uint32_t kInet = 1;
constexpr std::uint32_t kInet6 = 2;

std::string octets_of(const Ip6& address) {
    const std::size_t skipped = address.is_mapped_v4() ? 12 : 0;
    return {address.bytes.begin() + static_cast<std::ptrdiff_t>(skipped), address.bytes.end()};
}

std::uint32_t protocol_of(DnsTransport transport) {
    switch (transport) {
    case DnsTransport::kUdp:
        return 1;
    case DnsTransport::kTcp:
        return 2;
    case DnsTransport::kTls:
        return 3;
    }
    return 0;
}

void put(const TapSocket& from, dnstap::Message& to) {
    to.set_socket_family(from.client.is_mapped_v4() ? kInet : kInet6);
    to.set_socket_protocol(protocol_of(from.transport));
    to.set_query_address(octets_of(from.client));
    if (from.client_port != 0) {
        to.set_query_port(from.client_port);
    }
    if (from.server) {
        to.set_response_address(octets_of(from.server->address));
        to.set_response_port(from.server->port);
    }
}

} // namespace

Bytes tap_frame(const std::string& identity, TapKind kind, const TapSocket& socket, TapMoment when,
                ByteView message) {
    dnstap::Dnstap out;
    out.set_type(dnstap::Dnstap::MESSAGE);
    out.set_version("suanlu-dns");
    if (!identity.empty()) {
        out.set_identity(identity);
    }
    dnstap::Message& body = *out.mutable_message();
    put(socket, body);
    if (kind == TapKind::kQuery) {
        body.set_type(dnstap::Message::AUTH_QUERY);
        body.set_query_time_sec(when.seconds);
        body.set_query_time_nsec(when.nanoseconds);
        body.set_query_message(message.data(), message.size());
    } else {
        body.set_type(dnstap::Message::AUTH_RESPONSE);
        body.set_response_time_sec(when.seconds);
        body.set_response_time_nsec(when.nanoseconds);
        body.set_response_message(message.data(), message.size());
    }
    Bytes bytes(out.ByteSizeLong());
    SL_CHECK(out.SerializeToArray(bytes.data(), static_cast<int>(bytes.size())));
    return bytes;
}

} // namespace suanlu::dns
