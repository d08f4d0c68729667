// SPDX-License-Identifier: Apache-2.0
// A train: the packets of a burst are one flow's and alike in all that PacketColumns reads, so that what
// becomes of the first becomes of all, and their outer headers are the same bytes. Most bursts of many flows
// are known not to be one by their second packet. Values; nothing is read behind the end of a buffer.
#pragma once

#include <array>
#include <span>

#include "dataplane/dpdk/packet_columns.hpp"

namespace suanlu {

/// A frame's first 64 bytes, a cache line of most: all that PacketColumns reads of it but TCP's flags behind
/// IPv6.
[[gnu::always_inline]] inline void load_first_bytes(const rte_mbuf& packet, Words8& bytes) {
    std::memcpy(&bytes, rte_pktmbuf_mtod(&packet, const std::uint8_t*), sizeof bytes);
}
/// Adds to `differing` what is not as in the first packet.
[[gnu::always_inline]] inline void compare(const rte_mbuf& packet, const Words8& first, Words8& differing) {
    Words8 bytes;
    load_first_bytes(packet, bytes);
    differing |= bytes ^ first;
}

/// Which of them decide: type, IP header and ports. Of IPv4 neither identification nor checksum, which differ
/// from packet to packet.
constexpr auto deciding_bytes(bool is_ipv4) {
    std::array<std::uint8_t, sizeof(Words8)> bytes{};
    const std::size_t transport = SL_ETHERNET + (is_ipv4 ? SL_IPV4 : SL_IPV6);
    for (std::size_t i = SL_ETHERNET - 2; i < transport + 4; i++) {
        bytes[i] = 0xff;
    }
    if (is_ipv4) {
        for (const std::size_t i : {4, 5, 10, 11}) {
            bytes[SL_ETHERNET + i] = 0;
        }
    }
    return bytes;
}
static_assert(SL_ETHERNET + SL_IPV6 + 4 <= sizeof(Words8));

inline bool is_any(const Words8& words) {
    std::uint64_t any = 0;
    for (std::size_t i = 0; i < 8; i++) {
        any |= words[i];
    }
    return any != 0;
}

/// Whether it lies otherwise in its buffer than the first one, which is at hand.
inline std::uint32_t lies_otherwise(const rte_mbuf& packet, const rte_mbuf& first) {
    return (packet.data_off ^ first.data_off) | (packet.data_len ^ first.data_len) | (packet.nb_segs ^ 1) |
           (packet.buf_len ^ first.buf_len);
}

/// TCP packets of which one starts a flow.
[[gnu::always_inline]] inline bool has_start(std::span<rte_mbuf*> packets, bool is_ipv4) {
    const auto* ip = rte_pktmbuf_mtod_offset(packets[0], const std::uint8_t*, SL_ETHERNET);
    if (ip[is_ipv4 ? 9 : 6] != SL_PROTOCOL_TCP) {
        return false;
    }
    const std::size_t at = std::size_t{SL_ETHERNET} + (is_ipv4 ? SL_IPV4 : SL_IPV6) + 13;
    std::uint8_t flags = 0;
    for (const auto* packet : packets) {
        flags |= rte_pktmbuf_mtod(packet, const std::uint8_t*)[at];
    }
    return (flags & SL_TCP_SYN) != 0;
}

/// Eight bytes that tell most flows apart: of IPv6 which host a source is, of IPv4 destination and ports.
[[gnu::always_inline]] inline std::uint64_t telling_word(const rte_mbuf& packet) {
    std::uint64_t word = 0;
    std::memcpy(&word, rte_pktmbuf_mtod(&packet, const std::uint8_t*) + 30, sizeof word);
    return word;
}

/// At least two packets, all at hand when they are a train.
[[gnu::always_inline]] inline bool is_train(std::span<rte_mbuf*> packets) {
    if (packets.size() < 2 || !PacketColumns::is_at_hand(*packets[0]) ||
        lies_otherwise(*packets[1], *packets[0]) != 0 ||
        telling_word(*packets[0]) != telling_word(*packets[1])) {
        return false;
    }
    static constexpr std::array kDeciding{deciding_bytes(false), deciding_bytes(true)};
    const auto* frame = rte_pktmbuf_mtod(packets[0], const std::uint8_t*);
    const bool is_ipv4 = frame[SL_ETHERNET - 1] == 0; // 0x0800, 0x86dd
    Words8 first, deciding, differing{};
    load_first_bytes(*packets[0], first);
    std::memcpy(&deciding, kDeciding[is_ipv4 ? 1 : 0].data(), sizeof deciding);
    compare(*packets[1], first, differing);
    if (is_any(differing & deciding)) {
        return false;
    }
    std::uint32_t otherwise = 0;
    for (std::size_t i = 2; i < packets.size(); i++) {
        otherwise |= lies_otherwise(*packets[i], *packets[0]);
    }
    if (otherwise != 0) {
        return false;
    }
    for (std::size_t i = 2; i < packets.size(); i++) {
        compare(*packets[i], first, differing);
    }
    return !is_any(differing & deciding) && !has_start(packets, is_ipv4);
}

} // namespace suanlu
