// SPDX-License-Identifier: Apache-2.0
// What becomes of packets for SIDs of this router, by destination: found once in the tables of SIDs and
// routes, which try one length of prefix after the other, and remembered by an lcore until one of them
// changes. Holds copies, so that no row outlives its grace period here; rows of several links are pointed to,
// as remembered.hpp says. An address that falls into another's place is looked up again.
#pragma once

#include <memory>

#include "dataplane/dpdk/shared_tables.hpp"
#include "dataplane/dpdk/steer_burst.hpp"
#include "dataplane/dpdk/wide_address.hpp"

namespace suanlu {

/// A link as IPv6 packets leave by it.
struct SidLink {
    BurstOutcome outcome;
    std::array<std::uint8_t, 14> ethernet; ///< the whole header
    std::uint16_t mtu;                     ///< 0 = none: what would leave by it is the core's to decide
};
static_assert(offsetof(SidLink, ethernet) + 16 <= sizeof(SidLink)); // it is read as one register

enum class SidKind : std::uint8_t {
    kOther,        ///< no SID of this router, or one whose packets the core looks at one by one
    kNextId,       ///< End or End.X with the next id behind ours (NEXT-C-SID, RFC 9800)
    kNextIdByFlow, ///< the same of an End, over one of several links
    kSegment,      ///< End or End.X whose next segment is in the routing header
    kInside,       ///< a service SID
};

/// All zero is the empty one: no SID is all zero.
struct alignas(64) SidWay {
    AddressWords destination;
    AddressWords next; ///< of kNextId and kNextIdByFlow: the destination that they go on with
    SidLink link;      ///< unless `table` says it
    std::uint32_t table;
    SidKind kind;
    bool is_link; ///< End.X
    // Of kInside: the next header in front of an IPv6 and of an IPv4 packet. That of a routing header, which
    // has been passed, when none may be inside.
    std::uint8_t before_ipv6;
    std::uint8_t before_ipv4;
};
static_assert(sizeof(SidWay) == 64);

class SidWays {
public:
    /// Before a burst: forgets what the tables no longer say.
    void refresh(const SharedTables& tables);

    [[nodiscard]] const sl_prefix& block() const { return block_; }

    // The last answer first: nothing waits for its address, unlike for one that is reckoned from a packet.

    /// Of packets to a destination, given as its bytes.
    [[gnu::always_inline]] const SidWay& find(const SharedTables& tables, const std::uint8_t* destination) {
        if (!is_same(wide_address(&last_way_->destination), wide_address(destination))) [[unlikely]] {
            find_other(tables, destination);
        }
        return *last_way_;
    }
    /// By a routing table, 0 for segments alone; IPv4 as ::ffff:a.b.c.d. `is_segment`: of a packet that goes
    /// on to this segment, which has no link when it is a SID of this router too. `choose` says the packet's
    /// own of a row with several links. Good until the next call.
    template <class Choose>
    [[gnu::always_inline]] const SidLink& find_link(const SharedTables& tables, std::uint32_t table,
                                                    bool is_segment, const std::uint8_t* to,
                                                    const Choose& choose) {
        const auto asked = std::uint64_t{is_segment} << 32 | table;
        if (last_route_->asked != asked || !is_same(wide_address(&last_route_->to), wide_address(to)))
            [[unlikely]] {
            find_other_link(tables, asked, to);
        }
        if (last_route_->way.several != nullptr) [[unlikely]] {
            last_route_->way.link = link_of(choose(*last_route_->way.several));
        }
        return last_route_->way.link;
    }

private:
    static constexpr std::size_t kEntries = 256;
    struct RouteWay {
        SidLink link;
        const RouteRow* several; ///< the link is that of the last packet
    };
    struct alignas(64) Route {
        AddressWords to;
        std::uint64_t asked; ///< the table and for what; 0 = the entry is empty
        RouteWay way;
    };
    struct Entries {
        std::array<SidWay, kEntries> ways;
        std::array<Route, kEntries> routes;
    };

    static std::size_t place_of(AddressWords address) {
        return (address[0] ^ address[1]) * 0x9e3779b97f4a7c15 >> 56;
    }
    // Addresses are values: they stay in registers.
    void find_other(const SharedTables& tables, const std::uint8_t* destination);
    void find_other_link(const SharedTables& tables, std::uint64_t asked, const std::uint8_t* to);
    [[nodiscard]] SidWay look_up(const SharedTables& tables, AddressWords destination) const;
    static RouteWay look_up_route(const SharedTables& tables, std::uint32_t table, bool is_segment,
                                  AddressWords to);
    static SidLink link_of(const sl_sid& row) {
        SidLink link{{kRedirect, row.interface}, {}, 0};
        link.mtu = row.interface != 0 && row.for_kernel == 0 ? row.mtu : sl_u16{0};
        static_assert(offsetof(sl_sid, source_mac) == offsetof(sl_sid, destination_mac) + 6);
        std::memcpy(link.ethernet.data(), row.destination_mac, 6);
        std::memcpy(link.ethernet.data() + 6, row.source_mac, 6);
        link.ethernet[12] = 0x86;
        link.ethernet[13] = 0xdd;
        return link;
    }

    std::uint64_t changes_ = 0; ///< of both tables, before the first entry was made
    sl_prefix block_{};
    std::unique_ptr<Entries> entries_ = std::make_unique<Entries>();
    SidWay* last_way_ = &entries_->ways[0];
    Route* last_route_ = &entries_->routes[0];
};

} // namespace suanlu
