// SPDX-License-Identifier: Apache-2.0
// One slot, three sites and two flows as small words: the world of the exhaustive check of the affinity
// rules, and the packets' half of it, which is the C core itself (steer/affinity.h) on a port of a few words.
// A rule that is left out is left out of the port or of what stands around SlotTable, never of the core.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/model/sample.hpp"
#include "dataplane/steer/wire.h"

namespace suanlu::exhaustive {

constexpr std::uint64_t kNow = 1 << 24; // ticks
constexpr std::uint8_t kSites = 3;
constexpr std::uint8_t kFlows = 2;

enum Rule {
    kAll,
    kSinceWhenMoving,     // 1
    kEntryIsFollowed,     // 2
    kEntryIsRefreshed,    // 2
    kStartNeedsFreshness, // 2
    kDeadSiteIsLeft,      // 2
    kStartIsRecalled,     // 3
    kStartIsRecorded,     // 3
    kStartOnBaseForgets,  // 3
    kBaseWhenNotRecorded, // 3
    kUnknownGoesToBase,   // 4
    kUnknownIsRecorded,   // 4
    kFailurePutsOff,      // 4
    kMoveWaits,           // 5
    kNothingIsEvicted,    // 5
    kSuspectStays,        // 6
    kDeathIsAtOnce,       // 6
    kMovableFollows,      // 7
    kMovableStays,        // 7
};

struct Entry {
    std::uint8_t site = 0; // 0 = none
    std::uint8_t age = 0;
    bool operator==(const Entry&) const = default;
};

enum Stage : std::uint8_t { kUnknown, kOpening, kOpen };

struct Flow {
    Entry entry;
    Entry start; // line of the start cache
    Stage stage = kUnknown;
    std::uint8_t at = 0; // the site that must serve it; 0 = any, its own has died
    std::uint8_t age = kSilent;

    static constexpr std::uint8_t kSilent = 3; // beyond G: nothing is promised to what comes next
};

struct State {
    std::uint8_t base = 1;
    std::uint8_t next = 1;
    std::uint8_t effective = 1;
    std::uint8_t wanted = 1; // what the shares ask for
    std::uint8_t since = 3;  // age
    std::uint8_t steady = 3; // steps since the effective site changed, for rule 7
    std::array<SiteLiveness, kSites> sites{SiteLiveness::kAlive, SiteLiveness::kAlive, SiteLiveness::kAlive};
    std::array<Flow, kFlows> flows;

    [[nodiscard]] SiteLiveness of(std::uint8_t site) const { return sites[site - 1U]; }
    [[nodiscard]] std::uint64_t slot_key() const;
    [[nodiscard]] std::uint64_t key() const;
};

inline std::uint64_t State::slot_key() const {
    std::uint64_t key = 0;
    for (const unsigned value : {base, next, effective, wanted, since, steady}) {
        key = key << 2 | value;
    }
    for (const auto site : sites) {
        key = key << 2 | static_cast<unsigned>(site);
    }
    return key;
}

inline std::uint64_t State::key() const {
    std::uint64_t key = slot_key();
    for (const auto& flow : flows) {
        for (const unsigned value : {flow.entry.site, flow.entry.age, flow.start.site, flow.start.age,
                                     std::uint8_t{flow.stage}, flow.at, flow.age}) {
            key = key << 2 | value;
        }
    }
    return key;
}

struct World {
    Rule without = kAll;
    std::size_t capacity = 2;
    Affinity affinity = Affinity::kFlow;
    // Two steps are within G and three are not, one is within the 4 s of the start cache and two are not; for
    // movable services three steps are a minute.
    [[nodiscard]] std::uint64_t step() const { return affinity == Affinity::kMovable ? 20'480 : 2048; }
    [[nodiscard]] std::uint32_t timeout() const { return 2 * 2048 + 1; }
    [[nodiscard]] std::uint64_t tick_of(unsigned age) const { return kNow - age * step(); }
};

} // namespace suanlu::exhaustive

// What the core sees of the world while one packet passes.
struct sl_port {
    const suanlu::exhaustive::World* world;
    suanlu::exhaustive::State* state;
    std::size_t flow;
    bool is_start;
    bool is_capped;
    sl_u64 slot;
    sl_target target;
    sl_u64 line;
    std::optional<sl_exception> entry;
    sl_exception copy;
    std::array<sl_site, suanlu::exhaustive::kSites> sites;
    std::array<sl_cost, suanlu::exhaustive::kSites> costs;
    sl_control control;
    sl_u64 credit;
    sl_u64 marks;
    sl_u64 budget;
    bool was_refused;
    bool has_spent; // asked whether it may insert
};

#include "dataplane/steer/affinity.h"

SL_INLINE const struct sl_control* sl_port_control(struct sl_port* port) {
    return &port->control;
}
SL_INLINE const struct sl_site* sl_port_site(struct sl_port* port, const struct sl_site_key* key) {
    return key->id <= port->sites.size() ? &port->sites[key->id - 1U] : nullptr;
}
SL_INLINE sl_u64* sl_port_slot(struct sl_port* port, sl_u32) {
    return &port->slot;
}
SL_INLINE const struct sl_target* sl_port_target(struct sl_port* port, sl_u32) {
    return &port->target;
}
SL_INLINE sl_u64* sl_port_start_line(struct sl_port* port, sl_u32) {
    return port->world->without == suanlu::exhaustive::kStartIsRecalled ? nullptr : &port->line;
}
SL_INLINE struct sl_cost* sl_port_cost(struct sl_port* port, sl_u32 index) {
    return &port->costs.at(index);
}
SL_INLINE sl_u64* sl_port_credit(struct sl_port* port, sl_u32) {
    return &port->credit;
}
SL_INLINE sl_u64* sl_port_insert_budget(struct sl_port* port) {
    port->has_spent = true;
    port->budget = port->is_capped ? ~sl_u64{0} >> 1 : 0;
    return &port->budget;
}
SL_INLINE sl_u64* sl_port_marks(struct sl_port* port, sl_u32) {
    port->marks = ~sl_u64{0};
    return &port->marks;
}
SL_INLINE void sl_port_set(struct sl_port*, sl_u64*, sl_u64) {
}
SL_INLINE struct sl_exception* sl_port_exception(struct sl_port* port, const struct sl_flow_key*) {
    using namespace suanlu::exhaustive;
    if (!port->entry || port->world->without == kEntryIsFollowed) {
        return nullptr;
    }
    port->copy = *port->entry;
    return port->world->without == kEntryIsRefreshed ? &port->copy : &*port->entry;
}
SL_INLINE int sl_port_record(struct sl_port* port, const struct sl_flow_key*, sl_u64 word) {
    using namespace suanlu::exhaustive;
    const auto without = port->world->without;
    if (without == (port->is_start ? kStartIsRecorded : kUnknownIsRecorded)) {
        return 0;
    }
    auto& other = port->state->flows[1 - port->flow].entry;
    const std::size_t others = other.site != 0 ? 1 : 0;
    if (!port->entry && others + 1 > port->world->capacity) {
        if (without == kNothingIsEvicted && others > 0) {
            other = {};
        } else {
            return without == kBaseWhenNotRecorded ? 0 : -1;
        }
    }
    port->entry = sl_exception{word};
    return 0;
}
SL_INLINE void sl_port_forget(struct sl_port* port, const struct sl_flow_key*) {
    if (port->world->without != suanlu::exhaustive::kStartOnBaseForgets) {
        port->entry.reset();
    }
}
SL_INLINE sl_u64 sl_port_swap(struct sl_port* port, sl_u64* word, sl_u64 expected, sl_u64 desired) {
    const auto found = *word;
    const bool is_slot = word == &port->slot;
    if (found == expected && !(is_slot && port->world->without == suanlu::exhaustive::kFailurePutsOff)) {
        *word = desired;
    }
    return found;
}
SL_INLINE void sl_port_add(struct sl_port*, sl_u64*, sl_u64) {
}
SL_INLINE sl_u64 sl_port_now(struct sl_port*) {
    return suanlu::exhaustive::kNow << SL_TICK_SHIFT;
}
SL_INLINE void sl_port_count(struct sl_port* port, enum sl_reason reason) {
    port->was_refused |= reason == SL_R_exception_full || reason == SL_R_insert_capped;
}
