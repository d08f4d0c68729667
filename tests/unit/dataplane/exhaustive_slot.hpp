// SPDX-License-Identifier: Apache-2.0
// User space's half of the rules in the exhaustive check: SlotTable on the one slot of a state. A rule that
// is left out is left out of what stands around it.
#pragma once

#include "dataplane/api/slot_table.hpp"
#include "tests/unit/dataplane/exhaustive_world.hpp"

namespace suanlu::exhaustive {

enum class Order : std::uint8_t { kRetarget, kRefresh, kBury, kTick };

/// SlotTable on the one slot of a state.
class Slot {
public:
    Slot(const World& world, State& state)
        : world_(world),
          state_(state), words_{world.tick_of(state.since) << 16 | state.base}, targets_{{state.next,
                                                                                          state.effective, 0,
                                                                                          0}},
          table_({{1}, world.affinity, world.without == kMoveWaits ? 0 : world.timeout()}, words_, targets_) {
    }

    void obey(Order order, std::uint8_t site) {
        switch (order) {
        case Order::kRetarget:
            return retarget();
        case Order::kRefresh:
            return refresh();
        case Order::kBury:
            return bury(site);
        case Order::kTick:
            return tick();
        }
    }
    [[nodiscard]] bool names(std::uint8_t site) const { return table_.names(SiteId{site}); }

private:
    void retarget() {
        change([&] { table_.retarget(candidates(), kNow); });
    }
    void refresh() {
        change([&] { table_.refresh(candidates(), kNow); });
    }
    void bury(std::uint8_t site) {
        change([&] { table_.bury(SiteId{site}, candidates(), kNow); });
    }
    void tick() {
        if (world_.without == kMovableStays) {
            words_[0] &= 0xffff;
        }
        table_.retarget(candidates(), kNow); // it knows what is wanted
        (void)table_.tick(kNow);
        store();
    }
    template <class Do>
    void change(Do&& what) {
        const auto before = words_[0];
        what();
        if (world_.without == kSinceWhenMoving && (words_[0] & 0xffff) == (before & 0xffff)) {
            words_[0] = before;
        }
        store();
    }
    [[nodiscard]] std::vector<Candidate> candidates() const {
        std::vector<Candidate> list;
        for (std::uint8_t id = 1; id <= kSites; id++) {
            list.push_back({{id},
                            id == state_.wanted ? 100U : 0U,
                            state_.of(id) == SiteLiveness::kAlive,
                            state_.of(id) == SiteLiveness::kDead});
        }
        return list;
    }
    void store() {
        const auto effective = static_cast<std::uint8_t>(targets_[0].effective);
        const bool is_movable = world_.affinity == Affinity::kMovable;
        state_.steady = !is_movable || effective == state_.effective ? state_.steady : std::uint8_t{0};
        state_.base = static_cast<std::uint8_t>(words_[0]);
        state_.since = age_of(world_, words_[0] >> 16, 3);
        state_.next = static_cast<std::uint8_t>(targets_[0].next);
        state_.effective = effective;
        state_.wanted = is_movable ? state_.wanted : state_.next;
    }

    const World& world_;
    State& state_;
    std::array<std::uint64_t, 1> words_;
    std::array<sl_target, 1> targets_;
    SlotTable table_;
};

} // namespace suanlu::exhaustive
