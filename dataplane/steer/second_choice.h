// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The second choice of a new flow (docs/decision.md, "Numbers for the data plane"): the site of its slot is
// compared with another one by what one more flow costs there, and the other is taken when it saves more
// than the service's gap and the service has credit left. Only for starts that nobody remembers; the rules of
// affinity.h record the flow then.
#ifndef SL_SECOND_CHOICE_H
#define SL_SECOND_CHOICE_H

#include "hash.h"

// Mixed into the hash for the second slot, so that it tells nothing of the first.
#define SL_SECOND_DRAW 0x9e3779b97f4a7c15ULL

// A site and its rank among the cost rows, as one number; site 0 = none.
SL_INLINE sl_u32 sl_ranked(sl_u16 site, sl_u16 rank) {
    return (sl_u32)rank << 16 | site;
}

SL_INLINE sl_u32 sl_slot_site(struct sl_port* port, const struct sl_service* service, sl_u64 hash) {
    const struct sl_target* target =
        sl_port_target(port, service->slot_offset + sl_slot_of(hash, service->slot_count));
    return target ? sl_ranked(*(const volatile sl_u16*)&target->effective, target->rank) : 0;
}

// A target may already have the rank of the next Plan, under which the service has more rows: none here. Nor
// has SL_NO_RANK one, which no count exceeds.
SL_INLINE struct sl_cost* sl_cost_of(struct sl_port* port, const struct sl_service* service, sl_u32 ranked) {
    const sl_u32 rank = ranked >> 16;
    return rank < service->cost_count ? sl_port_cost(port, service->cost_offset + rank) : 0;
}

// With the flows sent since it was reckoned. SL_NO_COST without news, or when they are too old.
SL_INLINE sl_u32 sl_cost_now(const struct sl_cost* cost, sl_u32 tick) {
    const sl_u32 then = cost->cost_us;
    if (then == SL_NO_COST || cost->until - tick >= 0x80000000U) {
        return SL_NO_COST;
    }
    const sl_u32 sent = (sl_u32) * (const volatile sl_u64*)&cost->sent - cost->sent_then;
    const sl_u64 now = then + (sl_u64)sent * cost->per_flow_us;
    return now < SL_NO_COST ? (sl_u32)now : SL_NO_COST - 1;
}

// One second choice less for the service. 0, or -1 when it has none left.
SL_INLINE int sl_take_credit(struct sl_port* port, sl_u32 service) {
    sl_u64* credit = sl_port_credit(port, service);
    for (int attempt = 0; credit && attempt < 4; attempt++) {
        const sl_u64 left = *(const volatile sl_u64*)credit;
        if (left == 0) {
            return -1;
        }
        if (sl_port_swap(port, credit, left, left - 1) == left) {
            return 0;
        }
    }
    return -1;
}

// The site of another slot; four draws find one that differs, or the service has hardly any other.
SL_INLINE sl_u32 sl_draw_again(struct sl_port* port, const struct sl_service* service, sl_u64 hash,
                               sl_u32 first) {
    sl_u32 second = first;
    for (int draw = 0; draw < 4 && (sl_u16)second == (sl_u16)first; draw++) {
        hash = sl_mix(hash, SL_SECOND_DRAW);
        second = sl_slot_site(port, service, hash);
    }
    return second;
}

// The site to take instead of the slot's, ranked; 0 = the slot's is right.
SL_SUBPROGRAM sl_u32 sl_second_choice(struct sl_port* port, const struct sl_service* service, sl_u64 hash,
                                      sl_u32 tick) {
    if (!service) {
        return 0;
    }
    const sl_u32 first = sl_slot_site(port, service, hash);
    const struct sl_cost* here = sl_cost_of(port, service, first);
    const sl_u32 cost = here ? sl_cost_now(here, tick) : SL_NO_COST;
    if (cost == SL_NO_COST) {
        sl_port_count(port, SL_R_second_no_news);
        return 0;
    }
    const sl_u32 second = here->second != 0 ? sl_ranked(here->second, here->second_rank)
                                            : sl_draw_again(port, service, hash, first);
    if ((sl_u16)second == 0 || (sl_u16)second == (sl_u16)first) {
        return 0;
    }
    const struct sl_cost* there = sl_cost_of(port, service, second);
    const sl_u32 other = there ? sl_cost_now(there, tick) : SL_NO_COST;
    if (other == SL_NO_COST) {
        sl_port_count(port, SL_R_second_no_news);
        return 0;
    }
    if (other >= cost) {
        return 0;
    }
    if (cost - other <= here->gap_us || sl_take_credit(port, service->id) != 0) {
        sl_port_count(port, SL_R_second_refused);
        return 0;
    }
    return second;
}

// A new flow has gone to `site`: the slot's, its second choice, or the slot's base if neither could be had.
SL_SUBPROGRAM int sl_count_sent(struct sl_port* port, const struct sl_service* service, sl_u64 hash,
                                sl_u16 site, sl_u32 second) {
    if (!service) {
        return 0;
    }
    const int is_second = (sl_u16)second == site;
    const sl_u32 ranked = is_second ? second : sl_slot_site(port, service, hash);
    struct sl_cost* cost = (sl_u16)ranked == site ? sl_cost_of(port, service, ranked) : 0;
    if (cost) {
        sl_port_add(port, &cost->sent, 1);
    }
    if (is_second) {
        sl_port_count(port, SL_R_second_choice);
    }
    return is_second;
}

#endif
