// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Every structure that crosses between the kernel, user space and other engines; there are no twins of these.
// Padding is explicit, sizes are asserted here and compared with the BTF of the eBPF object by a test. A
// change of any layout raises SL_LAYOUT: an agent refuses to adopt pinned maps of another one.
#ifndef SL_WIRE_H
#define SL_WIRE_H

#ifdef __bpf__
#include <linux/types.h>
typedef __u8 sl_u8;
typedef __u16 sl_u16;
typedef __u32 sl_u32;
typedef __u64 sl_u64;
#else
#include <stdint.h>
typedef uint8_t sl_u8;
typedef uint16_t sl_u16;
typedef uint32_t sl_u32;
typedef uint64_t sl_u64;
#endif

#ifdef __cplusplus
#define SL_ASSERT_SIZE(type, bytes) static_assert(sizeof(type) == (bytes), #type)
#else
#define SL_ASSERT_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)
#endif

enum { SL_LAYOUT = 4 };

// Time is counted in ticks of 2^20 ns (1.05 ms) of the monotonic clock: a shift instead of a division per
// packet.
enum { SL_TICK_SHIFT = 20 };

// 16 bytes in network order; IPv4 as ::ffff:a.b.c.d.
struct sl_addr {
    sl_u8 b[16];
};
SL_ASSERT_SIZE(struct sl_addr, 16);

// The rows, by subject; each part needs what stands above.
#include "wire_path.h"
#include "wire_service.h"
#include "wire_slot.h"

// New flows of a service that a site got.
struct sl_starts_key {
    sl_u16 service;
    sl_u16 site;
};
SL_ASSERT_SIZE(struct sl_starts_key, 4);

// Of one service; the id is the index.
struct sl_counter {
    sl_u64 packets;
    sl_u64 bytes;
    sl_u64 starts;
    sl_u64 drops;
};
SL_ASSERT_SIZE(struct sl_counter, 32);

// One new flow of those that are sampled, for the operator.
struct sl_flow_event {
    struct sl_addr source;
    sl_u64 tick;
    sl_u16 port_be;
    sl_u16 service;
    sl_u16 site;
    sl_u16 pad;
};
SL_ASSERT_SIZE(struct sl_flow_event, 32);

// Masked comparison in memory order; an all-zero mask = not set, matches nothing.
struct sl_prefix {
    sl_u64 address[2];
    sl_u64 mask[2];
};
SL_ASSERT_SIZE(struct sl_prefix, 32);

// Lengths of prefix that the rules of one table use, longest first, each as its mask.
struct sl_wide_lengths {
    sl_u64 mask[SL_WIDE_LENGTHS][2];
    sl_u8 length[SL_WIDE_LENGTHS];
    sl_u32 count;
    sl_u32 tenants; // SL_TENANTS_*; 0 = all traffic is tenant 0's
};
SL_ASSERT_SIZE(struct sl_wide_lengths, 144);

// One record per engine. `table` flips with one store after both tables of a generation are complete.
struct sl_control {
    sl_u32 layout;
    sl_u32 table;
    sl_u64 hash_seed;
    struct sl_prefix sid_block;
    sl_u32 marks;        // which half of the entry marks packets read, 0 or 1
    sl_u32 sample_limit; // new flows are told whose sample word is not above it (hash.h); 0 = none
    sl_u64 plan_epoch;
    sl_u64 plan_generation;
    sl_u8 plan_controller[64];      // zero-terminated
    struct sl_wide_lengths wide[2]; // by table
    sl_u64 insert_gap;              // ns of a CPU's time per exception that it writes; 0 = no cap
};
SL_ASSERT_SIZE(struct sl_control, 432);

#endif
