// SPDX-License-Identifier: Apache-2.0
// One slot, three sites and two flows as small words: the world of the exhaustive check of the affinity
// rules. What its packets do says the engine that the check runs on.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/model/plan.hpp"
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

inline std::uint8_t older(std::uint8_t age, std::uint8_t most) {
    return age < most ? static_cast<std::uint8_t>(age + 1) : most;
}

inline std::uint8_t age_of(const World& world, std::uint64_t tick, std::uint8_t most) {
    const auto age = (kNow - tick) / world.step();
    return static_cast<std::uint8_t>(std::min<std::uint64_t>(age, most));
}

/// One packet of a flow.
struct Arrival {
    std::size_t flow = 0;
    bool is_start = false;
    std::uint8_t second = 0; ///< the site that its second choice would be; 0 = has none
    bool is_capped = false;  ///< no new entries may be written now
};

/// What an engine did with it.
struct Sent {
    std::uint8_t site = 0; ///< 0 = none
    bool was_refused = false;
    bool has_spent = false; ///< a cap on new entries would have been looked at
};

/// The cost row of a site, by rank: all others are dear.
inline sl_cost cost_of(std::uint8_t site, std::uint8_t second) {
    const sl_u32 cost = second == 0 ? SL_NO_COST : site == second ? 1 : 100;
    return {0, cost, 0, 0, static_cast<sl_u32>(kNow), 0, second, static_cast<sl_u16>(second - 1)};
}

} // namespace suanlu::exhaustive
