// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// What the XDP program of an af_xdp port and suanlu-fwd, which fills its maps, have in common. Keys are
// struct sl_sid_key: a length in bits and an address, IPv4 as ::ffff:a.b.c.d, which is how a trie of the
// kernel has it.
#ifndef SL_FILTER_H
#define SL_FILTER_H

#include "dataplane/steer/wire.h"

// By prefix: which packets of its addresses go to the engine.
enum {
    SL_FILTER_TO = 1,
    SL_FILTER_FROM = 2,
    SL_FILTER_ANSWERS = 4 // SYN+ACK from there: the engine may have to clamp it
};
enum { SL_FILTER_PREFIXES = 262144 };

#endif
