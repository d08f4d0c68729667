// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Headers of an ordinary packet: Ethernet, IPv4 (RFC 791) or IPv6 (RFC 8200), TCP or UDP. Tags, options,
// extension headers, fragments and ICMP are told apart here and read in parse_odd.h, so that they cost an
// ordinary packet nothing. What is not understood is left to the kernel with a counted reason.
#ifndef SL_PARSE_H
#define SL_PARSE_H

#include "port.h"

enum { SL_ETHERNET = 14, SL_IPV4 = 20, SL_IPV6 = 40, SL_TCP = 20, SL_UDP = 8 };
enum { SL_PROTOCOL_ICMP = 1, SL_PROTOCOL_TCP = 6, SL_PROTOCOL_UDP = 17, SL_PROTOCOL_ICMP6 = 58 };
enum { SL_TCP_SYN = 0x02, SL_TCP_ACK = 0x10 };

enum { SL_MOST_OFFSET = 2047 }; // no header is looked for behind this byte of the frame

// Returned by sl_parse when parse_odd.h has to read the packet.
enum { SL_ODD = 1 };

// What a packet is besides ordinary; bits of sl_flow.shape.
enum {
    SL_SHAPE_FIRST_FRAGMENT = 1,
    SL_SHAPE_LATER_FRAGMENT = 2, // no transport header: ports are 0
    SL_SHAPE_ECHO = 4,           // ICMP echo request; its identifier stands in source_port_be
    SL_SHAPE_ERROR = 8           // ICMP error that quotes a packet
};

struct sl_flow {
    struct sl_addr source;
    struct sl_addr destination;
    sl_u16 source_port_be;
    sl_u16 destination_port_be;
    sl_u16 length; // of the IP packet
    sl_u8 version; // 4 or 6 as soon as the addresses are known
    sl_u8 protocol;
    sl_u8 traffic_class; // DSCP and ECN
    sl_u8 tcp_flags;
    sl_u8 l3; // where the IP header begins in the frame
    sl_u8 shape;
    sl_u16 l4;         // where the transport header begins in the frame
    sl_u16 outer_vlan; // VLAN ids; 0 = no tag, or a priority tag
    sl_u16 inner_vlan;
    sl_u16 tenant;
    sl_u32 fragment_id;
};

SL_INLINE sl_u16 sl_load_be16(const sl_u8* p) {
    return (sl_u16)((p[0] << 8) | p[1]);
}

SL_INLINE void sl_store_be16(sl_u8* p, sl_u32 value) {
    p[0] = (sl_u8)(value >> 8);
    p[1] = (sl_u8)value;
}

SL_INLINE int sl_is_tcp_or_udp(sl_u8 protocol) {
    return protocol == SL_PROTOCOL_TCP || protocol == SL_PROTOCOL_UDP;
}

// `payload` = bytes of the IP packet from `offset` on.
SL_INLINE int sl_parse_ports(struct sl_pkt pkt, sl_u32 offset, sl_u32 payload, struct sl_flow* flow) {
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

// `ip` = 20 bytes that are there.
SL_INLINE void sl_take_ipv4(const sl_u8* ip, struct sl_flow* flow) {
    flow->version = 4;
    flow->length = sl_load_be16(ip + 2);
    flow->traffic_class = ip[1];
    flow->protocol = ip[9];
    flow->source.b[10] = flow->source.b[11] = 0xff;
    flow->destination.b[10] = flow->destination.b[11] = 0xff;
    __builtin_memcpy(flow->source.b + 12, ip + 12, 4);
    __builtin_memcpy(flow->destination.b + 12, ip + 16, 4);
}

// `ip` = 40 bytes that are there; the length is the caller's.
SL_INLINE void sl_take_ipv6(const sl_u8* ip, struct sl_flow* flow) {
    flow->version = 6;
    flow->traffic_class = (sl_u8)((ip[0] << 4) | (ip[1] >> 4));
    flow->protocol = ip[6];
    __builtin_memcpy(flow->source.b, ip + 8, 16);
    __builtin_memcpy(flow->destination.b, ip + 24, 16);
}

SL_INLINE int sl_parse_ipv4(struct sl_pkt pkt, sl_u32 frame, struct sl_flow* flow) {
    if (pkt.cur + SL_ETHERNET + SL_IPV4 > pkt.end) {
        return -SL_R_truncated;
    }
    const sl_u8* ip = pkt.cur + SL_ETHERNET;
    if (ip[0] != 0x45 || ((ip[6] & 0x3f) | ip[7]) != 0 || !sl_is_tcp_or_udp(ip[9])) {
        return SL_ODD;
    }
    sl_take_ipv4(ip, flow);
    if (flow->length < SL_IPV4 || flow->length > frame - SL_ETHERNET) {
        return -SL_R_truncated;
    }
    if (ip[8] <= 1) {
        return -SL_R_hop_limit;
    }
    flow->l4 = SL_ETHERNET + SL_IPV4;
    return sl_parse_ports(pkt, SL_ETHERNET + SL_IPV4, (sl_u32)flow->length - SL_IPV4, flow);
}

// An outer header counts its payload in 16 bits: what leaves no room for it cannot be steered.
SL_INLINE int sl_is_sane_ipv6(const sl_u8* ip, sl_u32 payload, sl_u32 room) {
    return ip[0] >> 4 == 6 && payload <= room && payload <= 65535u - SL_OUTER_MOST - SL_IPV6;
}

SL_INLINE int sl_parse_ipv6(struct sl_pkt pkt, sl_u32 frame, struct sl_flow* flow) {
    if (pkt.cur + SL_ETHERNET + SL_IPV6 > pkt.end) {
        return -SL_R_truncated;
    }
    const sl_u8* ip = pkt.cur + SL_ETHERNET;
    const sl_u32 payload = sl_load_be16(ip + 4);
    if (!sl_is_tcp_or_udp(ip[6])) {
        return SL_ODD;
    }
    sl_take_ipv6(ip, flow);
    if (!sl_is_sane_ipv6(ip, payload, frame - SL_ETHERNET - SL_IPV6)) {
        return -SL_R_truncated;
    }
    if (ip[7] <= 1) {
        return -SL_R_hop_limit;
    }
    flow->length = (sl_u16)(payload + SL_IPV6);
    flow->l4 = SL_ETHERNET + SL_IPV6;
    return sl_parse_ports(pkt, SL_ETHERNET + SL_IPV6, payload, flow);
}

// 0, SL_ODD or a negative reason. `flow` must be zeroed by the caller; `frame` is the length of the whole
// frame.
SL_INLINE int sl_parse(struct sl_pkt pkt, sl_u32 frame, struct sl_flow* flow) {
    if (pkt.cur + SL_ETHERNET > pkt.end) {
        return -SL_R_truncated;
    }
    flow->l3 = SL_ETHERNET;
    switch (sl_load_be16(pkt.cur + 12)) {
    case 0x0800:
        return sl_parse_ipv4(pkt, frame, flow);
    case 0x86dd:
        return sl_parse_ipv6(pkt, frame, flow);
    case 0x8100:
    case 0x88a8:
        return SL_ODD;
    default:
        return -SL_R_not_ip;
    }
}

#endif
