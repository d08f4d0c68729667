// SPDX-License-Identifier: Apache-2.0
// The PROXY protocol, version 2, of the load balancer dnsdist and others: in front of a datagram, or of the
// first message of a connection, stands who asked the front.
//
//   0d0a0d0a000d0a515549540a | version 2 and command | family and transport | u16 octets behind | addresses |
//   TLVs
//
// Only who is listed may say so, and who is listed must: from anybody else these octets are a malformed
// query. Hostile all the same: read within bounds. Pure, no allocation.
#pragma once

#include <optional>

#include "core/model/ip6.hpp"
#include "dns/record/wire.hpp"

namespace suanlu::dns {

inline constexpr std::size_t kProxyFixedBytes = 16;

/// Who asked the front; nothing when it speaks for itself (LOCAL, or a family that is no IP).
struct ProxyHeader {
    std::size_t bytes = 0;
    std::optional<Ip6> source;
    /// Meaningless without a source.
    std::uint16_t port = 0;
};

/// Octets of the whole header by its first kProxyFixedBytes; nothing = no such header.
std::optional<std::size_t> proxy_header_bytes(ByteView fixed);
/// Takes the header off a datagram of a listed front, and makes `source` the one that it names. False = the
/// front has sent no header, or a malformed one; a datagram of anybody else stays as it is.
bool take_proxy_header(const std::vector<Prefix6>& fronts, ByteView& datagram, Ip6& source);
bool is_front(const std::vector<Prefix6>& fronts, const Ip6& source);
/// Reads the header that `bytes` begin with; nothing = there is none, or it is malformed.
std::optional<ProxyHeader> read_proxy_header(ByteView bytes);

} // namespace suanlu::dns
