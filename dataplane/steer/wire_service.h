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
    sl_u8 protocol; // port 0 and ICMP = echo requests to the address
    sl_u8 table;
    sl_u16 tenant;
    sl_u16 pad;
};
SL_ASSERT_SIZE(struct sl_service_key, 24);

enum sl_affinity {
    SL_AFFINITY_FLOW = 0,
    SL_AFFINITY_SOURCE = 1,
    SL_AFFINITY_MOVABLE = 2,
    SL_AFFINITY_NONE = 3,
    SL_AFFINITY_PAIR = 4 // source and destination address
};

enum {
    SL_SERVICE_STEERED = 1,  // the prefix has a usable route and the shares are not all zero
    SL_SERVICE_NARROWED = 2, // rules for this very address are more specific: they are asked first
    SL_SERVICE_WIDE = 4,     // found by a rule: many addresses or ports share the row
    SL_SERVICE_GUARDED = 8,  // has a list of sources
    SL_SERVICE_QUIC = 16,    // an Initial starts a flow; connection ids may name the site
    SL_SERVICE_PLACED = 32   // new flows have a second choice by cost
};

enum { SL_NO_MARK = 255 };

struct sl_service {
    sl_u32 generation;
    sl_u16 id;
    sl_u8 affinity; // enum sl_affinity
    sl_u8 flags;
    sl_u32 slot_offset; // first of its slots in the slot and target arrays
    sl_u32 slot_count;
    sl_u32 timeout_ticks;  // G of the affinity rules
    sl_u32 address_tag;    // stable short name of the service address inside flow keys
    sl_u32 clamp_mtu;      // largest packet that all paths take, for answers whose site cannot be told
    sl_u16 bucket;         // first of its buckets
    sl_u8 bucket_count;    // 0 = not limited
    sl_u8 mark;            // traffic class (DSCP, ECN bits 0) of the outer header; SL_NO_MARK = the client's
    sl_u8 quic_offset;     // of the server id in a connection id
    sl_u8 quic_length;     // 0 = connection ids name no site
    sl_u16 cost_count;     // of its cost rows; ranks beyond them have none
    sl_u32 cost_offset;    // first of its cost rows, with SL_SERVICE_PLACED
    sl_u32 application_be; // for the argument of the service SID; 0 = none
};
SL_ASSERT_SIZE(struct sl_service, 44);

// Whose traffic it is, by where it comes in. Interface 0 = any.
struct sl_tenant_key {
    sl_u32 interface;
    sl_u16 outer_vlan;
    sl_u16 inner_vlan;
    sl_u32 table;
};
SL_ASSERT_SIZE(struct sl_tenant_key, 12);

struct sl_tenant {
    sl_u32 id;
};
SL_ASSERT_SIZE(struct sl_tenant, 4);

enum { SL_TENANTS_BY_TAG = 1, SL_TENANTS_BY_INTERFACE = 2 };

// Services of more than one address and port. Per length of prefix in use one look-up by the masked address
// finds a run of rules; they are tried in order, the most specific first.
struct sl_wide_key {
    struct sl_addr address;
    sl_u16 tenant;
    sl_u8 length; // of the prefix
    sl_u8 table;
};
SL_ASSERT_SIZE(struct sl_wide_key, 20);

struct sl_wide {
    sl_u32 first; // index of a rule
    sl_u32 count;
};
SL_ASSERT_SIZE(struct sl_wide, 8);

enum { SL_WIDE_LENGTHS = 8, SL_RULES_PER_PREFIX = 32, SL_RULES_PER_TABLE = 8192 };

enum { SL_ANY_DSCP = 255 };

struct sl_rule {
    struct sl_service service;
    sl_u16 port_low; // host order; 0..65535 = any, and packets without ports too
    sl_u16 port_high;
    sl_u8 protocol; // 0 = any
    sl_u8 dscp;     // SL_ANY_DSCP = any
    sl_u16 vlan;    // outer tag; 0 = any
};
SL_ASSERT_SIZE(struct sl_rule, 52);

// Source access lists of guarded services, longest prefix first: a longest-prefix-match trie over
// service, table and address. No entry = denied.
struct sl_access_key {
    sl_u32 length; // in bits, of what follows: 32 + the prefix's
    sl_u16 service;
    sl_u16 table;
    struct sl_addr source;
};
SL_ASSERT_SIZE(struct sl_access_key, 24);

struct sl_access {
    sl_u32 is_allowed;
};
SL_ASSERT_SIZE(struct sl_access, 4);

// Token bucket of a service, or of one of its slices (a DSCP), as the generic cell rate algorithm: `until` =
// when the bucket will be full again, changed by compare-and-swap; user space never writes it.
struct sl_bucket {
    sl_u64 until; // ns
    sl_u64 cost;  // of one byte, in 2^-16 ns
    sl_u64 depth; // ns
    sl_u8 dscp;   // SL_ANY_DSCP = whatever no earlier bucket took
    sl_u8 mark;   // traffic class of what is over the rate; SL_NO_MARK = it is dropped
    sl_u8 pad[6];
};
SL_ASSERT_SIZE(struct sl_bucket, 32);

enum { SL_BUCKETS = 4096, SL_BUCKETS_PER_SERVICE = 8 };

// QUIC-LB: the site whose servers put this number into their connection ids.
struct sl_server_key {
    sl_u64 id;
    sl_u16 service;
    sl_u16 table;
    sl_u32 pad;
};
SL_ASSERT_SIZE(struct sl_server_key, 16);

struct sl_server {
    sl_u32 site;
};
SL_ASSERT_SIZE(struct sl_server, 4);

// What became of the first fragment of a packet. `place`: site in bits 0..15, service in bits 16..31, tick
// (of 2^28 ns) in bits 32..43, fingerprint in bits 44..63; one word, so that what is read belongs together.
// `hash` = of the flow; a torn pair gives a wrong flow label, no wrong site. `transport`: source port in bits
// 0..15, destination port in bits 16..31 (both as in the packet), protocol in bits 32..39, fingerprint in
// bits 44..63.
struct sl_fragment {
    sl_u64 place;
    sl_u64 hash;
    sl_u64 transport;
};
SL_ASSERT_SIZE(struct sl_fragment, 24);

enum { SL_FRAGMENT_LINES = 32768, SL_FRAGMENT_TICK_SHIFT = 8 };
enum { SL_FRAGMENT_HOLD = 224 }; // 224 * 268 ms = 60 s (RFC 8200 section 4.5)

#endif
