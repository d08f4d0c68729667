// SPDX-License-Identifier: Apache-2.0
// A train: the packets of a burst are one flow's and alike in all that PacketColumns reads, so that what
// becomes of the first becomes of all, and their outer headers are the same bytes. Most bursts of many flows
// are known not to be one by their second packet. Values; nothing is read behind the end of a buffer.
#pragma once

#include "dataplane/dpdk/alike.hpp"
#include "dataplane/dpdk/packet_columns.hpp"

namespace suanlu {

/// Which of a frame's first 64 bytes decide: type, IP header and ports, all that PacketColumns reads of it
/// but TCP's flags. Of IPv4 neither identification nor checksum, which differ from packet to packet.
constexpr ByteMask deciding_bytes(bool is_ipv4) {
    const std::size_t transport = SL_ETHERNET + (is_ipv4 ? SL_IPV4 : SL_IPV6);
    const auto all = ByteMask{}.with(SL_ETHERNET - 2, transport + 4 - (SL_ETHERNET - 2));
    return is_ipv4 ? all.without(SL_ETHERNET + 4, 2).without(SL_ETHERNET + 10, 2) : all;
}

/// TCP packets of which one starts a flow.
[[gnu::always_inline]] inline bool has_start(const PacketColumns& columns, std::size_t count, bool is_ipv4) {
    if (columns.frame(0)[SL_ETHERNET + (is_ipv4 ? 9 : 6)] != SL_PROTOCOL_TCP) {
        return false;
    }
    const std::size_t at = std::size_t{SL_ETHERNET} + (is_ipv4 ? SL_IPV4 : SL_IPV6) + 13;
    std::uint8_t flags = 0;
    for (std::size_t i = 0; i < count; i++) {
        flags |= columns.frame(i)[at];
    }
    return (flags & SL_TCP_SYN) != 0;
}

/// Twelve bytes that tell most flows apart: of IPv6 which host a source is and the ports, of IPv4 destination
/// and ports. Read in small pieces: what a device has just written is waited for when it is read in larger
/// ones.
[[gnu::always_inline]] inline bool is_told_apart(const std::uint8_t* one, const std::uint8_t* other) {
    std::array<std::uint64_t, 2> hosts;
    std::array<std::uint32_t, 2> ports;
    std::memcpy(&hosts[0], one + 30, sizeof hosts[0]);
    std::memcpy(&hosts[1], other + 30, sizeof hosts[1]);
    std::memcpy(&ports[0], one + SL_ETHERNET + SL_IPV6, sizeof ports[0]);
    std::memcpy(&ports[1], other + SL_ETHERNET + SL_IPV6, sizeof ports[1]);
    return ((hosts[0] ^ hosts[1]) | (ports[0] ^ ports[1])) != 0;
}

/// At least two packets, all at hand when they are a train. `columns` have taken them.
[[gnu::always_inline]] inline bool is_train(std::span<rte_mbuf*> packets, const PacketColumns& columns) {
    if (packets.size() < 2 || !PacketColumns::is_at_hand(*packets[0]) ||
        !PacketColumns::is_at_hand(*packets[1]) || is_told_apart(columns.frame(0), columns.frame(1)) ||
        !lie_alike<true>(packets)) {
        return false;
    }
    static constexpr std::array kDeciding{deciding_bytes(false), deciding_bytes(true)};
    const bool is_ipv4 = columns.frame(0)[SL_ETHERNET - 1] == 0; // 0x0800, 0x86dd
    Difference difference(columns.frame(0));
    for (std::size_t i = 1; i < packets.size(); i++) {
        difference.add(columns.frame(i));
    }
    return !difference.is_in(kDeciding[is_ipv4 ? 1 : 0]) && !has_start(columns, packets.size(), is_ipv4);
}

} // namespace suanlu
