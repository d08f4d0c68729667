// SPDX-License-Identifier: Apache-2.0
// The packets' half of the exhaustive check by the C core itself (steer/affinity.h) on a port of a few words.
// A rule that is left out is left out of the port, never of the core. Not for a program with another port.
#pragma once

#include <array>
#include <optional>

#include "tests/unit/dataplane/exhaustive_world.hpp"

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

namespace suanlu::exhaustive {

/// Where one packet of a flow goes.
class Packet {
public:
    Packet(const World& world, State& state, const Arrival& packet)
        : world_(world), state_(state), flow_(state.flows[packet.flow]), port_{} {
        const bool is_start = packet.is_start;
        port_.world = &world;
        port_.state = &state;
        port_.flow = packet.flow;
        port_.is_start = is_start;
        port_.is_capped = packet.is_capped;
        port_.control.insert_gap = 8000;
        port_.slot = world.tick_of(state.since) << 16 | state.base;
        port_.target = {state.next, state.effective, static_cast<sl_u16>(state.effective - 1), 0};
        const bool is_real = world.without == kUnknownGoesToBase || is_start;
        arrival_ = {
            {{{0}}, 0, static_cast<sl_u16>(packet.flow), 1}, kHash, 0, 0, static_cast<sl_u8>(is_real), 0};
        if (flow_.start.site != 0) {
            port_.line = sl_start_word(kHash, flow_.start.site, world.tick_of(flow_.start.age));
        }
        if (flow_.entry.site != 0) {
            port_.entry = sl_exception{world.tick_of(flow_.entry.age) << 16 | flow_.entry.site};
        }
        set_sites(packet.second);
    }

    Sent send() {
        sl_service service{};
        service.id = 1;
        service.flags = SL_SERVICE_PLACED;
        service.slot_count = 1;
        service.cost_count = kSites;
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
        return {site != nullptr ? static_cast<std::uint8_t>(site->id) : std::uint8_t{0}, port_.was_refused,
                port_.has_spent};
    }

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
            port_.costs[id - 1U] = cost_of(id, second);
        }
        port_.credit = 1;
    }

    const World& world_;
    State& state_;
    Flow& flow_;
    sl_port port_;
    sl_arrival arrival_{};
};

} // namespace suanlu::exhaustive
