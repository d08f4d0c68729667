// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The mixing function of all hashes, and the order of sites for a slot. Needs no port, so user space shares
// it.
#ifndef SL_RENDEZVOUS_H
#define SL_RENDEZVOUS_H

#include "inline.h"
#include "wire.h"

SL_INLINE sl_u64 sl_mix(sl_u64 h, sl_u64 word) {
    h ^= word;
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdULL;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53ULL;
    return h ^ (h >> 33);
}

// Order of sites for one slot: the site with the largest weight that may be used is the slot's choice.
SL_INLINE sl_u64 sl_rendezvous(sl_u16 service, sl_u32 slot, sl_u16 site) {
    return sl_mix(((sl_u64)service << 48) | ((sl_u64)slot << 16) | site, 0x5851f42d4c957f2dULL);
}

#endif
