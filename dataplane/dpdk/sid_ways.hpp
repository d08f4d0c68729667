// SPDX-License-Identifier: Apache-2.0
// What becomes of packets for SIDs of this router, by destination: found once in the tables of SIDs and
// routes, which try one length of prefix after the other, and remembered by an lcore until one of them
// changes. Holds copies, so that no row outlives its grace period here. An address that falls into another's
// place is looked up again.
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
    kOther,   ///< no SID of this router, or one whose packets the core looks at one by one
    kNextId,  ///< End or End.X with the next id behind ours (NEXT-C-SID, RFC 9800)
    kSegment, ///< End or End.X whose next segment is in the routing header
    kInside,  ///< a service SID
};

/// All zero is the empty one: no SID is all zero.
struct alignas(64) SidWay {
    AddressWords destination;
    AddressWords next; ///< of kNextId: the destination that they go on with
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

    /// Of packets to a destination.
    [[gnu::always_inline]] const SidWay& find(const SharedTables& tables, AddressWords destination) {
        auto& way = entries_->ways[place_of(destination)];
        if (((way.destination[0] ^ destination[0]) | (way.destination[1] ^ destination[1])) != 0) {
            way = look_up(tables, destination);
        }
        return way;
    }
    /// By a routing table; IPv4 as ::ffff:a.b.c.d. `is_segment`: of a packet that goes on to this segment,
    /// which has no link when it is a SID of this router too.
    [[gnu::always_inline]] const SidLink& find_link(const SharedTables& tables, std::uint32_t table,
                                                    bool is_segment, AddressWords to) {
        auto& route = entries_->routes[place_of(to)];
        const auto asked = std::uint64_t{1} << 63 | std::uint64_t{is_segment} << 32 | table;
        if (((route.to[0] ^ to[0]) | (route.to[1] ^ to[1]) | (route.asked ^ asked)) != 0) {
            route = {to, asked, look_up_link(tables, table, is_segment, to)};
        }
        return route.link;
    }

private:
    static constexpr std::size_t kEntries = 256;
    struct alignas(64) Route {
        AddressWords to;
        std::uint64_t asked; ///< the table and for what; 0 = the entry is empty
        SidLink link;
    };
    struct Entries {
        std::array<SidWay, kEntries> ways;
        std::array<Route, kEntries> routes;
    };

    static std::size_t place_of(AddressWords address) {
        return (address[0] ^ address[1]) * 0x9e3779b97f4a7c15 >> 56;
    }
    // Addresses are values: they stay in registers.
    [[nodiscard]] SidWay look_up(const SharedTables& tables, AddressWords destination) const;
    static SidLink look_up_link(const SharedTables& tables, std::uint32_t table, bool is_segment,
                                AddressWords to);

    std::uint64_t changes_ = 0; ///< of both tables, before the first entry was made
    sl_prefix block_{};
    std::unique_ptr<Entries> entries_ = std::make_unique<Entries>();
};

} // namespace suanlu
