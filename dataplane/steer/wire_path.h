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

#endif
