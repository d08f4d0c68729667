// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// A rate that each CPU keeps for itself, as one word (GCRA): the time when its bucket will be full again.
// Rates that all CPUs share are in limit.h.
#ifndef SL_SPEND_H
#define SL_SPEND_H

#include "port.h"

// Takes one from the bucket that gives one every `gap` ns and holds `burst` ns of them. 0, or -1 when it is
// empty.
SL_INLINE int sl_spend(sl_u64* free_at, sl_u64 now, sl_u64 gap, sl_u64 burst) {
    if (!free_at || *free_at > now + burst) {
        return -1;
    }
    *free_at = (*free_at > now ? *free_at : now) + gap;
    return 0;
}

#endif
