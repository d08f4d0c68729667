// SPDX-License-Identifier: Apache-2.0
// Flows of slots that are moving (affinity rules 2 to 5), in shared memory: every lcore inserts and erases,
// the agent erases what is over. Each key may lie in one of two buckets of eight, the emptier of which is
// taken, so that with at most half of the places in use an insertion finds room; nothing is ever evicted or
// moved. An entry is used again only after a grace period, because packets refresh it through a pointer.
#pragma once

#include <array>
#include <atomic>
#include <cstring>

#include "dataplane/dpdk/grace.hpp"
#include "dataplane/dpdk/row_table.hpp"
#include "dataplane/steer/wire.h"

namespace suanlu {

/// All zero is the empty table, that takes nothing before set_bound().
class ExceptionTable {
public:
    static constexpr std::uint32_t kMostEntries = 65536;

    /// Most entries at a time.
    void set_bound(std::uint32_t bound) { bound_.store(bound); }
    [[nodiscard]] std::uint32_t size() const { return count_.load(std::memory_order_relaxed); }

    /// Valid until the reader's next pause.
    [[nodiscard]] sl_exception* find(const sl_flow_key& key);
    /// Writes or replaces; false when the table is full.
    bool record(const sl_flow_key& key, std::uint64_t word, Grace& grace);
    void forget(const sl_flow_key& key, Grace& grace);

    /// Visits `limit` entries from place `cursor` on; those for which `is_over` says so are erased. Returns
    /// where to go on, 0 after the last one.
    template <class IsOver>
    std::uint32_t sweep(std::uint32_t cursor, std::uint32_t limit, Grace& grace, const IsOver& is_over) {
        for (; limit > 0 && cursor < kPlaces && size() > 0; cursor++) {
            const auto state = states_[cursor].load(std::memory_order_acquire);
            if (!is_full(state)) {
                continue;
            }
            limit--;
            Entry& entry = entries_[cursor];
            if (is_over(entry.key, sl_exception{load(entry.value.word)})) {
                erase(cursor, state, grace);
            }
        }
        return cursor < kPlaces && size() > 0 ? cursor : 0;
    }
    /// After the death of an engine: gives back the places that it was filling. No lcore may be running.
    void repair();

private:
    struct Entry {
        sl_flow_key key;
        sl_exception value;
    };
    static constexpr std::uint32_t kWays = 8;
    static constexpr std::uint32_t kPlaces = 2 * kMostEntries;
    static constexpr std::uint32_t kBuckets = kPlaces / kWays;

    // A state: what it is in the low 2 bits; of a full one 32 bits of the hash above bit 32, of a retired one
    // the epoch above bit 2.
    static constexpr std::uint64_t kEmpty = 0;
    static constexpr std::uint64_t kClaimed = 1;
    static constexpr std::uint64_t kFull = 2;
    static constexpr std::uint64_t kRetired = 3;

    struct Home {
        std::uint32_t places[2]; ///< first place of both buckets
        std::uint64_t full;      ///< state of its entry
    };
    static Home home_of(const sl_flow_key& key) {
        const auto hash = hash_of_key(key);
        return {{static_cast<std::uint32_t>(hash & (kBuckets - 1)) * kWays,
                 static_cast<std::uint32_t>((hash >> 16) & (kBuckets - 1)) * kWays},
                (hash >> 32) << 32 | kFull};
    }
    static bool is_full(std::uint64_t state) { return (state & 3) == kFull; }
    static std::uint64_t load(const std::uint64_t& word) { return __atomic_load_n(&word, __ATOMIC_RELAXED); }
    [[nodiscard]] bool is_free(std::uint64_t state, const Grace& grace) const {
        return state == kEmpty || ((state & 3) == kRetired && grace.is_over(state >> 2));
    }
    [[nodiscard]] std::uint32_t free_places(std::uint32_t first, const Grace& grace) const;
    bool fill(std::uint32_t first, const Home& home, const sl_flow_key& key, std::uint64_t word,
              const Grace& grace);
    void erase(std::uint32_t place, std::uint64_t state, Grace& grace);

    std::atomic<std::uint32_t> bound_;
    alignas(64) std::atomic<std::uint32_t> count_;
    alignas(64) std::array<std::atomic<std::uint64_t>, kPlaces> states_;
    alignas(64) std::array<Entry, kPlaces> entries_;
};

} // namespace suanlu
