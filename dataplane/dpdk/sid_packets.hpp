// SPDX-License-Identifier: Apache-2.0
// The packets of a burst from the domain's own side that go on as most do: for a SID of this router with its
// next segment in the list or the routing header (transit.h), or with a packet inside (decap.h). What becomes
// of them follows from a few words of their headers and from what is remembered of their destination
// (sid_ways.hpp). Stricter than the core, never laxer: a packet that is not plain has not been touched yet
// and is sl_process's, whose bytes the packet tests hold this to. Lives on an lcore's stack for one burst.
// Bytes from outside: nothing is read behind the end of a buffer.
#pragma once

#include <algorithm>

#include "dataplane/dpdk/convoy.hpp"
#include "dataplane/dpdk/packet_columns.hpp"
#include "dataplane/dpdk/port_mbuf.h"
#include "dataplane/dpdk/sid_ways.hpp"

namespace suanlu {

class SidPackets {
public:
    [[gnu::always_inline]] SidPackets(sl_port& port, SidWays& ways, std::span<rte_mbuf*> packets)
        : state_(*port.lcore), tables_(*port.tables), ways_(ways), packets_(packets), convoy_(packets) {
        PacketColumns::fetch(packets_);
        ways_.refresh(tables_);
        block_ = wide_address(&ways_.block().address);
        block_mask_ = wide_address(&ways_.block().mask);
        is_convoy_ = find_convoy();
    }

    /// Sends packets from `first` on until one is not plain, and returns its place; the end when there is
    /// none.
    [[gnu::always_inline]] std::size_t send(std::size_t first, BurstOutcome* outcomes) {
        if (is_convoy_) {
            convoy_.send();
            std::fill_n(outcomes, packets_.size(), convoy_.outcome());
            sent_ += packets_.size();
            return packets_.size();
        }
        std::size_t i = first;
        for (; i < packets_.size(); i++) {
            const auto* link = serve(*packets_[i]);
            if (link == nullptr) {
                break;
            }
            outcomes[i] = link->outcome;
        }
        sent_ += i - first;
        return i;
    }

    /// The whole burst has the outcome of its first packet.
    [[nodiscard]] bool has_one_outcome() const { return is_convoy_; }

    /// All that were sent are counted.
    void count() {
        state_.reasons[SL_R_sid_forwarded] += forwarded_;
        state_.reasons[SL_R_decapsulated] += sent_ - forwarded_;
    }

private:
    /// Bytes that are read of a frame before its lengths.
    static constexpr std::uint32_t kLooked = SL_ETHERNET + SL_IPV6 + 8;

    template <class Word>
    static Word read(const std::uint8_t* bytes) {
        Word word;
        std::memcpy(&word, bytes, sizeof word);
        return word;
    }

    /// For the first packet, what serve() finds out; the rest is Convoy's.
    [[gnu::always_inline]] bool find_convoy() {
        if (packets_.size() < 2 || !Convoy::may_be(*packets_[0], *packets_[1])) {
            return false;
        }
        const auto* frame = rte_pktmbuf_mtod(packets_[0], const std::uint8_t*);
        const auto* ip = frame + SL_ETHERNET;
        const Ipv6Start outer(read<std::uint64_t>(ip));
        if (!outer.is_ipv6() || differs(wide_address(ip + 8), block_, block_mask_)) {
            return false;
        }
        const auto& way = ways_.find(tables_, ip + SL_DESTINATION);
        const auto [offset, next] = inside_.find(frame, outer);
        return way.kind == SidKind::kInside && next == way.before_ipv6 &&
               convoy_.find(tables_, ways_, way, offset);
    }

    /// The link that the packet leaves by; null = it is not plain.
    [[gnu::always_inline]] const SidLink* serve(rte_mbuf& packet) {
        auto* frame = rte_pktmbuf_mtod(&packet, std::uint8_t*);
        if (packet.nb_segs != 1 || packet.data_len < kLooked ||
            read<std::uint16_t>(frame + 12) != RTE_BE16(0x86dd)) {
            return nullptr;
        }
        const auto* ip = frame + SL_ETHERNET;
        const Ipv6Start outer(read<std::uint64_t>(ip));
        if (!outer.is_ipv6() || differs(wide_address(ip + 8), block_, block_mask_) ||
            SL_ETHERNET + outer.length() > packet.data_len) {
            return nullptr;
        }
        const auto& way = ways_.find(tables_, ip + SL_DESTINATION);
        if (way.kind == SidKind::kInside) { // no switch: a table of jumps takes longer
            return decapsulate(packet, frame, outer, way);
        }
        if (way.kind == SidKind::kNextId) {
            return forward(frame, outer, way.link, &way.next);
        }
        if (way.kind == SidKind::kNextIdByFlow) {
            return forward(frame, outer, link_of(way, ip, outer, true, bytes_of(way.next)), &way.next);
        }
        return way.kind == SidKind::kSegment ? follow(frame, outer, way) : nullptr;
    }

    /// As sl_transit from where the next segment is known.
    [[gnu::always_inline]] const SidLink* forward(std::uint8_t* frame, Ipv6Start outer, const SidLink& link,
                                                  const void* next) {
        if (outer.hops() <= 1 || outer.length() > link.mtu) {
            return nullptr;
        }
        const auto destination = wide_address(next);
        std::memcpy(frame + SL_ETHERNET + SL_DESTINATION, &destination, sizeof destination);
        write_start(frame, link, outer);
        forwarded_++;
        return &link;
    }

    /// Ethernet header, and the packet's first 8 bytes one hop further.
    [[gnu::always_inline]] static void write_start(std::uint8_t* frame, const SidLink& link,
                                                   Ipv6Start start) {
        const auto word = start.forwarded();
        const auto header = wide_address(&link.ethernet); // and 2 bytes more, which the word covers
        std::memcpy(frame, &header, sizeof header);
        std::memcpy(frame + SL_ETHERNET, &word, sizeof word);
    }

    /// As sl_next_segment.
    [[gnu::always_inline]] const SidLink* follow(std::uint8_t* frame, Ipv6Start outer, const SidWay& way) {
        auto* header = frame + SL_ETHERNET + SL_IPV6;
        if (outer.next() != SL_NEXT_ROUTING) {
            return nullptr;
        }
        const RoutingStart routing(read<std::uint64_t>(header));
        const auto left = routing.left();
        if (!routing.is_segments() || SL_IPV6 + routing.length() > outer.length() || left == 0 ||
            left > routing.last() + 1) {
            return nullptr;
        }
        const auto* next = header + 8 + std::size_t{left - 1} * 16;
        const auto& link = way.is_link ? way.link : link_of(way, frame + SL_ETHERNET, outer, true, next);
        const auto* sent = forward(frame, outer, link, next);
        if (sent != nullptr) {
            header[3] = static_cast<std::uint8_t>(left - 1);
        }
        return sent;
    }

    /// As sl_decapsulate, to the packet inside.
    [[gnu::always_inline]] const SidLink* decapsulate(rte_mbuf& packet, std::uint8_t* frame, Ipv6Start outer,
                                                      const SidWay& way) {
        const auto [offset, next] = inside_.find(frame, outer);
        if (offset == 0) {
            return nullptr;
        }
        if (next == way.before_ipv6) {
            return release_ipv6(packet, frame, offset, outer, way);
        }
        return next == way.before_ipv4 ? release_ipv4(packet, frame, offset, outer, way) : nullptr;
    }

    [[gnu::always_inline]] const SidLink* release_ipv6(rte_mbuf& packet, std::uint8_t* frame,
                                                       std::uint32_t offset, Ipv6Start outer,
                                                       const SidWay& way) {
        if (offset + SL_IPV6 > SL_ETHERNET + outer.length()) {
            return nullptr;
        }
        const auto* ip = frame + offset;
        Ipv6Start inner(read<std::uint64_t>(ip));
        if (inner.unlike(outer) != 0) [[unlikely]] {
            const auto ecn = sl_merged_ecn(outer.ecn(), inner.ecn());
            if (!inner.is_ipv6() || ecn < 0) {
                return nullptr;
            }
            inner = inner.with_ecn(ecn);
        }
        const auto& link = way.table == 0 ? way.link : link_of(way, ip, inner, false, ip + SL_DESTINATION);
        if (offset + inner.length() > SL_ETHERNET + outer.length() || inner.hops() <= 1 ||
            inner.length() > link.mtu) {
            return nullptr;
        }
        write_start(uncover(packet, frame, offset), link, inner);
        return &link;
    }

    const SidLink* release_ipv4(rte_mbuf& packet, std::uint8_t* frame, std::uint32_t offset, Ipv6Start outer,
                                const SidWay& way) {
        sl_inside inside{offset, SL_ETHERNET + outer.length(), 0, 0, 4, outer.ecn(), 0, {}};
        if (sl_read_inside({frame, frame + packet.data_len}, &inside) != 0) {
            return nullptr;
        }
        const auto& link = way.table == 0 ? way.link : link_of_ipv4(way, frame + offset);
        if (inside.hops <= 1 || inside.length > link.mtu) {
            return nullptr;
        }
        auto* start = uncover(packet, frame, offset);
        const sl_sid unknown{};
        sl_write_inside(start, &unknown, &inside); // all but the link
        std::memcpy(start, link.ethernet.data(), 12);
        return &link;
    }

    static const std::uint8_t* bytes_of(const AddressWords& address) {
        return reinterpret_cast<const std::uint8_t*>(address.data());
    }
    static AddressWords read_address(const std::uint8_t* bytes) {
        return {read<std::uint64_t>(bytes), read<std::uint64_t>(bytes + 8)};
    }

    /// By the SID's table, of a packet whose header begins at `ip` and is for `to` from here on.
    [[gnu::always_inline]] const SidLink& link_of(const SidWay& way, const std::uint8_t* ip, Ipv6Start start,
                                                  bool is_segment, const std::uint8_t* to) {
        return ways_.find_link(tables_, way.table, is_segment, to, [=](const RouteRow& row) -> const sl_sid& {
            return link_of_flow(row, start.first(), ip, to);
        });
    }
    /// Apart, so that it takes no registers from packets with one link.
    [[gnu::noinline]] static const sl_sid& link_of_flow(const RouteRow& row, std::uint32_t start,
                                                        const std::uint8_t* ip, const std::uint8_t* to) {
        return row.of_flow(start, read_address(ip + 8), read_address(to));
    }
    const SidLink& link_of_ipv4(const SidWay& way, const std::uint8_t* ip) {
        const AddressWords to{0, std::uint64_t{read<std::uint32_t>(ip + 16)} << 32 | 0xffff0000};
        return ways_.find_link(tables_, way.table, false, bytes_of(to),
                               [&](const RouteRow& row) -> const sl_sid& {
                                   return row.of_flow(0, {read<std::uint64_t>(ip + 12), 0}, {});
                               });
    }

    /// Leaves of the frame what is from `offset` on, behind room for an Ethernet header, which begins there.
    [[gnu::always_inline]] std::uint8_t* uncover(rte_mbuf& packet, std::uint8_t* frame,
                                                 std::uint32_t offset) {
        const auto taken = offset - SL_ETHERNET;
        const auto left = static_cast<std::uint16_t>(packet.data_len - taken);
        packet.data_off = static_cast<std::uint16_t>(packet.data_off + taken);
        packet.data_len = left;
        packet.pkt_len = left;
        return frame + taken;
    }

    LcoreState& state_;
    const SharedTables& tables_;
    SidWays& ways_;
    std::span<rte_mbuf*> packets_;
    WideAddress block_;
    WideAddress block_mask_;
    InsideFinder inside_;
    Convoy convoy_;
    bool is_convoy_ = false;
    std::uint64_t sent_ = 0;
    std::uint64_t forwarded_ = 0; ///< of those, to their next segment
};

} // namespace suanlu
