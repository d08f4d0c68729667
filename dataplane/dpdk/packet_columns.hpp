// SPDX-License-Identifier: Apache-2.0
// What a burst says in its headers, as columns: one array per word, so that a step over all packets of a
// burst has no branches and becomes vector instructions where the processor has them. Says of each packet
// whether it is ordinary as far as its bytes tell: one buffer, untagged, no options, extensions or fragments,
// TCP or UDP, no start of a flow, let in by the border, from a source that clients may have. Stricter than
// the core (parse.h, border.h, limit.h), never laxer; the packet tests hold both to the same results. Lives
// on an lcore's stack for one burst. Bytes from outside: nothing is read behind the end of a buffer.
#pragma once

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include <array>
#include <cstring>
#include <span>

#include "dataplane/dpdk/steer_burst.hpp"
#include "dataplane/dpdk/turned_rows.hpp"
// Behind the port functions that it calls.
#include "dataplane/steer/steer.h"

namespace suanlu {

class PacketColumns {
public:
    /// Elements behind those of the burst hold anything.
    using Column = std::array<std::uint64_t, kBurst>;

    /// Bytes that are read of a frame, however long it is.
    static constexpr std::uint32_t kLooked = SL_ETHERNET + sizeof(Words8);
    static bool is_at_hand(const rte_mbuf& packet) {
        return packet.nb_segs == 1 && packet.data_off + kLooked <= packet.buf_len;
    }

    /// Brings their first bytes near, which a device has written to memory.
    [[gnu::always_inline]] static void fetch(std::span<rte_mbuf*> packets) {
        for (const auto* packet : packets) {
            rte_prefetch0(rte_pktmbuf_mtod(packet, const void*));
        }
    }
    /// The same, for packets that are read then.
    [[gnu::always_inline]] void take(std::span<rte_mbuf*> packets) {
        for (std::size_t i = 0; i < packets.size(); i++) {
            frames_[i] = rte_pktmbuf_mtod(packets[i], std::uint8_t*);
            rte_prefetch0(frames_[i]);
        }
    }

    /// All of the burst, or with kLanes = 1 its first packet. `has_wide_registers`: compiled for a processor
    /// whose registers hold eight words.
    template <std::size_t kLanes>
    [[gnu::always_inline]] void read(std::span<rte_mbuf*> packets, const sl_control& control,
                                     std::uint32_t table, bool has_wide_registers) {
        std::size_t i = 0;
        for (; has_wide_registers && i + 8 <= packets.size(); i += 8) {
            load_eight(i, packets.data() + i);
        }
        for (; i < packets.size(); i++) {
            load(i, *packets[i]);
        }
        check<kLanes>(control.sid_block, table);
    }

    [[nodiscard]] bool is_ordinary(std::size_t i) const { return odd_[i] == 0; }

    [[nodiscard]] std::uint8_t* frame(std::size_t i) const { return frames_[i]; }
    /// 0 = IPv6, 1 = IPv4, as paths have them.
    [[nodiscard]] std::uint64_t family(std::size_t i) const { return families_[i]; }
    /// Of the IP packet.
    [[nodiscard]] std::uint32_t length(std::size_t i) const {
        return static_cast<std::uint32_t>(lengths_[i]);
    }
    [[nodiscard]] std::uint32_t frame_length(std::size_t i) const {
        return static_cast<std::uint32_t>(sizes_[i]);
    }
    /// Of its service; tenant 0.
    [[nodiscard]] KeyWords<sl_service_key> service_key(std::size_t i) const {
        return {destinations_[0][i], destinations_[1][i], service_words_[i]};
    }
    /// Its service key is that of the packet before.
    [[nodiscard]] bool is_repeated(std::size_t i) const { return repeats_[i] != 0; }

    /// A whole burst of one key.
    [[nodiscard]] bool is_one_service() const {
        std::uint64_t differing = 0;
        for (std::size_t i = 1; i < kBurst; i++) {
            differing |= repeats_[i] ^ 1;
        }
        return differing == 0;
    }

    /// Null = its packets are not ordinary.
    [[gnu::always_inline]] void set_service(std::size_t i, const sl_service* service) {
        rests_[i] = rest_of(service);
        spans_[i] = span_of(service);
    }
    [[gnu::always_inline]] void set_all_services(const sl_service* service) {
        rests_.fill(rest_of(service));
        spans_.fill(span_of(service));
    }

    /// Hash of the flow, and what lies where it says.
    template <std::size_t kLanes>
    [[gnu::always_inline]] void hash_all(std::uint64_t seed) {
        for (std::size_t i = 0; i < kLanes; i++) {
            hashes_[i] =
                sl_flow_hash_of(seed, sources_[0][i], sources_[1][i], rests_[i] | (ports_[i] & 0xffff) << 32);
        }
        for (std::size_t i = 0; i < kLanes; i++) {
            const std::uint64_t label = hashes_[i] & 0xfffff;
            starts_[i] =
                (heads_[i] & 0xf0ff) | (label >> 16) << 8 | (label & 0xff00) << 8 | (label & 0xff) << 24;
        }
        for (std::size_t i = 0; i < kLanes; i++) {
            const std::uint64_t count = spans_[i] >> 32;
            slots_[i] = (spans_[i] & 0xffffffff) + ((hashes_[i] >> 32) * count >> 32); // sl_slot_of
            marks_[i] = hashes_[i] >> 6 & (SL_MARK_WORDS - 1);                         // sl_mark_word
            choices_[i] = SL_PATH_CHOICES * families_[i] + (hashes_[i] >> 20 & (SL_PATH_CHOICES - 1));
            odd_[i] |= std::uint64_t{count == 0} | std::uint64_t{slots_[i] >= kMostSlots};
        }
    }
    /// Of an ordinary packet.
    [[nodiscard]] std::size_t slot(std::size_t i) const { return slots_[i]; }
    /// Place of its path's rank among all choices of a site, as sl_rank_of has it.
    [[nodiscard]] std::size_t choice(std::size_t i) const { return choices_[i]; }
    [[nodiscard]] std::size_t mark_word(std::size_t i) const { return marks_[i]; }
    [[nodiscard]] std::uint64_t hash(std::size_t i) const { return hashes_[i]; }
    /// The first 4 bytes of its outer header: version, traffic class, flow label.
    [[nodiscard]] std::uint64_t outer_start(std::size_t i) const { return starts_[i]; }

private:
    /// The rest of a flow's key is the service's part of it and the client's port.
    static std::uint64_t rest_of(const sl_service* service) {
        return service != nullptr ? std::uint64_t{service->id} << 48 | service->address_tag : 0;
    }
    /// Its first slot, and how many << 32.
    static std::uint64_t span_of(const sl_service* service) {
        return service != nullptr ? service->slot_offset | std::uint64_t{service->slot_count} << 32 : 0;
    }

    /// Where the transport header begins.
    static constexpr std::uint64_t kIpv6Offset = SL_ETHERNET + SL_IPV6;
    static constexpr std::uint64_t kIpv4Offset = SL_ETHERNET + SL_IPV4;
    static constexpr std::uint64_t kTraffic = SL_ETHERNET + 8;

    template <class Word>
    static std::uint64_t word(const std::uint8_t* bytes) {
        Word value;
        std::memcpy(&value, bytes, sizeof value);
        return value;
    }
    static std::uint64_t swapped(std::uint64_t half) { return (half & 0xff) << 8 | (half >> 8 & 0xff); }

    /// As load(), of eight packets at once when all are IPv6.
    [[gnu::always_inline]] void load_eight(std::size_t first, rte_mbuf* const* packets) {
        std::array<Words8, 8> rows;
        std::array<Words8, 8> words;
        bool is_ipv6 = true;
#pragma GCC unroll 8
        for (std::size_t k = 0; k < 8; k++) {
            is_ipv6 = is_ipv6 && is_at_hand(*packets[k]) &&
                      word<std::uint16_t>(frames_[first + k] + 12) == RTE_BE16(0x86dd);
        }
        if (!is_ipv6) {
            for (std::size_t k = 0; k < 8; k++) {
                load(first + k, *packets[k]);
            }
            return;
        }
#pragma GCC unroll 8
        for (std::size_t k = 0; k < 8; k++) {
            load_row(frames_[first + k] + SL_ETHERNET, rows[k]);
            sizes_[first + k] = packets[k]->data_len;
        }
        turn(rows, words);
        store(heads_, first, words[0]);
        store(sources_[0], first, words[1]);
        store(sources_[1], first, words[2]);
        store(destinations_[0], first, words[3]);
        store(destinations_[1], first, words[6]);
        store(ports_, first, words[7] & 0xffffffff);
        store(offsets_, first, Words8{} + kIpv6Offset);
        for (std::size_t k = 0; k < 8; k++) {
            const bool is_tcp = frames_[first + k][SL_ETHERNET + 6] == SL_PROTOCOL_TCP;
            flags_[first + k] = is_tcp ? frames_[first + k][kIpv6Offset + 13] : 0;
        }
    }
    /// Of an IPv6 header its first word, addresses and ports, in two pieces that overlap: the 64 bytes from
    /// the frame's first on, which devices put at the start of a cache line, are all that is touched.
    [[gnu::always_inline]] static void load_row(const std::uint8_t* ip, Words8& row) {
        Words4 low, high;
        std::memcpy(&low, ip, sizeof low);
        std::memcpy(&high, ip + 16, sizeof high);
        row = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
    }
    [[gnu::always_inline]] static void store(Column& column, std::size_t first, const Words8& words) {
        std::memcpy(&column[first], &words, sizeof words);
    }

    /// Only moves words; those of an IPv4 packet become what an IPv6 packet would have there.
    [[gnu::always_inline]] void load(std::size_t i, const rte_mbuf& packet) {
        const auto* frame = frames_[i];
        const auto type = is_at_hand(packet) ? word<std::uint16_t>(frame + 12) : 0;
        const auto* ip = frame + SL_ETHERNET;
        sizes_[i] = packet.data_len;
        if (type == RTE_BE16(0x86dd)) {
            heads_[i] = word<std::uint64_t>(ip);
            sources_[0][i] = word<std::uint64_t>(ip + 8);
            sources_[1][i] = word<std::uint64_t>(ip + 16);
            destinations_[0][i] = word<std::uint64_t>(ip + 24);
            destinations_[1][i] = word<std::uint64_t>(ip + 32);
            ports_[i] = word<std::uint32_t>(ip + SL_IPV6);
            offsets_[i] = kIpv6Offset;
            flags_[i] = ip[SL_IPV6 + 13];
        } else if (type == RTE_BE16(0x0800) && ip[0] == 0x45 && ((ip[6] & 0x3f) | ip[7]) == 0 &&
                   !is_foreign(ip)) {
            load_ipv4(i, ip);
        } else {
            heads_[i] = sources_[0][i] = sources_[1][i] = destinations_[0][i] = destinations_[1][i] =
                ports_[i] = offsets_[i] = flags_[i] = 0;
        }
    }

    [[gnu::always_inline]] void load_ipv4(std::size_t i, const std::uint8_t* ip) {
        constexpr std::uint64_t kMapped = 0xffff0000;
        const std::uint64_t payload = (swapped(word<std::uint16_t>(ip + 2)) - SL_IPV4) & 0xffff;
        heads_[i] = (0x60 | ip[1] >> 4) | std::uint64_t{ip[1] & 0x0fU} << 12 | swapped(payload) << 32 |
                    std::uint64_t{ip[9]} << 48 | std::uint64_t{ip[8]} << 56;
        sources_[0][i] = destinations_[0][i] = 0;
        sources_[1][i] = word<std::uint32_t>(ip + 12) << 32 | kMapped;
        destinations_[1][i] = word<std::uint32_t>(ip + 16) << 32 | kMapped;
        ports_[i] = word<std::uint32_t>(ip + SL_IPV4);
        offsets_[i] = kIpv4Offset;
        flags_[i] = ip[SL_IPV4 + 13];
    }
    /// Of IPv4: no client's source (limit.h).
    static bool is_foreign(const std::uint8_t* ip) {
        return ip[12] == 0 || ip[12] == 127 || ip[12] >= 224 || (ip[12] == 169 && ip[13] == 254);
    }

    // Answers are the top bit of a word: no branches, and no detour over the processor's masks.
    static std::uint64_t if_zero(std::uint64_t word) {
        return (word - 1) & ~word;
    }
    /// Of numbers without a top bit.
    static std::uint64_t if_below(std::uint64_t number, std::uint64_t least) {
        return number - least;
    }

    template <std::size_t kLanes>
    [[gnu::always_inline]] void check(const sl_prefix& block, std::uint32_t table) {
        check_addresses<kLanes>(block);
        for (std::size_t i = 0; i < kLanes; i++) {
            const auto head = heads_[i], offset = offsets_[i], ports = ports_[i];
            const auto protocol = head >> 48 & 0xff;
            const auto payload = (head >> 40 & 0xff) | (head >> 24 & 0xff00);
            const auto is_tcp = if_zero(protocol ^ SL_PROTOCOL_TCP);
            const auto is_udp = if_zero(protocol ^ SL_PROTOCOL_UDP);
            const auto least = SL_UDP + (-(is_tcp >> 63) & (SL_TCP - SL_UDP));
            static_assert(SL_TCP_SYN == 2);
            const auto is_start = if_zero(ports & 0xffff) | (flags_[i] & SL_TCP_SYN) << 62;
            const std::uint64_t most = 65535U - SL_OUTER_MOST - SL_IPV6;
            const auto is_odd = if_below(head >> 56, 2) | ~(is_tcp | is_udp) | if_below(payload, least) |
                                if_below(sizes_[i], payload + offset) | if_below(most, payload) |
                                (is_tcp & is_start);
            odd_[i] |= ((head & 0xf0) ^ 0x60) | is_odd >> 63;
            lengths_[i] = payload + offset - SL_ETHERNET;
            families_[i] = if_zero(offset ^ kIpv4Offset) >> 63;
            service_words_[i] = ports >> 16 | protocol << 16 | std::uint64_t{table} << 24;
        }
        repeats_[0] = 0;
        for (std::size_t i = 1; i < kLanes; i++) {
            const auto differing = (destinations_[0][i] ^ destinations_[0][i - 1]) |
                                   (destinations_[1][i] ^ destinations_[1][i - 1]) |
                                   (service_words_[i] ^ service_words_[i - 1]);
            repeats_[i] = if_zero(differing) >> 63;
        }
    }

    template <std::size_t kLanes>
    [[gnu::always_inline]] void check_addresses(const sl_prefix& block) {
        const std::uint64_t block0 = block.address[0], block1 = block.address[1];
        const std::uint64_t mask0 = block.mask[0], mask1 = block.mask[1];
        const std::uint64_t no_block = if_zero(mask0 | mask1);
        for (std::size_t i = 0; i < kLanes; i++) {
            const auto source0 = sources_[0][i], source1 = sources_[1][i];
            const auto destination0 = destinations_[0][i], destination1 = destinations_[1][i];
            const auto to_other = (source0 ^ destination0) | (source1 ^ destination1);
            const auto off_source = ((source0 ^ block0) & mask0) | ((source1 ^ block1) & mask1);
            const auto off_destination =
                ((destination0 ^ block0) & mask0) | ((destination1 ^ block1) & mask1);
            const auto is_inside = (if_zero(off_source) | if_zero(off_destination)) & ~no_block;
            const auto is_martian = if_zero(source0 & 0xff) | if_zero((source0 & 0xff) ^ 0xff) |
                                    if_zero((source0 & 0xc0ff) ^ 0x80fe) | if_zero(destination0 & 0xff);
            const auto is_ipv6 = if_zero(offsets_[i] ^ kIpv6Offset);
            odd_[i] = (if_zero(to_other) | (is_ipv6 & (is_inside | is_martian))) >> 63;
        }
    }

    std::array<std::uint8_t*, kBurst> frames_;
    alignas(64) Column heads_; ///< 8 bytes: version, traffic class, label, payload length, protocol, hops
    alignas(64) std::array<Column, 2> sources_;
    alignas(64) std::array<Column, 2> destinations_;
    alignas(64) Column ports_;         ///< source, destination << 16, both as in the packet
    alignas(64) Column sizes_;         ///< of the frame
    alignas(64) Column offsets_;       ///< of the transport header in the frame
    alignas(64) Column flags_;         ///< where those of TCP are
    alignas(64) Column lengths_;       ///< of the IP packet
    alignas(64) Column service_words_; ///< last word of the service's key
    alignas(64) Column repeats_;
    alignas(64) Column odd_;
    alignas(64) Column families_;
    alignas(64) Column rests_; ///< last word of the flow's key without the client's port
    alignas(64) Column spans_;
    alignas(64) Column slots_;
    alignas(64) Column marks_;
    alignas(64) Column choices_;
    alignas(64) Column hashes_;
    alignas(64) Column starts_;
};

} // namespace suanlu
