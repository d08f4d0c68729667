// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The edge of the SR domain (RFC 8754 section 5.1, RFC 8986 section 8): a packet from outside may not address
// a SID, carry a segment routing header, or pretend to come from inside. Runs before anything else may take
// the packet, local delivery included; what cannot be checked is dropped.
#ifndef SL_BORDER_H
#define SL_BORDER_H

#include "parse.h"

SL_INLINE int sl_in_prefix(const sl_u8* address, const struct sl_prefix* prefix) {
    sl_u64 words[2];
    __builtin_memcpy(words, address, sizeof words);
    if ((prefix->mask[0] | prefix->mask[1]) == 0) {
        return 0;
    }
    return (((words[0] ^ prefix->address[0]) & prefix->mask[0]) |
            ((words[1] ^ prefix->address[1]) & prefix->mask[1])) == 0;
}

SL_INLINE int sl_is_border_code(int code) {
    return code <= -SL_R_border_sid && code >= -SL_R_border_unreadable;
}

// 0 when the packet may come in; a negative reason when it must be dropped. `parsed` = what the parser said;
// a packet that it refuses for another reason may still be delivered here, so its addresses count all the
// same.
SL_INLINE int sl_border(const struct sl_flow* flow, int parsed, const struct sl_control* control) {
    if (flow->version == 6) {
        if (sl_in_prefix(flow->destination.b, &control->sid_block)) {
            return -SL_R_border_sid;
        }
        if (sl_in_prefix(flow->source.b, &control->sid_block)) {
            return -SL_R_border_source;
        }
    }
    return sl_is_border_code(parsed) ? parsed : 0;
}

#endif
