// SPDX-License-Identifier: Apache-2.0
// One query or answer as a dnstap message in protobuf. Stateless.
#pragma once

#include <optional>

#include "core/support/endpoint.hpp"
#include "dns/answer/respond.hpp"

namespace suanlu::dns {

struct TapMoment {
    std::uint64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
};

/// The ends of an exchange.
struct TapSocket {
    Ip6 client;
    /// 0 = not known.
    std::uint16_t client_port = 0;
    DnsTransport transport = DnsTransport::kUdp;
    /// Nothing where a socket has all addresses of the machine.
    std::optional<Endpoint> server;
};

enum class TapKind : std::uint8_t { kQuery, kAnswer };

Bytes tap_frame(const std::string& identity, TapKind kind, const TapSocket& socket, TapMoment when,
                ByteView message);

} // namespace suanlu::dns
