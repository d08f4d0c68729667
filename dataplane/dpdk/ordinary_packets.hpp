// SPDX-License-Identifier: Apache-2.0
// The packets of a burst that nothing special is about: untagged, no start of a flow; a service with no rule,
// list or rate; a slot at rest and a path that takes them. They go through the core's own functions step by
// step, all of them through one before the next, so that their waits for memory and for multiplications
// overlap. What turns out to be special has not been touched yet and is sl_process's. Lives on an lcore's
// stack for one burst; the figures are in docs/benchmarks.md, and the packet tests hold it to the core's
// bytes.
#pragma once

#include <rte_prefetch.h>

#include <array>
#include <span>

#include "dataplane/dpdk/port_mbuf.h"
#include "dataplane/dpdk/steer_burst.hpp"
// Behind the port functions that it calls.
#include "dataplane/steer/steer.h"

namespace suanlu {

class OrdinaryPackets {
public:
    [[gnu::always_inline]] OrdinaryPackets(sl_port& port, std::span<rte_mbuf*> packets, std::uint32_t role)
        : port_(port), control_(port.tables->control), packets_(packets), table_(load(control_.table) & 1) {
        if (role == SL_ROLE_EXTERNAL && (control_.wide[table_].tenants & SL_TENANTS_BY_INTERFACE) == 0) {
            read_all();
            classify_all();
            find_slots();
        }
    }

    /// Called for one packet after the other: what a special one changes may make the next one special. False
    /// = special.
    [[gnu::always_inline]] bool choose(std::size_t i) {
        if (is_ordinary(i) && !find_path(i)) {
            leave(i);
        }
        return is_ordinary(i);
    }

    /// All that were chosen for get their outer header and are counted.
    [[gnu::always_inline]] void send(BurstOutcome* outcomes) {
        std::uint64_t sent = 0;
        for (std::size_t i = 0; i < packets_.size(); i++) {
            if (is_ordinary(i)) {
                encapsulate(i);
                outcomes[i] = {SL_REDIRECT, paths_[i]->interface};
                sent++;
            }
        }
        port_.lcore->reasons[SL_R_steered] += sent;
    }

private:
    /// Packets whose bytes are fetched before the first is looked at.
    static constexpr std::size_t kAhead = 4;

    /// Of the IP header.
    struct Header {
        std::uint16_t length;
        std::uint8_t version;
        std::uint8_t traffic_class;
    };

    /// The agent or another lcore may change it meanwhile.
    template <class Word>
    static Word load(const Word& word) {
        return *const_cast<const volatile Word*>(&word);
    }
    static void fetch(const rte_mbuf* packet) { rte_prefetch0(rte_pktmbuf_mtod(packet, const void*)); }

    [[nodiscard]] bool is_ordinary(std::size_t i) const { return (ordinary_ >> i & 1) != 0; }
    void leave(std::size_t i) { ordinary_ &= ~(1U << i); }

    [[gnu::always_inline]] void read_all() {
        const std::size_t count = packets_.size();
        for (std::size_t i = 0; i < std::min(kAhead, count); i++) {
            fetch(packets_[i]);
        }
        for (std::size_t i = 0; i < count; i++) {
            if (i + kAhead < count) {
                fetch(packets_[i + kAhead]);
            }
            ordinary_ |= std::uint32_t{read(i)} << i;
        }
    }

    [[gnu::always_inline]] bool read(std::size_t i) {
        sl_flow flow{};
        port_.packet = packets_[i];
        if (packets_[i]->nb_segs > 1 ||
            sl_parse(sl_port_packet(&port_), sl_port_length(&port_), &flow) != 0 ||
            sl_border(&flow, 0, &control_) != 0 || sl_check_source(&flow) != 0 ||
            (flow.tcp_flags & SL_TCP_SYN) != 0) {
            return false;
        }
        headers_[i] = {flow.length, flow.version, flow.traffic_class};
        flow_keys_[i].source = flow.source;
        flow_keys_[i].port_be = flow.source_port_be;
        const auto key = words_of(sl_service_key{flow.destination, flow.destination_port_be, flow.protocol,
                                                 static_cast<sl_u8>(table_), 0, 0});
        if (key == last_key_) {
            repeats_ |= 1U << i;
            return true;
        }
        service_keys_[i] = last_key_ = key;
        service_hashes_[i] = hash_of(key);
        port_.tables->services.prefetch(service_hashes_[i]);
        return true;
    }

    [[gnu::always_inline]] void classify_all() {
        const sl_service* service = nullptr; // of the packet before, for those that repeat its key
        for (std::size_t i = 0; i < packets_.size(); i++) {
            if (!is_ordinary(i)) {
                continue;
            }
            if ((repeats_ >> i & 1) == 0) {
                service = port_.tables->services.find(service_keys_[i], service_hashes_[i]);
            }
            if (service == nullptr || !is_ordinary(*service)) {
                leave(i);
                continue;
            }
            services_[i] = service;
            flow_keys_[i].service = service->id;
            flow_keys_[i].address_tag = service->address_tag;
        }
    }

    /// Flows that do not start ask nothing of a service that places new ones.
    static bool is_ordinary(const sl_service& service) {
        return (service.flags & ~SL_SERVICE_PLACED) == SL_SERVICE_STEERED &&
               service.affinity == SL_AFFINITY_FLOW && service.bucket_count == 0 &&
               service.mark == SL_NO_MARK && service.application_be == 0;
    }

    [[gnu::always_inline]] void find_slots() {
        for (std::size_t i = 0; i < packets_.size(); i++) {
            if (is_ordinary(i)) {
                hashes_[i] = sl_flow_hash(&flow_keys_[i], control_.hash_seed);
                slots_[i] = services_[i]->slot_offset + sl_slot_of(hashes_[i], services_[i]->slot_count);
                rte_prefetch0(marks_of(i));
                rte_prefetch0(sl_port_slot(&port_, slots_[i]));
                rte_prefetch0(sl_port_target(&port_, slots_[i]));
            }
        }
    }

    [[nodiscard]] const sl_u64* marks_of(std::size_t i) const {
        const sl_u32 half = load(control_.marks) & 1;
        return sl_port_marks(&port_, half * SL_MARK_WORDS + sl_mark_word(hashes_[i]));
    }

    /// As sl_follow does without an entry and a start, when the slot's base is its effective site.
    [[gnu::always_inline]] bool find_path(std::size_t i) {
        const auto* slot = sl_port_slot(&port_, slots_[i]);
        const auto* target = sl_port_target(&port_, slots_[i]);
        if (slot == nullptr || target == nullptr || (load(*marks_of(i)) & sl_mark_bit(hashes_[i])) != 0) {
            return false;
        }
        const auto base = static_cast<sl_u16>(load(*slot));
        const auto* site = sl_live_site(&port_, table_, base);
        if (site == nullptr || load(target->effective) != base || static_cast<sl_u16>(load(*slot)) != base) {
            return false;
        }
        const auto rank = sl_rank_of(site, headers_[i].version, hashes_[i]);
        const auto* path = &site->paths[rank][headers_[i].version == 6 ? 0 : 1];
        paths_[i] = path;
        counters_[i] = sl_path_counter(&port_, site, rank);
        return path->outer != 0 && path->interface != 0 && headers_[i].length <= path->inner_mtu &&
               path->outer <= rte_pktmbuf_headroom(packets_[i]);
    }

    [[gnu::always_inline]] void encapsulate(std::size_t i) {
        const auto* path = paths_[i];
        sl_flow flow{};
        flow.l3 = SL_ETHERNET;
        flow.version = headers_[i].version;
        flow.length = headers_[i].length;
        flow.traffic_class = headers_[i].traffic_class;
        port_.packet = packets_[i];
        sl_lower_hop_limit(sl_port_packet(&port_), &flow);
        auto* frame = reinterpret_cast<sl_u8*>(rte_pktmbuf_prepend(packets_[i], path->outer));
        sl_write_outer(frame, &flow, path, static_cast<sl_u32>(hashes_[i]) & 0xfffff);
        copy_segments(frame + SL_ETHERNET, *path);
        sl_trace trace{};
        trace.service = services_[i]->id;
        trace.bytes = flow.length;
        sl_count_service(&port_, &trace, 0);
        sl_count_path(counters_[i], 1, flow.length);
    }

    /// The routing header in pieces of 16 bytes and one of 8; find_path() has found the room.
    static void copy_segments(sl_u8* ip, const sl_path& path) {
        std::size_t at = SL_OUTER_LEAST;
        for (; at + 16 <= path.outer; at += 16) {
            std::memcpy(ip + at, path.header + at, 16);
        }
        if (at < path.outer) {
            sl_copy8(ip + at, path.header + at);
        }
    }

    sl_port& port_;
    const sl_control& control_;
    std::span<rte_mbuf*> packets_;
    std::uint32_t table_;
    std::uint32_t ordinary_ = 0; ///< a bit for each packet
    std::uint32_t repeats_ = 0;  ///< bits of those for the service of the one before
    KeyWords<sl_service_key> last_key_{};
    std::array<Header, kBurst> headers_;
    std::array<KeyWords<sl_service_key>, kBurst> service_keys_;
    std::array<std::uint64_t, kBurst> service_hashes_;
    std::array<const sl_service*, kBurst> services_;
    std::array<sl_flow_key, kBurst> flow_keys_;
    std::array<std::uint64_t, kBurst> hashes_;
    std::array<std::uint32_t, kBurst> slots_;
    std::array<const sl_path*, kBurst> paths_;
    std::array<struct sl_path_counter*, kBurst> counters_;
};

} // namespace suanlu
