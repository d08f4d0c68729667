// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// An ICMP error about an answer of a service (RFC 792, RFC 4443 section 3) has to reach the site that sent
// the answer, which only the quoted packet can name: it went from the service to the client, so the client's
// flow is that packet turned round. Path MTU discovery of the sites depends on it.
#ifndef SL_ICMP_H
#define SL_ICMP_H

#include "parse_odd.h"

// Words in memory order, to be compared only.
SL_INLINE sl_u32 sl_load32(const sl_u8* p) {
    sl_u32 word;
    __builtin_memcpy(&word, p, sizeof word);
    return word;
}

SL_INLINE int sl_differs(const sl_u8* p, const struct sl_addr* address) {
    sl_u64 words[4];
    __builtin_memcpy(words, p, 16);
    __builtin_memcpy(words + 2, address, 16);
    return ((words[0] ^ words[2]) | (words[1] ^ words[3])) != 0;
}

// `l4` = transport header of the quoted packet, of which 8 bytes are sure to be quoted.
SL_INLINE int sl_take_quoted_ports(struct sl_pkt pkt, sl_u32 offset, struct sl_flow* flow) {
    if (offset > SL_MOST_OFFSET) {
        return -SL_R_icmp_unrelated;
    }
    const sl_u8* l4 = pkt.cur + offset;
    if (l4 + 8 > pkt.end) {
        return -SL_R_icmp_unrelated;
    }
    if (sl_is_tcp_or_udp(flow->protocol)) {
        __builtin_memcpy(&flow->destination_port_be, l4, 2);
        __builtin_memcpy(&flow->source_port_be, l4 + 2, 2);
        return 0;
    }
    if (sl_is_icmp_of(flow) && l4[0] == (flow->version == 6 ? 129 : 0)) { // an echo reply
        __builtin_memcpy(&flow->source_port_be, l4 + 4, 2);
        return 0;
    }
    return -SL_R_icmp_unrelated;
}

SL_INLINE int sl_quoted_ipv4(struct sl_pkt pkt, sl_u32 offset, struct sl_flow* flow) {
    const sl_u8* ip = pkt.cur + offset;
    if (ip + SL_IPV4 > pkt.end) {
        return -SL_R_icmp_unrelated;
    }
    const sl_u32 header = (sl_u32)(ip[0] & 0x0f) * 4;
    if (ip[0] >> 4 != 4 || header < SL_IPV4 || (sl_load_be16(ip + 6) & 0x1fff) != 0 ||
        sl_load32(ip + 12) != sl_load32(flow->destination.b + 12)) {
        return -SL_R_icmp_unrelated;
    }
    flow->protocol = ip[9];
    __builtin_memcpy(flow->source.b + 12, ip + 16, 4);
    return sl_take_quoted_ports(pkt, offset + header, flow);
}

SL_INLINE int sl_quoted_ipv6(struct sl_port* port, struct sl_pkt pkt, sl_u32 offset, struct sl_flow* flow) {
    const sl_u8* ip = pkt.cur + offset;
    if (ip + SL_IPV6 > pkt.end) {
        return -SL_R_icmp_unrelated;
    }
    if (ip[0] >> 4 != 6 || sl_differs(ip + 8, &flow->destination)) {
        return -SL_R_icmp_unrelated;
    }
    __builtin_memcpy(flow->source.b, ip + 24, 16);
    struct sl_headers at = {offset + SL_IPV6, (sl_u32)flow->l3 + flow->length, 0, ip[6], 0, 0, 1};
    if (sl_walk_headers(port, &at) != 0 || (at.shape & SL_SHAPE_LATER_FRAGMENT) != 0) {
        return -SL_R_icmp_unrelated;
    }
    flow->protocol = at.next;
    return sl_take_quoted_ports(pkt, at.offset, flow);
}

// Turns the flow of an ICMP error into the flow that it is about. 0 or a negative reason.
SL_SUBPROGRAM int sl_follow_error(struct sl_port* port, struct sl_flow* flow) {
    if (!flow) {
        return -SL_R_icmp_unrelated;
    }
    const struct sl_pkt pkt = sl_port_packet(port);
    const sl_u32 offset = (sl_u32)flow->l4 + SL_ICMP;
    if (offset > SL_MOST_OFFSET) {
        return -SL_R_icmp_unrelated;
    }
    return flow->version == 6 ? sl_quoted_ipv6(port, pkt, offset, flow) : sl_quoted_ipv4(pkt, offset, flow);
}

#endif
