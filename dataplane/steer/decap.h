// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Takes the outer header off packets for a service SID of this router and sends what is inside over the link
// to the site: End.DX6, End.DX4, End.DT6, End.DT4 and End.DT46 (RFC 8986 sections 4.4 to 4.8) for whatever an
// ingress sends, be it a NEXT-C-SID list that has come to its end, H.Encaps or H.Encaps.Red.
//
//   | Ethernet 14 | IPv6 40 | routing header, nothing left, 0.. | packet |  ->  | Ethernet 14 | packet |
//
// The kernel holds a route of its own for every such SID: what cannot be done here is left to it. What no
// router may forward is dropped.
#ifndef SL_DECAP_H
#define SL_DECAP_H

#include "border.h"
#include "mss.h"
#include "parse_odd.h"
#include "words.h"

enum { SL_NEXT_IPV4 = 4, SL_NEXT_IPV6 = 41, SL_NEXT_ROUTING = 43 };
enum { SL_ECN = 3, SL_ECT1 = 1, SL_ECT0 = 2, SL_CE = 3 };

// The packet inside. Zero before.
struct sl_inside {
    sl_u32 offset; // in the frame
    sl_u32 limit;  // end of the outer packet in the frame
    sl_u32 interface;
    sl_u16 length;
    sl_u8 version;
    sl_u8 ecn;  // of the outer header, then the one it leaves with
    sl_u8 hops; // hop limit
    sl_u8 pad[3];
};

// RFC 6040 section 4.2: the field that the packet leaves with, -1 for the combination to drop.
SL_INLINE int sl_merged_ecn(sl_u8 outer, sl_u8 inner) {
    if (outer == SL_CE) {
        return inner == 0 ? -1 : outer;
    }
    return outer == SL_ECT1 && inner == SL_ECT0 ? outer : inner;
}

// The version of the packet behind the routing header, or a negative reason.
SL_INLINE int sl_skip_segments(struct sl_pkt pkt, struct sl_inside* at) {
    const sl_u8* header = pkt.cur + SL_ETHERNET + SL_IPV6;
    if (at->offset + 8 > at->limit) {
        return -SL_R_sid_truncated;
    }
    if (header + 8 > pkt.end) {
        return -SL_R_sid_not_at_hand;
    }
    at->offset += ((sl_u32)header[1] + 1) * 8;
    if (at->offset > at->limit) {
        return -SL_R_sid_truncated;
    }
    if (header[3] != 0) { // else it says nothing any more, of whatever type it is (RFC 8200 section 4.4)
        return -SL_R_sid_routing_header;
    }
    return at->offset > SL_MOST_OFFSET ? -SL_R_sid_not_at_hand : header[0];
}

// Reads length, hop limit and ECN of the packet inside. 0 or a negative reason.
SL_INLINE int sl_read_inside(struct sl_pkt pkt, struct sl_inside* at) {
    // Read back, so that the eBPF verifier takes all ways that lead here for one.
    const sl_u32 offset = *(volatile sl_u32*)&at->offset;
    const sl_u32 least = at->version == 6 ? SL_IPV6 : SL_IPV4;
    if (offset > SL_MOST_OFFSET || offset + least > at->limit) {
        return -SL_R_sid_truncated;
    }
    const sl_u8* ip = pkt.cur + offset;
    if (ip + SL_IPV6 > pkt.end && (at->version == 6 || ip + SL_IPV4 > pkt.end)) {
        return -SL_R_sid_not_at_hand;
    }
    if (ip[0] >> 4 != at->version) {
        return -SL_R_sid_payload;
    }
    sl_u32 header = SL_IPV6;
    sl_u32 length = (sl_u32)sl_load_be16(ip + 4) + SL_IPV6;
    sl_u8 ecn = ip[1] >> 4;
    at->hops = ip[7];
    if (at->version == 4) {
        header = (sl_u32)(ip[0] & 0x0f) * 4;
        length = sl_load_be16(ip + 2);
        ecn = ip[1];
        at->hops = ip[8];
    }
    if (header < least || length < header || length > at->limit - offset) {
        return -SL_R_sid_truncated;
    }
    at->length = (sl_u16)length;
    const int merged = sl_merged_ecn(at->ecn, ecn & SL_ECN);
    at->ecn = (sl_u8)merged;
    return merged < 0 ? -SL_R_sid_congestion : 0;
}

// From the outer header to the packet inside. 0 or a negative reason.
SL_INLINE int sl_find_inside(struct sl_port* port, struct sl_pkt pkt, const struct sl_sid* sid,
                             struct sl_inside* at) {
    const sl_u8* ip = pkt.cur + SL_ETHERNET;
    if (ip + SL_IPV6 > pkt.end) {
        return -SL_R_sid_truncated;
    }
    at->offset = SL_ETHERNET + SL_IPV6;
    at->limit = at->offset + sl_load_be16(ip + 4);
    at->ecn = (ip[1] >> 4) & SL_ECN;
    if (at->limit > sl_port_length(port)) {
        return -SL_R_sid_truncated;
    }
    const int next = ip[6] == SL_NEXT_ROUTING ? sl_skip_segments(pkt, at) : ip[6];
    if (next < 0) {
        return next;
    }
    if (sl_is_walked((sl_u8)next)) {
        return -SL_R_sid_not_at_hand; // options, a fragment: the kernel reads them
    }
    at->version = (sl_u8)(next == SL_NEXT_IPV6 ? 6 : next == SL_NEXT_IPV4 ? 4 : 0);
    if (at->version == 0 || (sid->behaviour != SL_SID_INSIDE && sid->behaviour != at->version)) {
        return -SL_R_sid_payload;
    }
    return sl_read_inside(pkt, at);
}

SL_INLINE void sl_write_link(sl_u8* frame, const struct sl_sid* link) {
    sl_copy4(frame, link->destination_mac);
    sl_copy2(frame + 4, link->destination_mac + 4);
    sl_copy4(frame + 6, link->source_mac);
    sl_copy2(frame + 10, link->source_mac + 4);
}

// The frame begins with room for an Ethernet header; behind it stands the packet, one hop further if it is we
// who forward it.
SL_INLINE void sl_write_inside(sl_u8* frame, const struct sl_sid* link, const struct sl_inside* at) {
    sl_u8* ip = frame + SL_ETHERNET;
    const sl_u8 hop = link->for_kernel ? 0 : 1;
    sl_write_link(frame, link);
    if (at->version == 6) {
        sl_store_be16(frame + 12, 0x86dd);
        ip[1] = (sl_u8)((ip[1] & 0xcf) | at->ecn << 4);
        ip[7] = (sl_u8)(ip[7] - hop);
        return;
    }
    const sl_u16 tos = sl_load_be16(ip);
    const sl_u16 ttl = sl_load_be16(ip + 8);
    sl_store_be16(frame + 12, 0x0800);
    ip[1] = (sl_u8)((ip[1] & 0xfc) | at->ecn);
    ip[8] = (sl_u8)(ip[8] - hop);
    const sl_u16 sum = sl_mend_checksum(sl_load_be16(ip + 10), tos, sl_load_be16(ip));
    sl_store_be16(ip + 10, sl_mend_checksum(sum, ttl, sl_load_be16(ip + 8)));
}

// May what was found leave here? 0 or a negative reason.
SL_INLINE int sl_may_leave(struct sl_port* port, const struct sl_sid* link, const struct sl_inside* at) {
    if (at->hops <= 1) {
        return -SL_R_hop_limit;
    }
    if (link->interface == 0) {
        return -SL_R_sid_unresolved;
    }
    if (sl_port_segment(port) != 0) {
        return -SL_R_sid_not_at_hand;
    }
    return at->length > link->mtu ? -SL_R_sid_too_big : 0;
}

// A negative reason: decapsulated with `at` filled, or why not, with the packet as it was. The caller has
// compared the source.
SL_INLINE int sl_decapsulate(struct sl_port* port, const struct sl_sid* sid, struct sl_inside* at) {
    int code = sl_find_inside(port, sl_port_packet(port), sid, at);
    if (code != 0) {
        return code;
    }
    const struct sl_sid* link =
        sid->table == 0 ? sid : sl_port_route(port, sid, at->offset, at->version, at->length);
    if (!link) {
        return -SL_R_sid_no_route;
    }
    code = sl_may_leave(port, link, at);
    if (code != 0) {
        return code;
    }
    if (sl_port_pop(port, at->offset - SL_ETHERNET, at->version) != 0) {
        return -SL_R_sid_not_at_hand;
    }
    struct sl_pkt pkt = sl_port_packet(port);
    if (pkt.cur + SL_ETHERNET + SL_IPV4 > pkt.end) {
        return -SL_R_sid_truncated;
    }
    sl_write_inside(pkt.cur, link, at);
    at->interface = link->interface;
    return link->for_kernel ? -SL_R_sid_for_kernel : -SL_R_decapsulated;
}

#endif
