// SPDX-License-Identifier: Apache-2.0
// What changes the world of the exhaustive check: a packet, by the C core, and user space's half of the
// rules, by SlotTable.
#pragma once

#include <algorithm>

#include "dataplane/api/slot_table.hpp"
#include "tests/unit/dataplane/exhaustive_world.hpp"

namespace suanlu::exhaustive {

inline std::uint8_t older(std::uint8_t age, std::uint8_t most) {
    return age < most ? static_cast<std::uint8_t>(age + 1) : most;
}

inline std::uint8_t age_of(const World& world, std::uint64_t tick, std::uint8_t most) {
    const auto age = (kNow - tick) / world.step();
    return static_cast<std::uint8_t>(std::min<std::uint64_t>(age, most));
}

/// Where one packet of a flow goes.
class Packet {
public:
    Packet(const World& world, State& state, std::size_t flow, bool is_start, std::uint8_t second,
           bool is_capped)
        : world_(world), state_(state), flow_(state.flows[flow]), port_{} {
        port_.world = &world;
        port_.state = &state;
        port_.flow = flow;
        port_.is_start = is_start;
        port_.is_capped = is_capped;
        port_.control.insert_gap = 8000;
        port_.slot = world.tick_of(state.since) << 16 | state.base;
        port_.target = {state.next, state.effective, static_cast<sl_u16>(state.effective - 1), 0};
        const bool is_real = world.without == kUnknownGoesToBase || is_start;
        arrival_ = {{{{0}}, 0, static_cast<sl_u16>(flow), 1}, kHash, 0, 0, static_cast<sl_u8>(is_real), 0};
        if (flow_.start.site != 0) {
            port_.line = sl_start_word(kHash, flow_.start.site, world.tick_of(flow_.start.age));
        }
        if (flow_.entry.site != 0) {
            port_.entry = sl_exception{world.tick_of(flow_.entry.age) << 16 | flow_.entry.site};
        }
        set_sites(second);
    }

    std::uint8_t send() {
        sl_service service{};
        service.id = 1;
        service.flags = SL_SERVICE_PLACED;
        service.slot_count = 1;
        service.timeout_ticks = world_.without == kStartNeedsFreshness ? 1U << 30 : world_.timeout();
        const bool is_flow = world_.affinity == Affinity::kFlow || world_.without == kMovableFollows;
        service.affinity = is_flow ? SL_AFFINITY_FLOW : SL_AFFINITY_MOVABLE;
        const sl_site* site = sl_choose(&port_, &arrival_, &service);
        state_.since = age_of(world_, port_.slot >> 16, 3);
        flow_.entry = {};
        if (port_.entry) {
            flow_.entry = {static_cast<std::uint8_t>(port_.entry->word),
                           age_of(world_, port_.entry->word >> 16, 3)};
        }
        if (arrival_.is_start != 0 && port_.line != 0 && port_.line == sl_start_word(kHash, site->id, kNow)) {
            flow_.start = {static_cast<std::uint8_t>(site->id), 0};
        }
        return site != nullptr ? static_cast<std::uint8_t>(site->id) : 0;
    }
    [[nodiscard]] bool was_refused() const { return port_.was_refused; }
    /// A cap on insertions would have been looked at.
    [[nodiscard]] bool has_spent() const { return port_.has_spent; }

private:
    static constexpr std::uint64_t kHash = 0x123456789abcdef0;

    void set_sites(std::uint8_t second) {
        for (std::uint8_t id = 1; id <= kSites; id++) {
            auto& site = port_.sites[id - 1U];
            site.id = id;
            site.usable = 1;
            site.state = state_.of(id) == SiteLiveness::kDead && world_.without != kDeadSiteIsLeft
                             ? SL_SITE_DEAD
                             : SL_SITE_ALIVE;
            port_.costs[id - 1U] = {0,
                                    second == 0    ? SL_NO_COST
                                    : id == second ? 1U
                                                   : 100U,
                                    0,
                                    0,
                                    static_cast<sl_u32>(kNow),
                                    0,
                                    second,
                                    static_cast<sl_u16>(second - 1)};
        }
        port_.credit = 1;
    }

    const World& world_;
    State& state_;
    Flow& flow_;
    sl_port port_;
    sl_arrival arrival_{};
};

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
