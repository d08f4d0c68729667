// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Hash of a flow: 64-bit multiply and fold (the finaliser of MurmurHash3), the same on every ingress. Its
// bits are used apart: the high half picks the slot, the low 20 bits are the flow label, the start cache
// takes the middle; what picks the flows that are told of is mixed anew, so that every site has its share.
#ifndef SL_HASH_H
#define SL_HASH_H

#include "rendezvous.h"

// `rest` = service, port and tag of the key as one word.
SL_INLINE sl_u64 sl_flow_hash_of(sl_u64 seed, sl_u64 source0, sl_u64 source1, sl_u64 rest) {
    return sl_mix(sl_mix(sl_mix(seed, source0), source1), rest);
}

SL_INLINE sl_u64 sl_flow_hash(const struct sl_flow_key* key, sl_u64 seed) {
    sl_u64 source[2];
    __builtin_memcpy(source, &key->source, sizeof source);
    const sl_u64 rest = (sl_u64)key->service << 48 | (sl_u64)key->port_be << 32 | key->address_tag;
    return sl_flow_hash_of(seed, source[0], source[1], rest);
}

// Where the entry marks have the bit of this hash: word of a half, bit of the word.
SL_INLINE sl_u32 sl_mark_word(sl_u64 hash) {
    return (sl_u32)(hash >> 6) & (SL_MARK_WORDS - 1);
}

SL_INLINE sl_u64 sl_mark_bit(sl_u64 hash) {
    return 1ULL << (hash & 63);
}

// 0..count-1 without a division (Lemire's reduction).
SL_INLINE sl_u32 sl_slot_of(sl_u64 hash, sl_u32 count) {
    return (sl_u32)(((hash >> 32) * count) >> 32);
}

// Tells whether a new flow is one of those in so many that are told of: the same on every ingress.
SL_INLINE int sl_is_sampled(sl_u64 hash, sl_u32 limit) {
    return limit != 0 && (sl_u32)sl_mix(0, hash) <= limit;
}

#endif
