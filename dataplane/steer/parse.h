// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Ethernet, IPv4 (RFC 791) and IPv6 (RFC 8200), TCP and UDP headers of one packet. Whatever is not understood
// is left to the kernel with a counted reason; nothing here drops. The only place, with encap.h and mss.h,
// that knows byte order.
#ifndef SL_PARSE_H
#define SL_PARSE_H

#include "port.h"

enum { SL_ETHERNET = 14, SL_IPV4 = 20, SL_IPV6 = 40, SL_TCP = 20, SL_UDP = 8 };
enum { SL_PROTOCOL_TCP = 6, SL_PROTOCOL_UDP = 17 };
enum { SL_TCP_SYN = 0x02, SL_TCP_ACK = 0x10 };

struct sl_flow {
    struct sl_addr source;
    struct sl_addr destination;
    sl_u16 source_port_be;
    sl_u16 destination_port_be;
    sl_u16 length; // of the IP packet
    sl_u8 version; // 4 or 6
    sl_u8 protocol;
    sl_u8 traffic_class; // DSCP and ECN
    sl_u8 tcp_flags;
};

SL_INLINE sl_u16 sl_load_be16(const sl_u8* p) {
    return (sl_u16)((p[0] << 8) | p[1]);
}

SL_INLINE void sl_store_be16(sl_u8* p, sl_u32 value) {
    p[0] = (sl_u8)(value >> 8);
    p[1] = (sl_u8)value;
}

SL_INLINE int sl_is_extension(sl_u8 next_header) {
    // Hop-by-hop, routing, fragment, ESP, AH, destination options, mobility, HIP, shim6.
    return next_header == 0 || next_header == 43 || next_header == 44 || next_header == 50 ||
           next_header == 51 || next_header == 60 || next_header == 135 || next_header == 139 ||
           next_header == 140;
}

SL_INLINE int sl_parse_ports(struct sl_pkt pkt, sl_u32 offset, sl_u32 payload, struct sl_flow* flow) {
    if (flow->protocol != SL_PROTOCOL_TCP && flow->protocol != SL_PROTOCOL_UDP) {
        return -SL_R_other_protocol;
    }
    const sl_u32 need = flow->protocol == SL_PROTOCOL_TCP ? SL_TCP : SL_UDP;
    const sl_u8* l4 = pkt.cur + offset;
    if (payload < need || l4 + SL_UDP > pkt.end) {
        return -SL_R_truncated;
    }
    __builtin_memcpy(&flow->source_port_be, l4, 2);
    __builtin_memcpy(&flow->destination_port_be, l4 + 2, 2);
    if (flow->protocol == SL_PROTOCOL_TCP) {
        if (l4 + SL_TCP > pkt.end) {
            return -SL_R_truncated;
        }
        flow->tcp_flags = l4[13];
    }
    return 0;
}

SL_INLINE int sl_parse_ipv4(struct sl_pkt pkt, sl_u32 frame, struct sl_flow* flow) {
    if (pkt.cur + SL_ETHERNET + SL_IPV4 > pkt.end) {
        return -SL_R_truncated;
    }
    const sl_u8* ip = pkt.cur + SL_ETHERNET;
    if (ip[0] >> 4 != 4) {
        return -SL_R_truncated;
    }
    if (ip[0] != 0x45) {
        return -SL_R_ip_options;
    }
    flow->length = sl_load_be16(ip + 2);
    if (flow->length < SL_IPV4 || flow->length > frame - SL_ETHERNET) {
        return -SL_R_truncated;
    }
    if ((ip[6] & 0x3f) | ip[7]) {
        return -SL_R_ip_fragment;
    }
    if (ip[8] <= 1) {
        return -SL_R_hop_limit;
    }
    flow->version = 4;
    flow->traffic_class = ip[1];
    flow->protocol = ip[9];
    flow->source.b[10] = flow->source.b[11] = 0xff;
    flow->destination.b[10] = flow->destination.b[11] = 0xff;
    __builtin_memcpy(flow->source.b + 12, ip + 12, 4);
    __builtin_memcpy(flow->destination.b + 12, ip + 16, 4);
    return sl_parse_ports(pkt, SL_ETHERNET + SL_IPV4, (sl_u32)flow->length - SL_IPV4, flow);
}

SL_INLINE int sl_parse_ipv6(struct sl_pkt pkt, sl_u32 frame, struct sl_flow* flow) {
    if (pkt.cur + SL_ETHERNET + SL_IPV6 > pkt.end) {
        return -SL_R_truncated;
    }
    const sl_u8* ip = pkt.cur + SL_ETHERNET;
    const sl_u32 payload = sl_load_be16(ip + 4);
    if (ip[0] >> 4 != 6 || payload > frame - SL_ETHERNET - SL_IPV6 || payload > 65535 - 2 * SL_IPV6) {
        return -SL_R_truncated;
    }
    if (sl_is_extension(ip[6])) {
        return -SL_R_extension_header;
    }
    if (ip[7] <= 1) {
        return -SL_R_hop_limit;
    }
    flow->version = 6;
    flow->length = (sl_u16)(payload + SL_IPV6);
    flow->traffic_class = (sl_u8)((ip[0] << 4) | (ip[1] >> 4));
    flow->protocol = ip[6];
    __builtin_memcpy(flow->source.b, ip + 8, 16);
    __builtin_memcpy(flow->destination.b, ip + 24, 16);
    return sl_parse_ports(pkt, SL_ETHERNET + SL_IPV6, payload, flow);
}

// 0 or a negative reason. `flow` must be zeroed by the caller; `frame` is the length of the whole frame.
SL_INLINE int sl_parse(struct sl_pkt pkt, sl_u32 frame, struct sl_flow* flow) {
    if (pkt.cur + SL_ETHERNET > pkt.end) {
        return -SL_R_truncated;
    }
    switch (sl_load_be16(pkt.cur + 12)) {
    case 0x0800:
        return sl_parse_ipv4(pkt, frame, flow);
    case 0x86dd:
        return sl_parse_ipv6(pkt, frame, flow);
    case 0x8100:
    case 0x88a8:
        return -SL_R_vlan;
    default:
        return -SL_R_not_ip;
    }
}

#endif
