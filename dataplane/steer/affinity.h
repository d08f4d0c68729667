// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The per-packet half of flow affinity (docs/architecture.md, "affinity", rules 1-7; user space holds the
// other half in dataplane/api/slot_table.hpp). An ordinary flow has no state of its own: it belongs to the
// base of its slot. Only flows of a slot that is moving are recorded. When the table is full the move waits,
// never the flow.
#ifndef SL_AFFINITY_H
#define SL_AFFINITY_H

#include "port.h"
#include "second_choice.h"
#include "spend.h"

// What one packet looks like to the rules.
struct sl_arrival {
    struct sl_flow_key key;
    sl_u64 hash; // of the key
    sl_u64 now;  // once somebody has asked; 0 before
    sl_u32 table;
    sl_u8 is_start; // carries a start mark and its service binds by flow
    sl_u8 is_new;   // out: a start that nobody remembered
};

SL_INLINE sl_u64 sl_pack(sl_u16 site, sl_u64 tick) {
    return (tick << 16) | site;
}

SL_INLINE sl_u64 sl_tick(struct sl_port* port) {
    return sl_port_now(port) >> SL_TICK_SHIFT;
}

// Reads the clock once per packet, and not at all for most packets: reading it costs as much as finding a
// service.
SL_INLINE sl_u64 sl_arrived(struct sl_port* port, struct sl_arrival* arrival) {
    if (arrival->now == 0) {
        arrival->now = sl_port_now(port);
    }
    return arrival->now;
}

SL_INLINE sl_u64 sl_arrival_tick(struct sl_port* port, struct sl_arrival* arrival) {
    return sl_arrived(port, arrival) >> SL_TICK_SHIFT;
}

// Null when the site is unknown or dead.
SL_INLINE const struct sl_site* sl_live_site(struct sl_port* port, sl_u32 table, sl_u16 id) {
    struct sl_site_key key = {id, (sl_u8)table, 0};
    const struct sl_site* site = id == 0 ? 0 : sl_port_site(port, &key);
    return site && site->state != SL_SITE_DEAD ? site : 0;
}

// Start cache: 4 s of memory so that a repeated SYN finds the site of the first one. Lossy: one line per hash
// value.
SL_INLINE sl_u64 sl_start_word(sl_u64 hash, sl_u16 site, sl_u64 tick) {
    return ((hash >> 36) & 0xffffff) << 40 | ((tick >> SL_START_TICK_SHIFT) & 0xffffff) << 16 | site;
}

SL_INLINE sl_u16 sl_start_recall(struct sl_port* port, sl_u64 hash, sl_u64 tick) {
    const sl_u64* line = sl_port_start_line(port, (sl_u32)(hash >> 20) & (SL_START_LINES - 1));
    const sl_u64 word = line ? *(const volatile sl_u64*)line : 0;
    const sl_u64 age = ((tick >> SL_START_TICK_SHIFT) - (word >> 16)) & 0xffffff;
    return word >> 40 == ((hash >> 36) & 0xffffff) && age <= SL_START_HOLD ? (sl_u16)word : 0;
}

SL_INLINE void sl_start_remember(struct sl_port* port, sl_u64 hash, sl_u16 site, sl_u64 tick) {
    sl_u64* line = sl_port_start_line(port, (sl_u32)(hash >> 20) & (SL_START_LINES - 1));
    if (line) {
        *(volatile sl_u64*)line = sl_start_word(hash, site, tick);
    }
}

SL_INLINE struct sl_exception* sl_entry_of(struct sl_port* port, const struct sl_arrival* arrival) {
    const sl_u32 half = sl_port_control(port)->marks & 1;
    const sl_u64* marks = sl_port_marks(port, half * SL_MARK_WORDS + sl_mark_word(arrival->hash));
    const int is_marked = marks && (*(const volatile sl_u64*)marks & sl_mark_bit(arrival->hash)) != 0;
    return is_marked ? sl_port_exception(port, &arrival->key) : 0;
}

// The entry before its marks: a sweep that misses the marks in the half it makes ready has the entry before
// it.
SL_INLINE int sl_write_entry(struct sl_port* port, const struct sl_arrival* arrival, sl_u64 word) {
    if (sl_port_record(port, &arrival->key, word) != 0) {
        return -1;
    }
    for (sl_u32 half = 0; half < 2; half++) {
        sl_u64* marks = sl_port_marks(port, half * SL_MARK_WORDS + sl_mark_word(arrival->hash));
        if (marks && (*(const volatile sl_u64*)marks & sl_mark_bit(arrival->hash)) == 0) {
            sl_port_set(port, marks, sl_mark_bit(arrival->hash));
        }
    }
    return 0;
}

// Where a packet without a usable entry goes by one reading of its slot: rule 3 for starts, rule 4 for the
// rest. `wanted`: what the start cache or the second choice says, 0 = nothing. A dead base that nobody has
// replaced yet is treated like a start. Null = nobody can be reached: plain anycast.
SL_INLINE const struct sl_site* sl_place(struct sl_port* port, const struct sl_arrival* arrival, int as_start,
                                         sl_u16 wanted, sl_u64 word, sl_u16 effective, int* is_recorded) {
    const struct sl_site* base = sl_live_site(port, arrival->table, (sl_u16)word);
    const struct sl_site* site = base;
    if (as_start || !base) {
        const struct sl_site* other = sl_live_site(port, arrival->table, wanted);
        if (!other) {
            other = sl_live_site(port, arrival->table, effective);
        }
        site = other ? other : base;
    }
    if (!site || (effective == 0 && site->usable == 0)) {
        return 0;
    }
    const int is_moving = effective != 0 && (sl_u16)word != effective;
    *is_recorded = is_moving || !base || site->id != (sl_u16)word;
    return site;
}

// Writes the flow's entry. -1 when the table is full, or when this CPU writes new ones faster than it should:
// a flood of starts must not spend its time here.
SL_SUBPROGRAM int sl_record(struct sl_port* port, struct sl_arrival* arrival, sl_u16 site, int has_entry) {
    const struct sl_control* control = sl_port_control(port);
    if (!arrival) {
        return -1;
    }
    if (!has_entry && control && control->insert_gap != 0 &&
        sl_spend(sl_port_insert_budget(port), sl_arrived(port, arrival), control->insert_gap,
                 SL_INSERT_BURST_NS) != 0) {
        sl_port_count(port, SL_R_insert_capped);
        return -1;
    }
    if (sl_write_entry(port, arrival, sl_pack(site, sl_arrival_tick(port, arrival))) != 0) {
        sl_port_count(port, SL_R_exception_full);
        return -1;
    }
    sl_port_count(port, SL_R_recorded);
    return 0;
}

// The flow could not be recorded: it stays on the base of its slot, and the slot, if it moves, waits G from
// now. Null = the slot has changed meanwhile, look again.
SL_INLINE const struct sl_site* sl_put_off(struct sl_port* port, struct sl_arrival* arrival, sl_u64* slot,
                                           sl_u64 word, sl_u16 effective, const struct sl_site* site) {
    const struct sl_site* base = sl_live_site(port, arrival->table, (sl_u16)word);
    const sl_u64 tick = sl_arrival_tick(port, arrival);
    if (!base) {
        return site; // the flow's site is dead: there is nothing to keep
    }
    if ((sl_u16)word == effective || word >> 16 >= tick ||
        sl_port_swap(port, slot, word, sl_pack(base->id, tick)) == word) {
        return base;
    }
    return 0;
}

// Rules 3 and 4. The slot may change under the packet: it is read again, at most four times. Null = no site.
SL_INLINE const struct sl_site* sl_settle(struct sl_port* port, struct sl_arrival* arrival, int as_start,
                                          sl_u16 wanted, sl_u32 index, int has_entry) {
    sl_u64* slot = sl_port_slot(port, index);
    const struct sl_target* target = sl_port_target(port, index);
    const struct sl_site* site = 0;
    if (!slot || !target) {
        return 0;
    }
    for (int attempt = 0; attempt < 4; attempt++) {
        const sl_u64 word = *(const volatile sl_u64*)slot;
        const sl_u16 effective = *(const volatile sl_u16*)&target->effective;
        int is_recorded = 0;
        site = sl_place(port, arrival, as_start, wanted, word, effective, &is_recorded);
        if (!site) {
            return 0;
        }
        if (is_recorded) {
            if (sl_record(port, arrival, site->id, has_entry) == 0) {
                return site;
            }
            const struct sl_site* base = sl_put_off(port, arrival, slot, word, effective, site);
            if (base) {
                return base;
            }
        } else if ((sl_u16) * (const volatile sl_u64*)slot == (sl_u16)word) {
            if (as_start && has_entry) {
                sl_port_forget(port, &arrival->key);
            }
            return site;
        }
    }
    sl_port_count(port, SL_R_slot_contended);
    return site;
}

// Rule 2: follow and refresh the entry. Null = there is none to follow; *as_start is raised when its site is
// dead.
SL_INLINE const struct sl_site* sl_follow_entry(struct sl_port* port, struct sl_arrival* arrival,
                                                struct sl_exception* entry, sl_u32 timeout_ticks,
                                                int* as_start) {
    const sl_u64 tick = sl_arrival_tick(port, arrival);
    const sl_u64 word = *(const volatile sl_u64*)&entry->word;
    const struct sl_site* site = sl_live_site(port, arrival->table, (sl_u16)word);
    if (!site) {
        *as_start = 1;
        sl_port_count(port, SL_R_moved_dead);
        return 0;
    }
    if (arrival->is_start) {
        if (tick > (word >> 16) + timeout_ticks) {
            return 0;
        }
        sl_start_remember(port, arrival->hash, site->id, tick);
        sl_port_count(port, SL_R_start_repeated);
    }
    *(volatile sl_u64*)&entry->word = sl_pack(site->id, tick);
    return site;
}

// Where a start would rather go than to the site of its slot: where it went before, or its second choice,
// with its rank; 0 = nowhere.
SL_INLINE sl_u32 sl_wish(struct sl_port* port, struct sl_arrival* arrival, const struct sl_service* service) {
    const sl_u64 tick = sl_arrival_tick(port, arrival);
    const sl_u16 recalled = sl_start_recall(port, arrival->hash, tick);
    arrival->is_new = recalled == 0;
    if (recalled != 0) {
        return sl_ranked(recalled, SL_NO_RANK);
    }
    return service->flags & SL_SERVICE_PLACED ? sl_second_choice(port, service, arrival->hash, (sl_u32)tick)
                                              : 0;
}

// Rules 2, 3 and 4, for services that bind by flow or by source.
SL_INLINE const struct sl_site* sl_follow(struct sl_port* port, struct sl_arrival* arrival,
                                          const struct sl_service* service, sl_u32 index) {
    struct sl_exception* entry = sl_entry_of(port, arrival);
    int as_start = arrival->is_start;
    if (entry) {
        const struct sl_site* site = sl_follow_entry(port, arrival, entry, service->timeout_ticks, &as_start);
        if (site) {
            return site;
        }
    }
    const sl_u32 wish = arrival->is_start ? sl_wish(port, arrival, service) : 0;
    const struct sl_site* site = sl_settle(port, arrival, as_start, (sl_u16)wish, index, entry != 0);
    if (site && arrival->is_start) {
        sl_start_remember(port, arrival->hash, site->id, sl_arrival_tick(port, arrival));
        if (!arrival->is_new) {
            sl_port_count(port, SL_R_start_repeated);
        } else if (service->flags & SL_SERVICE_PLACED) {
            sl_count_sent(port, service, arrival->hash, site->id, wish);
        }
    }
    return site;
}

// Rule 7: services that keep no entries follow the effective site.
SL_INLINE const struct sl_site* sl_follow_slot(struct sl_port* port, struct sl_arrival* arrival,
                                               sl_u32 index) {
    const sl_u64* slot = sl_port_slot(port, index);
    const struct sl_target* target = sl_port_target(port, index);
    if (!slot || !target) {
        return 0;
    }
    const struct sl_site* site =
        sl_live_site(port, arrival->table, *(const volatile sl_u16*)&target->effective);
    arrival->is_new = arrival->is_start;
    return site ? site : sl_live_site(port, arrival->table, (sl_u16) * (const volatile sl_u64*)slot);
}

SL_INLINE const struct sl_site* sl_choose(struct sl_port* port, struct sl_arrival* arrival,
                                          const struct sl_service* service) {
    const sl_u32 index = service->slot_offset + sl_slot_of(arrival->hash, service->slot_count);
    if (service->affinity == SL_AFFINITY_MOVABLE || service->affinity == SL_AFFINITY_NONE) {
        return sl_follow_slot(port, arrival, index);
    }
    return sl_follow(port, arrival, service, index);
}

#endif
