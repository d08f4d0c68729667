// SPDX-License-Identifier: Apache-2.0
// A convoy: the packets of a burst have come through one tunnel, by outer headers that differ in flow label,
// length and hop limit alone, and go on by one link. What is looked up and compared is so for the first one;
// of the others their lengths and the first bytes inside are left. Stricter than the core (decap.h), never
// laxer: the packet tests hold both to the same results. Lives on an lcore's stack for one burst. Bytes from
// outside: nothing is read behind the end of a buffer.
#pragma once

#include "dataplane/dpdk/alike.hpp"
#include "dataplane/dpdk/header_starts.hpp"
#include "dataplane/dpdk/sid_ways.hpp"

namespace suanlu {

class Convoy {
public:
    explicit Convoy(std::span<rte_mbuf*> packets) : packets_(packets) {}

    /// By the first two packets. If so, the first 64 bytes of the first frame are there and it is IPv6.
    [[gnu::always_inline]] static bool may_be(const rte_mbuf& first, const rte_mbuf& second) {
        return first.data_off + sizeof(Words8) <= first.buf_len && second.data_off == first.data_off &&
               second.buf_len == first.buf_len && type_of(first) == RTE_BE16(0x86dd) &&
               sid_of(first) == sid_of(second);
    }

    /// Whether it is one. `way`, to a service SID, and the place of an IPv6 packet inside are the first
    /// one's.
    [[gnu::always_inline]] bool find(const SharedTables& tables, SidWays& ways, const SidWay& way,
                                     std::uint32_t offset) {
        offset_ = offset;
        return lie_alike<false>(packets_) &&
               packets_[0]->data_off + offset + SL_IPV6 <= packets_[0]->buf_len && is_one_tunnel() &&
               find_link(tables, ways, way) && fits(way.table != 0);
    }

    /// Takes the outer header off all of them.
    [[gnu::always_inline]] void send() const {
        const auto taken = offset_ - SL_ETHERNET;
        const auto ethernet = wide_address(&link_->ethernet); // and 2 bytes more, which the next word covers
        for (std::size_t i = 0; i < packets_.size(); i++) {
            auto& packet = *packets_[i];
            auto* frame = frames_[i] + taken;
            const auto start = start_of(frame + SL_ETHERNET).forwarded();
            std::memcpy(frame, &ethernet, sizeof ethernet);
            std::memcpy(frame + SL_ETHERNET, &start, sizeof start);
            const auto left = static_cast<std::uint16_t>(packet.data_len - taken);
            packet.data_off = static_cast<std::uint16_t>(packet.data_off + taken);
            packet.data_len = left;
            packet.pkt_len = left;
        }
    }
    [[nodiscard]] const BurstOutcome& outcome() const { return link_->outcome; }

private:
    static constexpr std::size_t kDestination = std::size_t{SL_ETHERNET} + SL_DESTINATION;

    static std::uint16_t type_of(const rte_mbuf& packet) {
        std::uint16_t type = 0;
        std::memcpy(&type, rte_pktmbuf_mtod_offset(&packet, const std::uint8_t*, SL_ETHERNET - 2),
                    sizeof type);
        return type;
    }
    /// The part of a destination that tells SIDs apart.
    static std::uint64_t sid_of(const rte_mbuf& packet) {
        std::uint64_t word = 0;
        std::memcpy(&word, rte_pktmbuf_mtod_offset(&packet, const std::uint8_t*, kDestination), sizeof word);
        return word;
    }
    static Ipv6Start start_of(const std::uint8_t* ip) {
        std::uint64_t word = 0;
        std::memcpy(&word, ip, sizeof word);
        return Ipv6Start(word);
    }

    [[gnu::always_inline]] bool is_one_tunnel() {
        // Type, version, traffic class; next header; addresses, and the start of a routing header.
        static constexpr auto kSame = ByteMask{}
                                          .with(SL_ETHERNET - 2, 3)
                                          .with(SL_ETHERNET + 1, 1, 0xf0)
                                          .with(SL_ETHERNET + 6, 1)
                                          .with(SL_ETHERNET + 8, 32 + 8);
        frames_[0] = rte_pktmbuf_mtod(packets_[0], std::uint8_t*);
        Difference difference(frames_[0]);
        for (std::size_t i = 1; i < packets_.size(); i++) {
            frames_[i] = rte_pktmbuf_mtod(packets_[i], std::uint8_t*);
            difference.add(frames_[i]);
        }
        return !difference.is_in(kSame);
    }

    [[gnu::always_inline]] bool find_link(const SharedTables& tables, SidWays& ways, const SidWay& way) {
        link_ = &way.link;
        bool is_one = true;
        if (way.table != 0) {
            const auto* to = frames_[0] + offset_ + SL_DESTINATION;
            link_ = &ways.find_link(tables, way.table, false, to,
                                    [&is_one](const RouteRow& row) -> const sl_sid& {
                                        is_one = false; // each flow has its own
                                        return row.links[0];
                                    });
        }
        return is_one;
    }

    /// Lengths, hop limit, ECN and, by a routing table, destination of each packet inside. Top bits are
    /// faults.
    [[gnu::always_inline]] bool fits(bool by_table) const {
        const auto first_to = wide_address(frames_[0] + offset_ + SL_DESTINATION);
        WideAddress others{};
        std::uint64_t faults = 0;
        std::uint64_t unlike = 0;
        for (std::size_t i = 0; i < packets_.size(); i++) {
            const auto outer = start_of(frames_[i] + SL_ETHERNET);
            const auto* ip = frames_[i] + offset_;
            const auto inner = start_of(ip);
            others |= wide_address(ip + SL_DESTINATION) ^ first_to;
            unlike |= inner.unlike(outer);
            const std::uint64_t end = SL_ETHERNET + outer.length();
            faults |= (packets_[i]->data_len - end) | (end - offset_ - inner.length()) |
                      (std::uint64_t{inner.hops()} - 2) | (std::uint64_t{link_->mtu} - inner.length());
        }
        return faults >> 63 == 0 && unlike == 0 && (!by_table || (others[0] | others[1]) == 0);
    }

    std::span<rte_mbuf*> packets_;
    std::uint32_t offset_ = 0;
    const SidLink* link_ = nullptr;
    std::array<std::uint8_t*, kBurst> frames_;
};

} // namespace suanlu
