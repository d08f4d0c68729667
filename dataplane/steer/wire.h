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

enum { SL_LAYOUT = 1 };

// Time is counted in ticks of 2^20 ns (1.05 ms) of the monotonic clock: a shift instead of a division per
// packet.
enum { SL_TICK_SHIFT = 20 };

// 16 bytes in network order; IPv4 as ::ffff:a.b.c.d.
struct sl_addr {
    sl_u8 b[16];
};
SL_ASSERT_SIZE(struct sl_addr, 16);

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
    sl_u32 clamp_mtu;     // smallest path MTU of its sites, for answers whose site cannot be told
};
SL_ASSERT_SIZE(struct sl_service, 28);

struct sl_site_key {
    sl_u16 id;
    sl_u8 table;
    sl_u8 pad;
};
SL_ASSERT_SIZE(struct sl_site_key, 4);

enum sl_site_state { SL_SITE_ALIVE = 0, SL_SITE_SUSPECT = 1, SL_SITE_DEAD = 2 };

// A site with the path its packets take now. The next hop is held here because a look-up in the kernel's
// routing table per packet costs three times the encapsulation (docs/architecture.md).
struct sl_site {
    sl_u32 generation;
    sl_u16 id;
    sl_u8 state; // enum sl_site_state
    sl_u8 pad;
    sl_u32 path;      // site * 4 + rank
    sl_u32 interface; // 0 = no path
    sl_u32 mtu;       // largest outer packet that every link of the path takes
    sl_u8 destination_mac[6];
    sl_u8 source_mac[6];
    struct sl_addr source;
    struct sl_addr destination6; // NEXT-C-SID list and service SID for an IPv6 payload (RFC 9800)
    struct sl_addr destination4; // the same for IPv4; zero = the site takes none
};
SL_ASSERT_SIZE(struct sl_site, 80);

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

// Start cache line: site in bits 0..15, tick (of 2^22 ns) in bits 16..39, fingerprint in bits 40..63.
enum { SL_START_LINES = 65536, SL_START_TICK_SHIFT = 2, SL_START_HOLD = 954 }; // 954 * 4.19 ms = 4.0 s

struct sl_counter_key {
    sl_u16 service;
    sl_u16 site; // 0 = dropped before a site was chosen
};
SL_ASSERT_SIZE(struct sl_counter_key, 4);

struct sl_counter {
    sl_u64 packets;
    sl_u64 bytes;
    sl_u64 starts;
    sl_u64 drops;
};
SL_ASSERT_SIZE(struct sl_counter, 32);

// One new flow, for the operator; lossy.
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

// One record per engine. `table` flips with one store after both tables of a generation are complete.
struct sl_control {
    sl_u32 layout;
    sl_u32 table;
    sl_u64 hash_seed;
    struct sl_prefix sid_block;
    sl_u64 plan_epoch;
    sl_u64 plan_generation;
    sl_u8 plan_controller[64]; // zero-terminated
};
SL_ASSERT_SIZE(struct sl_control, 128);

#endif
