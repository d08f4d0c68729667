// SPDX-License-Identifier: Apache-2.0
// What becomes of packets for SIDs of this router, by destination: found once in the tables of SIDs and
// routes, which try one length of prefix after the other, and remembered by an lcore until one of them
// changes. Holds copies, so that no row outlives its grace period here; rows of several links are pointed to,
// as remembered.hpp says. An address that falls into another's place is looked up again.
#pragma once

#include <memory>

#include "dataplane/dpdk/shared_tables.hpp"
#include "dataplane/dpdk/steer_burst.hpp"

namespace suanlu {

/// A link as packets leave by it.
struct SidLink {
    BurstOutcome outcome;
    std::uint32_t mtu; ///< 0 = none: what would leave by it is the core's to decide
    std::array<std::uint8_t, 12> macs;
};

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
    std::uint8_t behaviour; ///< enum sl_behaviour
    std::uint8_t pad[2];
};
static_assert(sizeof(SidWay) == 64);

class SidWays {
public:
    /// Before a burst: forgets what the tables no longer say.
    void refresh(const SharedTables& tables);

    [[nodiscard]] const sl_prefix& block() const { return block_; }

    // The last answer first: nothing waits for its address, unlike for one that is reckoned from a packet.

    /// Of packets to a destination.
    [[gnu::always_inline]] const SidWay& find(const SharedTables& tables, AddressWords destination) {
        if (!is_same(last_way_->destination, destination)) {
            last_way_ = &entries_->ways[place_of(destination)];
            if (!is_same(last_way_->destination, destination)) {
                *last_way_ = look_up(tables, destination);
            }
        }
        return *last_way_;
    }
    /// By a routing table; IPv4 as ::ffff:a.b.c.d. `is_segment`: of a packet that goes on to this segment,
    /// which has no link when it is a SID of this router too. `choose` says the packet's own of a row with
    /// several links. Good until the next call.
    template <class Choose>
    [[gnu::always_inline]] const SidLink& find_link(const SharedTables& tables, std::uint32_t table,
                                                    bool is_segment, AddressWords to, const Choose& choose) {
        const auto asked = std::uint64_t{1} << 63 | std::uint64_t{is_segment} << 32 | table;
        if (!last_route_->is(to, asked)) {
            last_route_ = &entries_->routes[place_of(to)];
            if (!last_route_->is(to, asked)) {
                *last_route_ = {to, asked, look_up_route(tables, table, is_segment, to)};
            }
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
        [[nodiscard]] bool is(AddressWords address, std::uint64_t what) const {
            return is_same(to, address) && asked == what;
        }
    };
    struct Entries {
        std::array<SidWay, kEntries> ways;
        std::array<Route, kEntries> routes;
    };

    static bool is_same(AddressWords one, AddressWords other) {
        return ((one[0] ^ other[0]) | (one[1] ^ other[1])) == 0;
    }
    static std::size_t place_of(AddressWords address) {
        return (address[0] ^ address[1]) * 0x9e3779b97f4a7c15 >> 56;
    }
    static SidLink link_of(const sl_sid& row) {
        SidLink link{{kRedirect, row.interface}, 0, {}};
        link.mtu = row.interface != 0 && row.for_kernel == 0 ? row.mtu : 0U;
        static_assert(offsetof(sl_sid, source_mac) == offsetof(sl_sid, destination_mac) + 6);
        std::memcpy(link.macs.data(), row.destination_mac, 6);
        std::memcpy(link.macs.data() + 6, row.source_mac, 6);
        return link;
    }
    // Addresses are values: they stay in registers.
    [[nodiscard]] SidWay look_up(const SharedTables& tables, AddressWords destination) const;
    static RouteWay look_up_route(const SharedTables& tables, std::uint32_t table, bool is_segment,
                                  AddressWords to);

    std::uint64_t changes_ = 0; ///< of both tables, before the first entry was made
    sl_prefix block_{};
    std::unique_ptr<Entries> entries_ = std::make_unique<Entries>();
    SidWay* last_way_ = &entries_->ways[0];
    Route* last_route_ = &entries_->routes[0];
};

} // namespace suanlu
