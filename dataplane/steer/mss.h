// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Lowers the maximum segment size of a SYN or SYN+ACK (RFC 9293 section 3.7.1) to what a path takes, and
// mends the TCP checksum by the difference (RFC 1624). A SYN without the option, or with a smaller value, is
// left alone.
#ifndef SL_MSS_H
#define SL_MSS_H

#include "parse.h"

// ~(~sum + ~before + after) of RFC 1624 equation 3, on 16-bit values in host order.
SL_INLINE sl_u16 sl_mend_checksum(sl_u16 sum, sl_u16 before, sl_u16 after) {
    sl_u32 total = (sl_u32)(sl_u16)~sum + (sl_u16)~before + after;
    total = (total & 0xffff) + (total >> 16);
    total = (total & 0xffff) + (total >> 16);
    return (sl_u16)~total;
}

SL_INLINE sl_u16 sl_swap_bytes(sl_u16 value) {
    return (sl_u16)((value << 8) | (value >> 8));
}

// `option` points at the two bytes of the value, `position` is their distance from the TCP header, `offset`
// that of the header from the begin of the frame. An option may begin at an odd byte; its contribution to the
// sum is then byte-swapped.
SL_INLINE int sl_lower_mss(struct sl_port* port, sl_u8* tcp, sl_u8* option, sl_u32 offset, sl_u32 position,
                           sl_u16 limit) {
    const sl_u16 before = sl_load_be16(option);
    if (before <= limit) {
        return 0;
    }
    const sl_u16 from = position & 1 ? sl_swap_bytes(before) : before;
    const sl_u16 to = position & 1 ? sl_swap_bytes(limit) : limit;
    sl_store_be16(option, limit);
    if (!sl_port_mends(port, offset + 16, from, to)) {
        sl_store_be16(tcp + 16, sl_mend_checksum(sl_load_be16(tcp + 16), from, to));
    }
    return 1;
}

// `offset` = start of the TCP header in the frame, whose 20 bytes the caller has found to be there. 1 when
// changed.
SL_INLINE int sl_clamp_mss(struct sl_port* port, sl_u32 offset, sl_u16 limit) {
    const struct sl_pkt pkt = sl_port_packet(port);
    if (offset > SL_MOST_OFFSET) {
        return 0;
    }
    sl_u8* tcp = pkt.cur + offset;
    if (tcp + SL_TCP > pkt.end) {
        return 0;
    }
    const sl_u32 header = (sl_u32)(tcp[12] >> 4) * 4;
    sl_u32 position = SL_TCP;
    for (int i = 0; i < 16; i++) {
        if (position + 4 > header || position > 56) {
            return 0;
        }
        sl_u8* option = tcp + position;
        if (option + 4 > pkt.end || option[0] == 0) {
            return 0;
        }
        if (option[0] == 1) {
            position += 1;
            continue;
        }
        if (option[0] == 2 && option[1] == 4) {
            return sl_lower_mss(port, tcp, option + 2, offset, position + 2, limit);
        }
        if (option[1] < 2) {
            return 0;
        }
        position += option[1];
    }
    return 0;
}

// Largest segment that fits an IP packet of `packet` bytes; 0 when none does.
SL_INLINE sl_u16 sl_mss_of(sl_u32 packet, sl_u8 version) {
    const sl_u32 headers = (version == 6 ? SL_IPV6 : SL_IPV4) + SL_TCP;
    const sl_u32 room = packet > headers ? packet - headers : 0;
    return room > 65535 ? 65535 : (sl_u16)room;
}

#endif
