// SPDX-License-Identifier: Apache-2.0
// The packets of a burst that nothing special is about: ordinary by their headers (packet_columns.hpp); a
// service with no rule, list or rate; a slot at rest and a path that takes them. They go through what the
// core does step by step, all of them through one before the next, so that their waits for memory and for
// multiplications overlap. What turns out to be special has not been touched yet and is sl_process's. Lives
// on an lcore's stack for one burst; the figures are in docs/benchmarks.md, and the packet tests hold it to
// the core's bytes.
#pragma once

#include <algorithm>

#include "dataplane/dpdk/packet_columns.hpp"
#include "dataplane/dpdk/port_mbuf.h"
#include "dataplane/dpdk/remembered.hpp"
#include "dataplane/dpdk/train.hpp"

namespace suanlu {

class OrdinaryPackets {
public:
    [[gnu::always_inline]] OrdinaryPackets(sl_port& port, KnownSites& sites, std::span<rte_mbuf*> packets,
                                           std::uint32_t role, bool has_wide_registers)
        : port_(port), control_(port.tables->control), sites_(sites), packets_(packets),
          table_(load(control_.table) & 1),
          marks_(&port.tables->marks[std::size_t{load(control_.marks) & 1} * SL_MARK_WORDS]),
          for_clients_(is_for_clients(role) ? packets.size() : 0) {
        if (for_clients_ == 0) {
            PacketColumns::fetch(packets_);
            return;
        }
        columns_.take(packets_);
        sites_.refresh(*port_.tables, table_);
        is_train_ = is_train(packets_, columns_) && find_train();
        if (is_train_) {
            return;
        }
        columns_.read<kBurst>(packets_, control_, table_, has_wide_registers);
        classify_all();
        columns_.hash_all<kBurst>(control_.hash_seed);
        fetch_slots();
    }

    /// Sends packets from `first` on until one is special, and returns its place: what becomes of it may make
    /// the next one special. The end when there is none.
    [[gnu::always_inline]] std::size_t send(std::size_t first, BurstOutcome* outcomes) {
        if (is_train_) {
            return send_train(outcomes);
        }
        std::size_t end = first;
        while (end < for_clients_ && columns_.is_ordinary(end) && find_path(end)) {
            end++;
        }
        ServiceCount count;
        for (std::size_t i = first; i < end; i++) {
            const auto& path = *paths_[i];
            const auto length = columns_.length(i);
            count.add(*port_.lcore, services_[i], length);
            add_to(*counters_[i], 1, length);
            encapsulate(i, path, length);
            outcomes[i] = {SL_REDIRECT, path.interface};
        }
        count.write(*port_.lcore);
        sent_ += end - first;
        return end;
    }

    /// The whole burst has the outcome of its first packet.
    [[nodiscard]] bool has_one_outcome() const { return is_train_; }

    /// All that were sent are counted.
    void count() { port_.lcore->reasons[SL_R_steered] += sent_; }

private:
    /// Of a service or a path.
    template <class Counter>
    static void add_to(Counter& counter, std::uint64_t packets, std::uint64_t bytes) {
        counter.packets += packets;
        counter.bytes += bytes;
    }

    /// Packets of one service that come one behind the other are counted together.
    class ServiceCount {
    public:
        void add(LcoreState& lcore, const sl_service* service, std::uint32_t bytes) {
            if (service != service_) {
                write(lcore);
                service_ = service;
                packets_ = bytes_ = 0;
            }
            packets_++;
            bytes_ += bytes;
        }
        void write(LcoreState& lcore) const {
            if (service_ != nullptr) {
                add_to(lcore.counters[service_->id], packets_, bytes_);
            }
        }

    private:
        const sl_service* service_ = nullptr;
        std::uint64_t packets_ = 0;
        std::uint64_t bytes_ = 0;
    };

    /// The agent or another lcore may change it meanwhile.
    template <class Word>
    static Word load(const Word& word) {
        return *const_cast<const volatile Word*>(&word);
    }

    [[nodiscard]] bool is_for_clients(std::uint32_t role) const {
        return role == SL_ROLE_EXTERNAL && (control_.wide[table_].tenants & SL_TENANTS_BY_INTERFACE) == 0;
    }

    /// Decides for the first packet of a train. False = it is special.
    [[gnu::always_inline]] bool find_train() {
        columns_.read<1>(packets_.first(1), control_, table_, false);
        services_[0] = find_service(0, hash_of(columns_.service_key(0)));
        columns_.set_service(0, services_[0]);
        columns_.hash_all<1>(control_.hash_seed);
        return columns_.is_ordinary(0) && find_path(0);
    }

    /// All of it: the others get the header of the first, from two registers where it fits.
    [[gnu::always_inline]] std::size_t send_train(BurstOutcome* outcomes) {
        const auto& path = *paths_[0];
        const auto length = columns_.length(0);
        const std::uint64_t count = packets_.size();
        const std::size_t header = SL_ETHERNET + path.outer;
        encapsulate(0, path, length);
        const auto* first = columns_.frame(0) - path.outer;
        if (header >= sizeof(Words8) && header <= 2 * sizeof(Words8)) {
            Words8 front, back;
            std::memcpy(&front, first, sizeof front);
            std::memcpy(&back, first + header - sizeof back, sizeof back);
            follow(path.outer, [front, back](std::uint8_t* to, std::uint8_t* end) {
                std::memcpy(to, &front, sizeof front);
                std::memcpy(end - sizeof back, &back, sizeof back);
            });
        } else {
            follow(path.outer, [first](std::uint8_t* to, const std::uint8_t* end) {
                copy_header(to, first, static_cast<std::size_t>(end - to));
            });
        }
        std::fill_n(outcomes, count, BurstOutcome{SL_REDIRECT, path.interface});
        add_to(port_.lcore->counters[services_[0]->id], count, count * length);
        add_to(*counters_[0], count, count * length);
        sent_ += count;
        return count;
    }
    /// `put` writes the header from the new start of the frame to its end.
    template <class Put>
    [[gnu::always_inline]] void follow(std::uint32_t outer, const Put& put) {
        const auto offset = packets_[0]->data_off, length = packets_[0]->data_len;
        const auto family = columns_.family(0);
        const auto hops = columns_.frame(0)[SL_ETHERNET + 7]; // of IPv6: that of all
        for (std::size_t i = 1; i < packets_.size(); i++) {
            auto* frame = columns_.frame(i);
            if (family == 0) {
                frame[SL_ETHERNET + 7] = hops;
            } else {
                lower_hop_limit(frame, family);
            }
            put(frame - outer, frame + SL_ETHERNET);
            auto& packet = *packets_[i]; // lies as the first one
            packet.data_off = offset;
            packet.data_len = length;
            packet.pkt_len = length;
        }
    }

    [[gnu::always_inline]] void classify_all() {
        if (packets_.size() == kBurst && columns_.is_one_service()) {
            const auto* service = find_service(0, hash_of(columns_.service_key(0)));
            services_.fill(service);
            columns_.set_all_services(service);
            return;
        }
        const auto& services = port_.tables->services;
        for (std::size_t i = 0; i < packets_.size(); i++) {
            if (!columns_.is_repeated(i)) {
                service_hashes_[i] = hash_of(columns_.service_key(i));
                services.prefetch(service_hashes_[i]);
            }
        }
        const sl_service* service = nullptr;
        for (std::size_t i = 0; i < packets_.size(); i++) {
            service = columns_.is_repeated(i) ? service : find_service(i, service_hashes_[i]);
            services_[i] = service;
            columns_.set_service(i, service);
        }
    }

    /// Null = none, or one that is not ordinary.
    [[gnu::always_inline]] const sl_service* find_service(std::size_t i, std::uint64_t hash) const {
        const auto* service = port_.tables->services.find(columns_.service_key(i), hash);
        return service != nullptr && is_ordinary(*service) ? service : nullptr;
    }

    /// Flows that do not start ask nothing of a service that places new ones.
    static bool is_ordinary(const sl_service& service) {
        return (service.flags & ~SL_SERVICE_PLACED) == SL_SERVICE_STEERED &&
               service.affinity == SL_AFFINITY_FLOW && service.bucket_count == 0 &&
               service.mark == SL_NO_MARK && service.application_be == 0;
    }

    /// Brings near what find_path reads.
    [[gnu::always_inline]] void fetch_slots() {
        const auto& tables = *port_.tables;
        for (std::size_t i = 0; i < packets_.size(); i++) {
            rte_prefetch0(marks_ + columns_.mark_word(i));
            rte_prefetch0(tables.slots.data() + columns_.slot(i));
            rte_prefetch0(tables.targets.data() + columns_.slot(i));
        }
    }

    /// As sl_follow does without an entry and a start, when the slot's base is its effective site. False =
    /// special.
    [[gnu::always_inline]] bool find_path(std::size_t i) {
        const auto hash = columns_.hash(i);
        const auto& slot = port_.tables->slots[columns_.slot(i)];
        const auto& target = port_.tables->targets[columns_.slot(i)];
        const auto base = static_cast<sl_u16>(load(slot));
        if ((load(marks_[columns_.mark_word(i)]) & sl_mark_bit(hash)) != 0 ||
            load(target.effective) != base) {
            return false;
        }
        const auto& known = find_site(base);
        if (known.site == nullptr || static_cast<sl_u16>(load(slot)) != base) {
            return false;
        }
        const auto* choices = reinterpret_cast<const sl_u8*>(known.site->choice);
        const auto* paths = reinterpret_cast<const sl_path*>(known.site->paths);
        const std::size_t rank = choices[columns_.choice(i)] & (SL_PATHS - 1);
        const auto& path = paths[2 * rank + columns_.family(i)];
        paths_[i] = &path;
        counters_[i] = &known.counter->paths[rank];
        return path.outer != 0 && path.interface != 0 && columns_.length(i) <= path.inner_mtu &&
               path.outer <= rte_pktmbuf_headroom(packets_[i]);
    }

    [[gnu::always_inline]] const KnownSite& find_site(sl_u16 id) {
        auto& known = sites_.at(id);
        if (known.id != id) {
            look_up(id, known);
        }
        return known;
    }
    [[gnu::noinline]] void look_up(sl_u16 id, KnownSite& known) {
        const auto* site = sl_live_site(&port_, table_, id);
        auto* counter = site != nullptr ? sl_port_site_counter(&port_, site->counter) : nullptr;
        known = {id, counter != nullptr ? site : nullptr, counter};
    }

    [[gnu::always_inline]] void encapsulate(std::size_t i, const sl_path& path, std::uint32_t length) {
        const std::uint32_t outer = path.outer;
        lower_hop_limit(columns_.frame(i), columns_.family(i));
        write_outer(columns_.frame(i) - outer, path, outer, columns_.outer_start(i), length);
        grow(*packets_[i], outer, columns_.frame_length(i));
    }

    static void lower_hop_limit(std::uint8_t* frame, std::uint64_t family) {
        if (family == 0) {
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
        constexpr std::size_t kRest = 8; // what the first word leaves
        constexpr std::size_t kMacs = offsetof(sl_path, destination_mac);
        static_assert(offsetof(sl_path, source_mac) == kMacs + 6);
        auto* ip = frame + SL_ETHERNET;
        const std::uint16_t type = RTE_BE16(0x86dd);
        std::uint64_t first = 0; // in the row it has next header and hop limit, and the version
        std::memcpy(&first, path.header, sizeof first);
        first |= start | __builtin_bswap64(std::uint64_t{length + outer - SL_IPV6} << 16); // payload length
        std::memcpy(frame, reinterpret_cast<const std::uint8_t*>(&path) + kMacs, 16);      // both, and more
        std::memcpy(frame + 12, &type, sizeof type);
        std::memcpy(ip, &first, sizeof first);
        static_assert(SL_OUTER_LEAST >= kRest + 32 && std::size_t{SL_ETHERNET} + SL_OUTER_MOST <= 3 * 64);
        copy_header(ip + kRest, path.header + kRest, outer - kRest);
    }

    /// At least 32 bytes.
    [[gnu::always_inline]] static void copy_header(std::uint8_t* to, const std::uint8_t* from,
                                                   std::size_t bytes) {
        if (bytes >= 64) {
            copy<64>(to, from, bytes);
        } else {
            copy<32>(to, from, bytes);
        }
    }

    /// One to three pieces; the last one may overlap.
    template <std::size_t kPiece>
    [[gnu::always_inline]] static void copy(std::uint8_t* to, const std::uint8_t* from, std::size_t bytes) {
        std::memcpy(to, from, kPiece);
        if (bytes > 2 * kPiece) {
            std::memcpy(to + kPiece, from + kPiece, kPiece);
        }
        std::memcpy(to + bytes - kPiece, from + bytes - kPiece, kPiece);
    }

    /// The room was found before.
    static void grow(rte_mbuf& packet, std::uint32_t bytes, std::uint32_t length) {
        packet.data_off = static_cast<std::uint16_t>(packet.data_off - bytes);
        packet.data_len = static_cast<std::uint16_t>(length + bytes);
        packet.pkt_len = length + bytes;
    }

    sl_port& port_;
    const sl_control& control_;
    KnownSites& sites_;
    std::span<rte_mbuf*> packets_;
    std::uint32_t table_;
    const std::uint64_t* marks_;
    std::size_t for_clients_; ///< packets: all or none
    std::uint64_t sent_ = 0;
    bool is_train_ = false; ///< decided for the first, which is ordinary
    PacketColumns columns_;
    std::array<std::uint64_t, kBurst> service_hashes_;
    std::array<const sl_service*, kBurst> services_;
    std::array<const sl_path*, kBurst> paths_;
    std::array<struct sl_path_counter*, kBurst> counters_;
};

} // namespace suanlu
