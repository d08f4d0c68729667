// SPDX-License-Identifier: Apache-2.0
// The packets of a burst that nothing special is about: ordinary by their headers (packet_columns.hpp); a
// service with no rule, list or rate; a slot at rest and a path that takes them. They go through what the
// core does step by step, all of them through one before the next, so that their waits for memory and for
// multiplications overlap. What turns out to be special has not been touched yet and is sl_process's. Lives
// on an lcore's stack for one burst; the figures are in docs/benchmarks.md, and the packet tests hold it to
// the core's bytes.
#pragma once

#include "dataplane/dpdk/packet_columns.hpp"
#include "dataplane/dpdk/port_mbuf.h"

namespace suanlu {

class OrdinaryPackets {
public:
    [[gnu::always_inline]] OrdinaryPackets(sl_port& port, std::span<rte_mbuf*> packets, std::uint32_t role)
        : port_(port), control_(port.tables->control), packets_(packets), table_(load(control_.table) & 1),
          is_for_clients_(role == SL_ROLE_EXTERNAL &&
                          (control_.wide[table_].tenants & SL_TENANTS_BY_INTERFACE) == 0) {
        if (is_for_clients_) {
            columns_.read(packets_, control_, table_);
            classify_all();
            columns_.hash_all(control_.hash_seed);
            find_slots();
        } else {
            PacketColumns::fetch(packets_);
        }
    }

    /// Sends packets from `first` on until one is special, and returns its place: what becomes of it may make
    /// the next one special. The end when there is none.
    [[gnu::always_inline]] std::size_t send(std::size_t first, BurstOutcome* outcomes) {
        std::size_t end = first;
        while (is_for_clients_ && end < packets_.size() && columns_.is_ordinary(end) && find_path(end)) {
            end++;
        }
        for (std::size_t i = first; i < end; i++) {
            encapsulate(i);
            outcomes[i] = {SL_REDIRECT, paths_[i]->interface};
        }
        sent_ += end - first;
        return end;
    }

    /// All that were sent are counted.
    void count() { port_.lcore->reasons[SL_R_steered] += sent_; }

private:
    /// The agent or another lcore may change it meanwhile.
    template <class Word>
    static Word load(const Word& word) {
        return *const_cast<const volatile Word*>(&word);
    }

    [[gnu::always_inline]] void classify_all() {
        const auto& services = port_.tables->services;
        for (std::size_t i = 0; i < packets_.size(); i++) {
            if (!columns_.is_repeated(i)) {
                service_hashes_[i] = hash_of(columns_.service_key(i));
                services.prefetch(service_hashes_[i]);
            }
        }
        const sl_service* service = nullptr; // null = not an ordinary one
        std::uint64_t rest = 0;
        for (std::size_t i = 0; i < packets_.size(); i++) {
            if (!columns_.is_repeated(i)) {
                service = services.find(columns_.service_key(i), service_hashes_[i]);
                service = service != nullptr && is_ordinary(*service) ? service : nullptr;
                rest = service != nullptr ? columns_.rest_of(*service) : 0;
            }
            services_[i] = service;
            columns_.set_service(i, rest);
        }
    }

    /// Flows that do not start ask nothing of a service that places new ones.
    static bool is_ordinary(const sl_service& service) {
        return (service.flags & ~SL_SERVICE_PLACED) == SL_SERVICE_STEERED &&
               service.affinity == SL_AFFINITY_FLOW && service.bucket_count == 0 &&
               service.mark == SL_NO_MARK && service.application_be == 0;
    }

    [[gnu::always_inline]] void find_slots() {
        const auto& tables = *port_.tables;
        const auto* marks = &tables.marks[std::size_t{load(control_.marks) & 1} * SL_MARK_WORDS];
        for (std::size_t i = 0; i < packets_.size(); i++) {
            const auto* service = services_[i];
            if (service == nullptr) {
                columns_.leave(i);
                continue;
            }
            const auto hash = columns_.hash(i);
            const auto slot = service->slot_offset + sl_slot_of(hash, service->slot_count);
            if (slot >= kMostSlots) {
                columns_.leave(i);
                continue;
            }
            slots_[i] = slot;
            marks_[i] = &marks[sl_mark_word(hash)];
            rte_prefetch0(marks_[i]);
            rte_prefetch0(&tables.slots[slots_[i]]);
            rte_prefetch0(&tables.targets[slots_[i]]);
        }
    }

    /// As sl_follow does without an entry and a start, when the slot's base is its effective site. False =
    /// special.
    [[gnu::always_inline]] bool find_path(std::size_t i) {
        const auto hash = columns_.hash(i);
        const auto& slot = port_.tables->slots[slots_[i]];
        const auto& target = port_.tables->targets[slots_[i]];
        const auto base = static_cast<sl_u16>(load(slot));
        if ((load(*marks_[i]) & sl_mark_bit(hash)) != 0 || load(target.effective) != base) {
            return false;
        }
        const auto* site = sl_live_site(&port_, table_, base);
        if (site == nullptr || static_cast<sl_u16>(load(slot)) != base) {
            return false;
        }
        const bool is_ipv6 = columns_.is_ipv6(i);
        const auto rank = sl_rank_of(site, is_ipv6 ? 6 : 4, hash);
        const auto& path = site->paths[rank][is_ipv6 ? 0 : 1];
        paths_[i] = &path;
        counters_[i] = sl_path_counter(&port_, site, rank);
        return path.outer != 0 && path.interface != 0 && columns_.length(i) <= path.inner_mtu &&
               path.outer <= rte_pktmbuf_headroom(packets_[i]);
    }

    [[gnu::always_inline]] void encapsulate(std::size_t i) {
        const auto& path = *paths_[i];
        const std::uint32_t outer = path.outer;
        const auto length = columns_.length(i);
        auto& service = port_.lcore->counters[services_[i]->id];
        service.packets++;
        service.bytes += length;
        sl_count_path(counters_[i], 1, length);
        lower_hop_limit(columns_.frame(i), columns_.is_ipv6(i));
        write_outer(columns_.frame(i) - outer, path, outer, columns_.outer_start(i), length);
        grow(*packets_[i], outer, columns_.frame_length(i));
    }

    static void lower_hop_limit(std::uint8_t* frame, bool is_ipv6) {
        if (is_ipv6) {
            frame[SL_ETHERNET + 7]--;
            return;
        }
        sl_flow flow{};
        flow.l3 = SL_ETHERNET;
        flow.version = 4;
        sl_lower_hop_limit({frame, frame + SL_ETHERNET + SL_IPV4}, &flow);
    }

    /// As sl_write_outer and sl_write_segments, in pieces as large as the processor's registers. `start`: the
    /// first 4 bytes of the header.
    [[gnu::always_inline]] static void write_outer(std::uint8_t* frame, const sl_path& path,
                                                   std::uint32_t outer, std::uint64_t start,
                                                   std::uint32_t length) {
        constexpr std::size_t kPiece = 32;
        constexpr std::size_t kRest = 8; // what the first word leaves
        constexpr std::size_t kMacs = offsetof(sl_path, destination_mac);
        static_assert(SL_OUTER_LEAST >= kRest + kPiece && offsetof(sl_path, source_mac) == kMacs + 6);
        auto* ip = frame + SL_ETHERNET;
        const std::uint16_t type = RTE_BE16(0x86dd);
        std::uint64_t ready = 0; // next header and hop limit are its last two bytes
        std::memcpy(&ready, path.header, sizeof ready);
        const auto payload = static_cast<std::uint16_t>(length + outer - SL_IPV6);
        const std::uint64_t first =
            start | std::uint64_t{__builtin_bswap16(payload)} << 32 | (ready & std::uint64_t{0xffff} << 48);
        std::memcpy(frame, reinterpret_cast<const std::uint8_t*>(&path) + kMacs, 16); // both, and more
        std::memcpy(frame + 12, &type, sizeof type);
        std::memcpy(ip, &first, sizeof first);
        for (std::size_t at = 8; at + kPiece < outer; at += kPiece) {
            std::memcpy(ip + at, path.header + at, kPiece);
        }
        std::memcpy(ip + outer - kPiece, path.header + outer - kPiece, kPiece);
    }

    /// The room was found before.
    static void grow(rte_mbuf& packet, std::uint32_t bytes, std::uint32_t length) {
        packet.data_off = static_cast<std::uint16_t>(packet.data_off - bytes);
        packet.data_len = static_cast<std::uint16_t>(length + bytes);
        packet.pkt_len = length + bytes;
    }

    sl_port& port_;
    const sl_control& control_;
    std::span<rte_mbuf*> packets_;
    std::uint32_t table_;
    bool is_for_clients_;
    std::uint64_t sent_ = 0;
    PacketColumns columns_;
    std::array<std::uint64_t, kBurst> service_hashes_;
    std::array<const sl_service*, kBurst> services_;
    std::array<std::uint32_t, kBurst> slots_;
    std::array<const std::uint64_t*, kBurst> marks_;
    std::array<const sl_path*, kBurst> paths_;
    std::array<struct sl_path_counter*, kBurst> counters_;
};

} // namespace suanlu
