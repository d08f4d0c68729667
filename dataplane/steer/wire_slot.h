// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Live state of flows: slots, targets, start cache, exceptions, costs. Part of wire.h, which says the rules.
#ifndef SL_WIRE_SLOT_H
#define SL_WIRE_SLOT_H

#include "wire.h"

// One slot: base in the low 16 bits, `since` (ticks) above. One word, because both change by
// compare-and-swap. `next` and the effective site lie in an array of their own, which only user space writes.
struct sl_target {
    sl_u16 next;
    sl_u16
        effective; // next if it may take new flows, else the first such site in rendezvous order; 0 = nobody
    sl_u16 rank;   // of the effective site among the service's cost rows; SL_NO_RANK = it has none
    sl_u16 pad;
} __attribute__((aligned(8)));
SL_ASSERT_SIZE(struct sl_target, 8);

struct sl_flow_key {
    struct sl_addr source;
    sl_u32 address_tag;
    sl_u16 port_be; // client's port; 0 when the service binds by source
    sl_u16 service;
};
SL_ASSERT_SIZE(struct sl_flow_key, 24);

// Exception: site in the low 16 bits, tick of its last packet above. One word, read and refreshed in one
// piece.
struct sl_exception {
    sl_u64 word;
};
SL_ASSERT_SIZE(struct sl_exception, 8);

// Entry marks: a bit per hash value, set when an exception with it may be there, so that flows without one,
// which are nearly all, need no look at the table. Two halves: packets read the one that sl_control.marks
// names and write both; user space clears the other, marks in it what a whole sweep finds alive, and turns to
// it.
enum { SL_MARK_BITS = 1 << 20, SL_MARK_WORDS = SL_MARK_BITS / 64 };
enum { SL_INSERT_BURST_NS = 62500000 }; // 1/16 s of the cap on exceptions (sl_control.insert_gap)

// What one more flow costs at one site, for services that place new flows by it (docs/decision.md, "Numbers
// for the data plane"). The row sl_service.cost_offset + rank. Packets count `sent`, the agent writes the
// rest; fields are read one by one, and a mixture of two writings misplaces one flow at most. It is over by
// itself when the agent is not there to refresh it.
struct sl_cost {
    sl_u64 sent;        // new flows sent there
    sl_u32 cost_us;     // of one more; SL_NO_COST = no news of the site
    sl_u32 per_flow_us; // more for each flow sent since
    sl_u32 sent_then;   // low half of `sent` when cost_us was reckoned
    sl_u32 until;       // low half of the last tick at which this is news
    sl_u32 gap_us;      // what a second choice must save
    sl_u16 second;      // the site that flows of this one are offered; 0 = the one of a second slot
    sl_u16 second_rank;
};
SL_ASSERT_SIZE(struct sl_cost, 32);

// Second choices that a service may still make are one word each, by its id: the agent adds a share of the
// new flows, packets take from it.
enum { SL_NO_RANK = 0xffff, SL_CREDITS = 65536 };
#define SL_NO_COST 0xffffffffU

// Start cache line: site in bits 0..15, tick (of 2^22 ns) in bits 16..39, fingerprint in bits 40..63.
enum { SL_START_LINES = 65536, SL_START_TICK_SHIFT = 2, SL_START_HOLD = 954 }; // 954 * 4.19 ms = 4.0 s

#endif
