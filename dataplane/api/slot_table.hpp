// SPDX-License-Identifier: Apache-2.0
// The slots of one service: the user-space half of the affinity rules (docs/architecture.md, "affinity",
// rules 1, 5, 6, 7; packets do the rest in dataplane/steer/affinity.h). Works in place on memory that packets
// read and write, so every change of {base, since} is a compare-and-swap. Time is an argument; owned by the
// engine's strand; nothing can fail.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/model/service.hpp"
#include "core/support/clock.hpp"
#include "dataplane/api/apportion.hpp"
#include "dataplane/steer/wire.h"

namespace suanlu {

/// Ticks of the data plane (2^20 ns) since boot.
constexpr std::uint64_t ticks_of(MonoTime time) {
    return static_cast<std::uint64_t>(time.since_boot.count()) >> SL_TICK_SHIFT;
}
/// G in ticks, rounded up so that a flow silent for exactly G is still known.
std::uint32_t timeout_ticks(Seconds timeout);

struct SlotRules {
    ServiceId service;
    Affinity affinity = Affinity::kFlow;
    std::uint32_t timeout_ticks = 0;
};

class SlotTable {
public:
    /// A movable flow is not moved again before this has passed, unless its site dies.
    static constexpr std::uint64_t kMinimumStayTicks = 60'000'000'000ULL >> SL_TICK_SHIFT;
    /// Beyond G before a move is final: packets in flight while `next` changed.
    static constexpr std::uint64_t kSlackTicks = 2;

    /// `words` and `targets` are the service's part of the engine's arrays and outlive the table.
    SlotTable(SlotRules rules, std::span<std::uint64_t> words, std::span<sl_target> targets);

    void set_rules(SlotRules rules) { rules_ = rules; }
    /// New shares or a new set of sites: edits `next` minimally. Slots without a base get theirs at once, as
    /// no flow can be there yet. Movable slots move later, in tick().
    void retarget(std::span<const Candidate> candidates, std::uint64_t tick);
    /// Eligibility has changed: recomputes the effective site of every slot (rule 1).
    void refresh(std::span<const Candidate> candidates, std::uint64_t tick);
    /// Rule 6: a site is dead. Its slots get the rendezvous survivor as base at once and a new `next`.
    /// `candidates` already says that it is dead.
    void bury(SiteId site, std::span<const Candidate> candidates, std::uint64_t tick);
    /// Rules 5 and 7: commits the moves that are due. Number of slots whose base changed.
    std::uint32_t tick(std::uint64_t tick);

    /// True when a slot still has the site as base or next.
    [[nodiscard]] bool names(SiteId site) const;
    /// Slots whose next it is.
    [[nodiscard]] std::uint32_t owned_by(SiteId site) const;
    /// Forgets everything; for slots that are given to another service.
    void clear();

    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(words_.size()); }
    [[nodiscard]] SiteId base(std::uint32_t slot) const;
    [[nodiscard]] SiteId next(std::uint32_t slot) const;
    [[nodiscard]] SiteId effective(std::uint32_t slot) const;
    /// Tick at which the current move began or was put off last.
    [[nodiscard]] std::uint64_t since(std::uint32_t slot) const;
    [[nodiscard]] bool is_moving(std::uint32_t slot) const;

private:
    [[nodiscard]] bool keeps_entries() const;
    [[nodiscard]] bool is_held(std::uint32_t slot, std::uint64_t tick) const;
    void aim(std::uint32_t slot, SiteId next, const CandidateIndex& index, std::uint64_t tick);
    void set_target(std::uint32_t slot, sl_target target, std::uint64_t tick);
    void set_base(std::uint32_t slot, SiteId base, std::uint64_t since);
    void touch(std::uint32_t slot, std::uint64_t tick);
    bool commit(std::uint32_t slot, std::uint64_t tick);

    SlotRules rules_;
    std::span<std::uint64_t> words_;
    std::span<sl_target> targets_;
    /// Owners that the shares ask for; differs from `next` only for movable slots that wait for their turn.
    std::vector<SiteId> wanted_;
    std::vector<Candidate> candidates_;
};

} // namespace suanlu
