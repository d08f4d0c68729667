// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Rows by which a packet finds its service. Part of wire.h, which says the rules.
#ifndef SL_WIRE_SERVICE_H
#define SL_WIRE_SERVICE_H

#include "wire.h"

// Services and sites are swapped as whole tables: two generations lie side by side in one map, told apart by
// `table` (0 or 1), and sl_control.table says which one is in force.
struct sl_service_key {
    struct sl_addr address;
    sl_u16 port_be;
    sl_u8 protocol;
    sl_u8 table;
};
SL_ASSERT_SIZE(struct sl_service_key, 20);

enum sl_affinity {
    SL_AFFINITY_FLOW = 0,
    SL_AFFINITY_SOURCE = 1,
    SL_AFFINITY_MOVABLE = 2,
    SL_AFFINITY_NONE = 3
};

enum { SL_SERVICE_STEERED = 1 }; // the prefix has a usable route and the shares are not all zero

struct sl_service {
    sl_u32 generation;
    sl_u16 id;
    sl_u8 affinity; // enum sl_affinity
    sl_u8 flags;
    sl_u32 slot_offset; // first of its slots in the slot and target arrays
    sl_u32 slot_count;
    sl_u32 timeout_ticks; // G of the affinity rules
    sl_u32 address_tag;   // stable short name of the service address inside flow keys
    sl_u32
        clamp_mtu; // largest packet that all paths of its sites take, for answers whose site cannot be told
};
SL_ASSERT_SIZE(struct sl_service, 28);

// What became of the first fragment of a packet. `place`: site in bits 0..15, service in bits 16..31, tick
// (of 2^28 ns) in bits 32..43, fingerprint in bits 44..63; one word, so that what is read belongs together.
// `hash` = of the flow; a torn pair gives a wrong flow label, no wrong site.
struct sl_fragment {
    sl_u64 place;
    sl_u64 hash;
};
SL_ASSERT_SIZE(struct sl_fragment, 16);

enum { SL_FRAGMENT_LINES = 32768, SL_FRAGMENT_TICK_SHIFT = 8 };
enum { SL_FRAGMENT_HOLD = 224 }; // 224 * 268 ms = 60 s (RFC 8200 section 4.5)

#endif
