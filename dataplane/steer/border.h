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

// Walks the extension headers for a routing header of type 4; 0 or a negative reason.
SL_INLINE int sl_border_headers(struct sl_pkt pkt, sl_u8 next_header) {
    sl_u32 offset = SL_ETHERNET + SL_IPV6;
    for (int i = 0; i < 6; i++) {
        const int is_walked = next_header == 0 || next_header == 43 || next_header == 44 || next_header == 60;
        if (!is_walked) {
            return 0;
        }
        const sl_u8* header = pkt.cur + offset;
        if (header + 8 > pkt.end) {
            return -SL_R_border_unreadable;
        }
        if (next_header == 43 && header[2] == 4) {
            return -SL_R_border_routing_header;
        }
        if (next_header == 44 && (header[2] | (header[3] & 0xf8)) != 0) {
            return 0; // not the first fragment: what follows is no header
        }
        offset += next_header == 44 ? 8 : ((sl_u32)header[1] + 1) * 8;
        next_header = header[0];
    }
    return -SL_R_border_unreadable;
}

// 0 when the packet may come in; a negative reason when it must be dropped.
SL_INLINE int sl_border(struct sl_pkt pkt, const struct sl_control* control) {
    if (pkt.cur + SL_ETHERNET + SL_IPV6 > pkt.end || sl_load_be16(pkt.cur + 12) != 0x86dd) {
        return 0;
    }
    const sl_u8* ip = pkt.cur + SL_ETHERNET;
    if (sl_in_prefix(ip + 24, &control->sid_block)) {
        return -SL_R_border_sid;
    }
    if (sl_in_prefix(ip + 8, &control->sid_block)) {
        return -SL_R_border_source;
    }
    return sl_border_headers(pkt, ip[6]);
}

#endif
