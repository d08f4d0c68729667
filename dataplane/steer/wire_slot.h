// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Live state of flows: slots, targets, start cache, exceptions. Part of wire.h, which says the rules.
#ifndef SL_WIRE_SLOT_H
#define SL_WIRE_SLOT_H

#include "wire.h"

// One slot: base in the low 16 bits, `since` (ticks) above. One word, because both change by
// compare-and-swap. `next` and the effective site lie in an array of their own, which only user space writes.
struct sl_target {
    sl_u16 next;
    sl_u16
        effective; // next if it may take new flows, else the first such site in rendezvous order; 0 = nobody
    sl_u32 pad;    // array maps place their values 8 bytes apart
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

// Start cache line: site in bits 0..15, tick (of 2^22 ns) in bits 16..39, fingerprint in bits 40..63.
enum { SL_START_LINES = 65536, SL_START_TICK_SHIFT = 2, SL_START_HOLD = 954 }; // 954 * 4.19 ms = 4.0 s

#endif
