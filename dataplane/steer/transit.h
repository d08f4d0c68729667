// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Sends packets for an End or End.X SID of this router on to their next segment (RFC 8986 sections 4.1, 4.2),
// which stands behind the SID in a NEXT-C-SID list (RFC 9800 section 4.1: 32 bits of block, ids of 16), or in
// the routing header when the list has come to its end. End asks the main table for the way, End.X has its
// link. Runs on interfaces of role core.
//
//   destination: | block 32 | our id 16 | next id 16 | .. |  ->  | block 32 | next id 16 | .. | 0 16 |
//
// The kernel holds a route of its own for every such SID: a packet that cannot go on from here is left to it,
// as it came or, once the next segment is its destination, as an ordinary one of that destination. Either way
// the kernel does, answers or drops what RFC 8986 says. What it would drop without a word is answered here
// (sid_fault.h).
#ifndef SL_TRANSIT_H
#define SL_TRANSIT_H

#include "decap.h"

// Not a reason: the next segment is a SID of this router too.
enum { SL_AGAIN = 1 };

enum { SL_DESTINATION = 24, SL_OWN_ID = SL_DESTINATION + 4, SL_NEXT_ID = SL_OWN_ID + 2 };

// An address of the router itself that falls under its SID: no list has a 0 before its end.
SL_INLINE int sl_is_host(const sl_u8* ip) {
    sl_u16 next = 0;
    sl_u64 rest = 0;
    sl_copy2(&next, ip + SL_NEXT_ID);
    sl_copy8(&rest, ip + SL_NEXT_ID + 2);
    return next == 0 && rest != 0;
}

// The list in the destination address. 1 = the next id has taken the place of ours, 0 = there is none.
SL_INLINE int sl_shift_ids(sl_u8* ip) {
    sl_u64 ids = 0;
    sl_u16 last = 0;
    const sl_u16 none = 0;
    sl_copy8(&ids, ip + SL_NEXT_ID);
    sl_copy2(&last, ip + SL_NEXT_ID + 8);
    if ((ids | last) == 0) {
        return 0;
    }
    sl_copy8(ip + SL_OWN_ID, &ids);
    sl_copy2(ip + SL_OWN_ID + 8, &last);
    sl_copy2(ip + SL_OWN_ID + 10, &none);
    return 1;
}

// 0 when a segment follows, be it a bad one; else a negative reason: the packet is for the SID itself,
// whatever its hop limit (RFC 8986 section 4.1: S02 comes before S05). Headers that may stand before the
// upper layer are the kernel's to read.
SL_INLINE int sl_ends_here(struct sl_pkt pkt) {
    const sl_u8* ip = pkt.cur + SL_ETHERNET;
    if (ip + SL_IPV6 > pkt.end) {
        return -SL_R_sid_truncated;
    }
    sl_u64 ids = 0;
    sl_u16 last = 0;
    sl_copy8(&ids, ip + SL_NEXT_ID);
    sl_copy2(&last, ip + SL_NEXT_ID + 8);
    sl_u8 next = ip[6];
    if ((ids | last) != 0) {
        return 0;
    }
    if (next == SL_NEXT_ROUTING) {
        if (ip + SL_IPV6 + 8 > pkt.end || ip[SL_IPV6 + 3] != 0) {
            return 0;
        }
        next = ip[SL_IPV6];
    }
    return sl_is_walked(next) ? -SL_R_sid_not_at_hand : -SL_R_sid_no_segment;
}

// The list in the routing header. 0 or a negative reason. Segments stand last first, so that of the first the
// largest index is in force; H.Encaps.Red leaves the first one out (RFC 8986 section 5.2).
SL_INLINE int sl_next_segment(struct sl_pkt pkt, sl_u32 limit) {
    sl_u8* ip = pkt.cur + SL_ETHERNET;
    sl_u8* header = ip + SL_IPV6;
    if (header + 8 > pkt.end) {
        return -SL_R_sid_truncated;
    }
    const sl_u32 length = ((sl_u32)header[1] + 1) * 8;
    const sl_u32 listed = 8 + ((sl_u32)header[4] + 1) * 16;
    const sl_u32 left = header[3];
    if (header[2] != 4 || listed > length || left > (sl_u32)header[4] + 1) {
        return -SL_R_sid_routing_header;
    }
    if ((sl_u32)SL_ETHERNET + SL_IPV6 + length > limit) {
        return -SL_R_sid_truncated;
    }
    const sl_u8* segment = header + 8 + (sl_u64)((left - 1) & 0xff) * 16;
    if (segment + 16 > pkt.end) {
        return -SL_R_sid_not_at_hand;
    }
    header[3] = (sl_u8)(left - 1);
    sl_copy8(ip + SL_DESTINATION, segment);
    sl_copy8(ip + SL_DESTINATION + 8, segment + 8);
    return 0;
}

// Makes the next segment the destination. 0 or a negative reason with the packet as it was.
SL_INLINE int sl_advance(struct sl_port* port, struct sl_inside* at) {
    struct sl_pkt pkt = sl_port_packet(port);
    sl_u8* ip = pkt.cur + SL_ETHERNET;
    if (ip + SL_IPV6 > pkt.end) {
        return -SL_R_sid_truncated;
    }
    return sl_shift_ids(ip) ? 0 : sl_next_segment(pkt, at->limit);
}

SL_INLINE int sl_is_own_sid(struct sl_port* port) {
    struct sl_sid_key key = {128, {{0}}};
    struct sl_pkt pkt = sl_port_packet(port);
    const sl_u8* ip = pkt.cur + SL_ETHERNET;
    if (ip + SL_IPV6 > pkt.end) {
        return 0;
    }
    __builtin_memcpy(&key.address, ip + SL_DESTINATION, 16);
    return sl_port_sid(port, &key) != 0;
}

// Over the link, one hop further.
SL_INLINE int sl_leave_by(struct sl_port* port, const struct sl_sid* link, struct sl_inside* at) {
    struct sl_pkt pkt = sl_port_packet(port);
    if (pkt.cur + SL_ETHERNET + SL_IPV6 > pkt.end) {
        return -SL_R_sid_truncated;
    }
    sl_write_link(pkt.cur, link);
    pkt.cur[SL_ETHERNET + 7]--;
    at->interface = link->interface;
    return -SL_R_sid_forwarded;
}

// As far as that is known before its next segment is. 0 or a negative reason.
SL_INLINE int sl_may_go_on(struct sl_port* port, const struct sl_sid* sid, const struct sl_inside* at) {
    const int code = sl_ends_here(sl_port_packet(port));
    if (code != 0) {
        return code;
    }
    return sid->behaviour == SL_SID_END_X ? sl_may_leave(port, sid, at) : at->hops <= 1 ? -SL_R_hop_limit : 0;
}

// 0 when the packet is for no SID, SL_AGAIN, or a negative reason. The caller has compared the source.
SL_INLINE int sl_transit(struct sl_port* port, const struct sl_sid* sid, struct sl_inside* at) {
    struct sl_pkt pkt = sl_port_packet(port);
    const sl_u8* ip = pkt.cur + SL_ETHERNET;
    if (ip + SL_IPV6 > pkt.end) {
        return -SL_R_sid_truncated;
    }
    const sl_u32 length = (sl_u32)sl_load_be16(ip + 4) + SL_IPV6;
    at->limit = SL_ETHERNET + length;
    at->length = (sl_u16)length;
    at->hops = ip[7];
    if (sl_is_host(ip)) {
        return 0;
    }
    if (length > 0xffff || at->limit > sl_port_length(port)) {
        return -SL_R_sid_truncated;
    }
    int code = sl_may_go_on(port, sid, at);
    code = code != 0 ? code : sl_advance(port, at);
    if (code != 0) {
        return code;
    }
    if (sid->behaviour == SL_SID_END_X) {
        return sl_leave_by(port, sid, at);
    }
    if (sl_is_own_sid(port)) {
        return SL_AGAIN;
    }
    const struct sl_sid* link = sl_port_route(port, sid, SL_ETHERNET, 6, at->length);
    if (!link) {
        return -SL_R_sid_no_route;
    }
    if (link->for_kernel) {
        return -SL_R_sid_unresolved;
    }
    code = sl_may_leave(port, link, at);
    return code != 0 ? code : sl_leave_by(port, link, at);
}

#endif
