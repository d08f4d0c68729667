// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Rows of a site and of the paths to it. Part of wire.h, which says the rules.
#ifndef SL_WIRE_PATH_H
#define SL_WIRE_PATH_H

#include "wire.h"

struct sl_site_key {
    sl_u16 id;
    sl_u8 table;
    sl_u8 pad;
};
SL_ASSERT_SIZE(struct sl_site_key, 4);

enum sl_site_state { SL_SITE_ALIVE = 0, SL_SITE_SUSPECT = 1, SL_SITE_DEAD = 2 };

enum {
    SL_PATHS = 4,         // of one site; the rank of a path is its id modulo this
    SL_PATH_CHOICES = 16, // shares of flows among the paths of a site are in sixteenths
    SL_SEGMENTS = 8,      // SIDs of one path, the service SID included
    SL_OUTER_LEAST = 40,  // IPv6 alone
    // IPv6, routing header with its fixed 8 bytes, segments.
    SL_OUTER_MOST = SL_OUTER_LEAST + 8 + 16 * SL_SEGMENTS
};

// One path for one IP version of the payload: the next hop, and the outer header as it goes into packets,
// which fill in traffic class, flow label and payload length only. The next hop is held here because a
// look-up in the kernel's routing table per packet costs three times the encapsulation
// (docs/architecture.md).
//
//   header: | IPv6 40 | routing header 8 | last segment 16 | ... | first segment 16 |
//
// `outer` says how much of it there is: a multiple of 8, so that packets copy it in whole words.
struct sl_path {
    sl_u32 interface; // 0 = takes no packets now
    sl_u16 inner_mtu; // largest packet that fits once encapsulated
    sl_u8 outer;      // bytes; 0 = takes no packets of this version
    sl_u8 argument;   // where in `header` the 4 bytes behind the function of the service SID are; 0 = no room
    sl_u8 destination_mac[6];
    sl_u8 source_mac[6];
    sl_u8 pad[4];
    sl_u8 header[SL_OUTER_MOST];
};
SL_ASSERT_SIZE(struct sl_path, 200);

// A site with all its paths in one row: a packet finds both with one look-up, and an update exchanges them
// together. The choice holds the rank of a path for each value of four bits of the flow's hash.
struct sl_site {
    sl_u32 generation;
    sl_u16 id;
    sl_u8 state;    // enum sl_site_state
    sl_u8 usable;   // paths that take packets now; 0 = the site cannot be reached
    sl_u32 counter; // its place among the counters of sites
    sl_u32 pad;
    sl_u8 choice[2][SL_PATH_CHOICES];  // [0] IPv6 payload, [1] IPv4
    struct sl_path paths[SL_PATHS][2]; // [rank][0 IPv6, 1 IPv4]
};
SL_ASSERT_SIZE(struct sl_site, 48 + 200 * 2 * SL_PATHS);

// What packets of one site met, by the rank of their path. Kept beside the row, which is exchanged with every
// change; the place stays while its site is known, and is cleared before another site gets it.
struct sl_path_counter {
    sl_u64 packets; // that left
    sl_u64 bytes;   // of those, as they came
    sl_u64 drops;   // after the path was chosen
};
SL_ASSERT_SIZE(struct sl_path_counter, 24);

struct sl_site_counter {
    struct sl_path_counter paths[SL_PATHS];
    sl_u64 named; // packets whose QUIC connection id named the site
};
SL_ASSERT_SIZE(struct sl_site_counter, 8 + 24 * SL_PATHS);

enum { SL_SITE_COUNTERS = 8192 }; // sites of the Plan in force and of the next one

// SIDs of this router that the engine serves (local_sid.h): a longest-prefix-match trie, as arguments follow
// the function. Changed in place, not by generation: nothing else refers to a row.
struct sl_sid_key {
    sl_u32 length; // of the prefix in bits
    struct sl_addr address;
};
SL_ASSERT_SIZE(struct sl_sid_key, 20);

// What becomes of packets for a SID: their outer header is taken off when a packet of the version is inside,
// or they go on to their next segment.
enum sl_behaviour {
    SL_SID_INSIDE = 0, // of either version
    SL_SID_INSIDE4 = 4,
    SL_SID_INSIDE6 = 6,
    SL_SID_END = 16,
    SL_SID_END_X = 17,
    SL_SID_KERNEL = 18 // an address or a SID of somebody else that falls under one of ours
};

// End.DX6, End.DX4 and End.X (RFC 8986 sections 4.4, 4.5, 4.2): the link. End.DT6, End.DT4, End.DT46 and End
// (sections 4.6 to 4.8, 4.1): a routing table, which says the link of each packet as a row of its own.
struct sl_sid {
    sl_u32 interface; // 0 = not known now: the kernel's own route serves
    sl_u16 mtu;       // of the link
    sl_u8 behaviour;  // enum sl_behaviour
    sl_u8 for_kernel; // of a table's answer: the kernel sends it over this link, and asks for the neighbour
    sl_u8 destination_mac[6];
    sl_u8 source_mac[6];
    sl_u32 table; // 0 = none: the link is the one above
};
SL_ASSERT_SIZE(struct sl_sid, 24);

enum { SL_SIDS = 1024 };

#endif
