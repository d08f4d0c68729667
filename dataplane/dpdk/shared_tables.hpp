// SPDX-License-Identifier: Apache-2.0
// Everything that the agent and suanlu-fwd share, as one structure in a file that both map: the agent writes
// tables, packets of the lcores read them and keep their state here, the engine says what it does. Either may
// die and come back: the file is what remains, as pinned maps do for eBPF. All zero is a valid empty engine.
// The limits are its own: what a Plan may fill of them says SharedStore::room().
#pragma once

#include <algorithm>

#include "core/model/engine_state.hpp"
#include "dataplane/dpdk/exception_table.hpp"
#include "dataplane/dpdk/grace.hpp"
#include "dataplane/dpdk/row_table.hpp"
#include "dataplane/steer/reasons.h"
#include "dataplane/steer/wire.h"

namespace suanlu {

inline constexpr std::uint32_t kMostSlots = 262144;
inline constexpr std::uint32_t kServiceIds = 65536;
inline constexpr std::uint32_t kMostCosts = 65536;
inline constexpr std::uint32_t kMostPorts = 32;
inline constexpr std::uint32_t kEventsKept = 1024;

/// What the engine counts beside the reasons of the core; the names are in engine_counts.def.
enum class EngineCount : std::uint8_t {
    kTransmitFull,    ///< the device took no more
    kNoPort,          ///< steered to an interface that no port stands for
    kExceptionFull,   ///< the exception port took no more
    kNoExceptionPort, ///< left to the kernel, to which nothing leads
    kUnreadable,      ///< header spread over more segments than can be brought together
    kDistributorFull, ///< the lcore that the flow belongs to is late
    kCount,
};

/// Of a burst: out of the device, through the core, into the devices.
enum class Stage : std::uint8_t { kReceive, kSteer, kSend, kCount };

/// Bursts by the time that a stage of them took (EngineStage).
struct StageTimes {
    std::array<std::atomic<std::uint64_t>, EngineStage::kBuckets> bursts;
    std::atomic<std::uint64_t> packets;
    std::atomic<std::uint64_t> ns;
};

/// An address as two words in memory order.
using AddressWords = std::array<std::uint64_t, 2>;

/// Its first bits, zeros behind them.
inline AddressWords first_bits(AddressWords address, std::uint32_t length) {
    for (auto& half : address) {
        const auto kept = std::min<std::uint32_t>(length, 64);
        half &= kept == 0 ? 0 : __builtin_bswap64(~std::uint64_t{0} << (64 - kept));
        length -= kept;
    }
    return address;
}

/// The words of a key with another length and address. From values: what was just written in smaller pieces
/// is not read back.
inline KeyWords<sl_sid_key> words_with(const sl_sid_key&, std::uint32_t length, const AddressWords& address) {
    return {length | address[0] << 32, address[0] >> 32 | address[1] << 32, address[1] >> 32};
}
/// In a routing table; IPv4 as ::ffff:a.b.c.d.
struct RouteKey {
    std::uint32_t length; ///< in bits, of table and address together
    std::uint32_t table;
    sl_addr address;
};
/// Where it leads, as sl_port_route() answers: over one of several links, each flow over the same one.
struct RouteRow {
    static constexpr std::uint32_t kMostLinks = 8;
    std::array<sl_sid, kMostLinks> links;
    std::uint32_t count; ///< of links; 0 = nobody knows one now
    std::uint32_t is_nowhere;

    /// Of several links that of a packet: by addresses and, of IPv6, the flow label, which every
    /// encapsulation of ours fills from the flow (RFC 6437, RFC 6438); as Linux shares flows among next hops.
    /// `start` = the header's first 4 bytes as they lie in memory; of IPv4 all but the source, both
    /// addresses, is 0. A count that another process has spoilt leads to no row but these.
    [[nodiscard]] const sl_sid& of_flow(std::uint32_t start, AddressWords source,
                                        AddressWords destination) const {
        std::uint64_t hash = __builtin_bswap32(start) & 0xfffff;
        for (const auto word : {source[0], source[1], destination[0], destination[1]}) {
            hash = sl_mix(hash, word);
        }
        return links[(hash >> 32) * std::min(count, kMostLinks) >> 32];
    }
};

inline KeyWords<RouteKey> words_with(const RouteKey& key, std::uint32_t length, const AddressWords& address) {
    return {length | std::uint64_t{key.table} << 32, address[0], address[1]};
}
inline KeyWords<sl_access_key> words_with(const sl_access_key& key, std::uint32_t length,
                                          const AddressWords& address) {
    return {length | std::uint64_t{key.service} << 32 | std::uint64_t{key.table} << 48, address[0],
            address[1]};
}

/// Rows by prefix; a key begins with its length in bits and ends with an address. The lengths in use are
/// known, so that a packet looks only for those.
template <class Key, class Value, std::uint32_t kMostRows>
struct PrefixTable {
    static constexpr std::size_t kAddress = sizeof(Key) - sizeof(sl_addr);
    /// What a key's length counts besides the address.
    static constexpr std::uint32_t kFixedBits = 8 * (kAddress - sizeof(std::uint32_t));

    static constexpr std::uint32_t kMost = kMostRows;

    RowTable<Key, Value, kMostRows> rows;
    std::array<std::atomic<std::uint64_t>, 3> lengths; ///< bit n = some row has a prefix of n bits

    /// The longest prefix that the address falls under.
    [[nodiscard]] const Value* find(const Key& key) const;
};
using AccessTable = PrefixTable<sl_access_key, sl_access, 65536>;
using SidTable = PrefixTable<sl_sid_key, sl_sid, SL_SIDS>;
/// Of the tables that SIDs name, as the kernel has them.
using RouteTable = PrefixTable<RouteKey, RouteRow, 16384>;

/// New flows by service and site, of one lcore: made as they come, never erased. All zero is the empty table.
/// A packet looks at no more than kProbes cells, however full the table is.
class StartsTable {
public:
    static constexpr std::uint32_t kCells = 65536;
    static constexpr std::uint32_t kProbes = 16;

    /// Null when there is no room near where the pair belongs.
    std::uint64_t* find_or_make(const sl_starts_key& key) {
        const std::uint32_t wanted = std::uint32_t{key.service} << 16 | key.site;
        auto at = static_cast<std::uint32_t>(sl_mix(0, wanted)) & (kCells - 1);
        for (std::uint32_t probes = 0; probes < kProbes; probes++, at = (at + 1) & (kCells - 1)) {
            auto& cell = cells_[at];
            const auto found = cell.pair.load(std::memory_order_relaxed);
            if (found == wanted) {
                return &cell.starts;
            }
            if (found == 0) {
                cell.pair.store(wanted, std::memory_order_release);
                return &cell.starts;
            }
        }
        return nullptr;
    }
    template <class Visit>
    void each(const Visit& visit) const {
        for (const auto& cell : cells_) {
            if (const auto pair = cell.pair.load(std::memory_order_acquire); pair != 0) {
                visit(static_cast<std::uint16_t>(pair >> 16), static_cast<std::uint16_t>(pair), cell.starts);
            }
        }
    }

private:
    struct Cell {
        std::atomic<std::uint32_t> pair; ///< service and site; 0 = free
        std::uint64_t starts;
    };
    std::array<Cell, kCells> cells_;
};

/// What one lcore writes; the agent reads, and clears the counters of a site that has yet to come.
struct alignas(64) LcoreState {
    std::atomic<std::uint64_t> alive; ///< monotonic ns of the last burst; 0 = has never run
    std::atomic<bool> is_running;
    std::uint64_t answer_budget;
    std::uint64_t insert_budget;
    std::array<std::uint64_t, SL_REASON_COUNT> reasons;
    std::array<std::uint64_t, static_cast<std::size_t>(EngineCount::kCount)> engine;
    std::array<StageTimes, static_cast<std::size_t>(Stage::kCount)> times; ///< watch.hpp
    std::array<sl_counter, kServiceIds> counters;
    std::array<sl_site_counter, SL_SITE_COUNTERS> site_counters;
    StartsTable site_starts;
    /// New flows that are told of; while the agent has not fetched them, no further ones fit.
    std::atomic<std::uint64_t> events_written;
    std::atomic<std::uint64_t> events_read; ///< the agent's
    std::array<sl_flow_event, kEventsKept> events;
};

/// A port as the engine opened it.
struct SharedPort {
    char interface[16]; ///< of the kernel, zero-terminated
    std::uint32_t index;
    std::uint32_t role; ///< enum sl_role
    std::atomic<bool> is_down;
    std::atomic<std::uint32_t> unpolled_queues; ///< of the interface: their packets are the kernel's
    /// As EnginePort has them.
    std::atomic<std::uint64_t> received;
    std::atomic<std::uint64_t> sent;
    std::atomic<std::uint64_t> missed;
    std::atomic<std::uint64_t> errors;
    std::atomic<std::uint64_t> received_bytes;
    std::atomic<std::uint64_t> sent_bytes;
};

struct SharedTables {
    std::uint32_t magic;
    std::uint32_t layout;
    std::uint64_t bytes;
    std::uint64_t shape; ///< where everything is (shared_memory.cpp)

    alignas(64) sl_control control;
    alignas(64) Grace grace;
    std::atomic<std::uint32_t> port_count;
    std::array<SharedPort, kMostPorts> ports;

    alignas(64) RowTable<sl_service_key, sl_service, 131072> services;
    alignas(64) RowTable<sl_site_key, sl_site, 8192> sites;
    alignas(64) RowTable<sl_tenant_key, sl_tenant, 8192> tenants;
    alignas(64) RowTable<sl_wide_key, sl_wide, 8192> wide;
    alignas(64) RowTable<sl_server_key, sl_server, 8192> servers;
    alignas(64) AccessTable access;
    alignas(64) SidTable sids;
    alignas(64) RouteTable routes;
    alignas(64) std::array<sl_rule, std::size_t{2} * SL_RULES_PER_TABLE> rules;
    alignas(64) std::array<sl_bucket, SL_BUCKETS> buckets;

    alignas(64) std::array<std::uint64_t, kMostSlots> slots;
    alignas(64) std::array<sl_target, kMostSlots> targets;
    alignas(64) std::array<std::uint64_t, std::size_t{2} * SL_MARK_WORDS> marks;
    alignas(64) std::array<sl_cost, kMostCosts> costs;
    alignas(64) std::array<std::uint64_t, SL_CREDITS> credits;
    alignas(64) std::array<std::uint64_t, SL_START_LINES> starts;
    alignas(64) std::array<sl_fragment, SL_FRAGMENT_LINES> fragments;
    ExceptionTable exceptions;

    std::array<LcoreState, kMostLcores> lcores;
};

template <class Key, class Value, std::uint32_t kMostRows>
const Value* PrefixTable<Key, Value, kMostRows>::find(const Key& key) const {
    constexpr std::uint32_t kWord = 64;
    AddressWords address;
    std::memcpy(address.data(), reinterpret_cast<const std::uint8_t*>(&key) + kAddress, sizeof address);
    for (std::uint32_t word = static_cast<std::uint32_t>(lengths.size()); word-- > 0;) {
        for (auto in_use = lengths[word].load(std::memory_order_relaxed); in_use != 0;) {
            const auto bit = static_cast<std::uint32_t>(std::bit_width(in_use)) - 1;
            in_use ^= std::uint64_t{1} << bit;
            const std::uint32_t length = word * kWord + bit;
            const auto words = words_with(key, kFixedBits + length, first_bits(address, length));
            if (const auto* row = rows.find(words, hash_of(words)); row != nullptr) {
                return row;
            }
        }
    }
    return nullptr;
}

} // namespace suanlu
