// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Headers of the packets that parse.h calls odd: one or two VLAN tags (IEEE 802.1Q), IPv4 options, IPv6
// extension headers (RFC 8200 section 4), fragments, ICMP. A program of its own for the eBPF verifier, so
// that the ordinary walk stays small. The walk over extension headers is also what the border relies on: it
// finds a segment routing header behind anything that a kernel would step over.
#ifndef SL_PARSE_ODD_H
#define SL_PARSE_ODD_H

#include "parse.h"

enum { SL_MOST_TAGS = 2, SL_MOST_HEADERS = 6, SL_ICMP = 8 };

// Where a walk over extension headers stands. In: the first header; out: the transport header.
struct sl_headers {
    sl_u32 offset; // in the frame
    sl_u32 limit;  // end of the IP packet in the frame
    sl_u32 fragment_id;
    sl_u8 next;
    sl_u8 shape;
    sl_u8 is_strange; // a header that steering does not know, or at a place where it may not be
    sl_u8 is_quoted;  // inside an ICMP error: may be cut off, and guards nothing
};

SL_INLINE int sl_is_walked(sl_u8 next_header) {
    // Hop-by-hop options, routing, fragment, destination options.
    return next_header == 0 || next_header == 43 || next_header == 44 || next_header == 60;
}

SL_INLINE int sl_is_other_extension(sl_u8 next_header) {
    // ESP, AH, no next header, mobility, HIP, shim6.
    return next_header == 50 || next_header == 51 || next_header == 59 || next_header == 135 ||
           next_header == 139 || next_header == 140;
}

SL_INLINE void sl_step_fragment(const sl_u8* header, struct sl_headers* at) {
    const sl_u16 part = sl_load_be16(header + 2);
    at->is_strange |= (sl_u8)(at->shape != 0); // a fragment of a fragment
    if ((part & 0xfff8) != 0) {
        at->shape = SL_SHAPE_LATER_FRAGMENT;
    } else if (part & 1) {
        at->shape = SL_SHAPE_FIRST_FRAGMENT; // neither = atomic fragment (RFC 6946): an ordinary packet
    }
    __builtin_memcpy(&at->fragment_id, header + 4, 4);
}

// 0 or a negative reason.
SL_SUBPROGRAM int sl_walk_headers(struct sl_port* port, struct sl_headers* at) {
    if (!at) {
        return -SL_R_truncated;
    }
    const struct sl_pkt pkt = sl_port_packet(port);
    for (int i = 0; i < SL_MOST_HEADERS && sl_is_walked(at->next); i++) {
        const sl_u32 offset = *(volatile sl_u32*)&at->offset;
        const sl_u8 type = *(volatile sl_u8*)&at->next;
        if (offset > SL_MOST_OFFSET || offset + 8 > at->limit) {
            return -SL_R_border_unreadable;
        }
        const sl_u8* header = pkt.cur + offset;
        if (header + 8 > pkt.end) {
            return -SL_R_border_unreadable;
        }
        if (type == 43 && header[2] == 4 && !at->is_quoted) {
            return -SL_R_border_routing_header;
        }
        at->is_strange |= (sl_u8)(type == 0 && i > 0);
        at->next = header[0];
        *(volatile sl_u32*)&at->offset = offset + (type == 44 ? 8 : ((sl_u32)header[1] + 1) * 8);
        if (type == 44) {
            sl_step_fragment(header, at);
            if (at->shape & SL_SHAPE_LATER_FRAGMENT) {
                return 0; // what follows is no header
            }
        }
    }
    if (sl_is_walked(at->next)) {
        return -SL_R_border_unreadable;
    }
    at->is_strange |= (sl_u8)sl_is_other_extension(at->next);
    return 0;
}

SL_INLINE int sl_is_echo(const struct sl_flow* flow, sl_u8 type) {
    return flow->protocol == SL_PROTOCOL_ICMP ? type == 8 : type == 128;
}

SL_INLINE int sl_is_icmp_error(const struct sl_flow* flow, sl_u8 type) {
    // RFC 792: unreachable, time exceeded, parameter problem. RFC 4443: all types below 128; 1..4 are in use.
    return flow->protocol == SL_PROTOCOL_ICMP ? (type == 3 || type == 11 || type == 12)
                                              : (type >= 1 && type <= 4);
}

SL_INLINE int sl_is_icmp_of(const struct sl_flow* flow) {
    return flow->protocol == (flow->version == 6 ? SL_PROTOCOL_ICMP6 : SL_PROTOCOL_ICMP);
}

// The transport header at flow->l4; `payload` = bytes of the IP packet from there on.
SL_INLINE int sl_parse_transport(struct sl_pkt pkt, sl_u32 payload, struct sl_flow* flow) {
    // Read back, so that the eBPF verifier takes all ways that lead here for one.
    const sl_u32 offset = *(volatile sl_u16*)&flow->l4;
    if (offset > SL_MOST_OFFSET) {
        return -SL_R_truncated;
    }
    if (sl_is_tcp_or_udp(flow->protocol)) {
        return sl_parse_ports(pkt, offset, payload, flow);
    }
    if (!sl_is_icmp_of(flow)) {
        return -SL_R_other_protocol;
    }
    const sl_u8* icmp = pkt.cur + offset;
    if (payload < SL_ICMP || icmp + SL_ICMP > pkt.end) {
        return -SL_R_truncated;
    }
    if (sl_is_echo(flow, icmp[0])) {
        flow->shape |= SL_SHAPE_ECHO;
        __builtin_memcpy(&flow->source_port_be, icmp + 4, 2);
        return 0;
    }
    if (sl_is_icmp_error(flow, icmp[0]) && (flow->shape & SL_SHAPE_FIRST_FRAGMENT) == 0) {
        flow->shape |= SL_SHAPE_ERROR;
        return 0;
    }
    return -SL_R_other_protocol;
}

// RFC 791: a packet that names its own route, or whose options cannot be read, is no business of ours.
// 0 or a negative reason.
SL_SUBPROGRAM int sl_check_options(struct sl_port* port, struct sl_headers* at) {
    if (!at) {
        return -SL_R_ip_options;
    }
    const struct sl_pkt pkt = sl_port_packet(port);
    for (int i = 0; i < 40; i++) {
        // Read back each time, as in all walks: the verifier then forgets which way led here.
        const sl_u32 offset = *(volatile sl_u32*)&at->offset;
        if (offset >= at->limit) {
            return 0;
        }
        const sl_u8* option = pkt.cur + (offset & SL_MOST_OFFSET);
        if (option + 2 > pkt.end) { // one byte more than the shortest option; a transport header has 8
            return -SL_R_ip_options;
        }
        if (option[0] == 0) {
            return 0;
        }
        const sl_u32 length = option[0] == 1 ? 1 : option[1];
        if (option[0] == 131 || option[0] == 137 || length == 0 || length > at->limit - offset) {
            return -SL_R_ip_options;
        }
        *(volatile sl_u32*)&at->offset = offset + length;
    }
    return 0;
}

SL_INLINE int sl_odd_ipv4(struct sl_port* port, struct sl_pkt pkt, sl_u32 frame, struct sl_flow* flow) {
    const sl_u32 l3 = *(volatile sl_u8*)&flow->l3;
    const sl_u8* ip = pkt.cur + l3;
    if (ip + SL_IPV4 > pkt.end) {
        return -SL_R_truncated;
    }
    const sl_u32 header = (sl_u32)(ip[0] & 0x0f) * 4;
    sl_take_ipv4(ip, flow);
    if (ip[0] >> 4 != 4 || header < SL_IPV4 || flow->length < header || flow->length > frame - l3) {
        return -SL_R_truncated;
    }
    if (ip[8] <= 1) {
        return -SL_R_hop_limit;
    }
    if (header > SL_IPV4) {
        struct sl_headers at = {l3 + SL_IPV4, l3 + header, 0, 0, 0, 0, 0};
        const int options = sl_check_options(port, &at);
        if (options != 0) {
            return options;
        }
    }
    const sl_u16 part = sl_load_be16(ip + 6) & 0x3fff;
    flow->l4 = (sl_u16)(l3 + header);
    if (part != 0) {
        flow->fragment_id = sl_load_be16(ip + 4);
        flow->shape = part & 0x1fff ? SL_SHAPE_LATER_FRAGMENT : SL_SHAPE_FIRST_FRAGMENT;
    }
    return flow->shape & SL_SHAPE_LATER_FRAGMENT ? 0 : sl_parse_transport(pkt, flow->length - header, flow);
}

SL_INLINE int sl_odd_ipv6(struct sl_port* port, struct sl_pkt pkt, sl_u32 frame, struct sl_flow* flow) {
    const sl_u32 l3 = *(volatile sl_u8*)&flow->l3;
    const sl_u8* ip = pkt.cur + l3;
    if (ip + SL_IPV6 > pkt.end) {
        return -SL_R_truncated;
    }
    const sl_u32 payload = sl_load_be16(ip + 4);
    const sl_u8 hop_limit = ip[7];
    sl_take_ipv6(ip, flow);
    if (!sl_is_sane_ipv6(ip, payload, frame - l3 - SL_IPV6)) {
        return -SL_R_truncated;
    }
    struct sl_headers at = {l3 + SL_IPV6, l3 + SL_IPV6 + payload, 0, flow->protocol, 0, 0, 0};
    const int walked = sl_walk_headers(port, &at);
    if (walked != 0) {
        return walked;
    }
    if (hop_limit <= 1) {
        return -SL_R_hop_limit;
    }
    flow->length = (sl_u16)(payload + SL_IPV6);
    flow->protocol = at.next;
    flow->shape = at.shape;
    flow->fragment_id = at.fragment_id;
    flow->l4 = (sl_u16)at.offset;
    if (at.is_strange) {
        return -SL_R_extension_header;
    }
    if (at.offset > at.limit) {
        return -SL_R_truncated;
    }
    return at.shape & SL_SHAPE_LATER_FRAGMENT ? 0 : sl_parse_transport(pkt, at.limit - at.offset, flow);
}

// Steps over the tags; the ethertype behind them or a negative reason. Three tags cannot be checked.
SL_INLINE int sl_skip_tags(struct sl_pkt pkt, struct sl_flow* flow) {
    for (sl_u32 i = 0; i <= SL_MOST_TAGS; i++) {
        const sl_u8* tag = pkt.cur + SL_ETHERNET - 2 + 4 * i;
        if (tag + 2 > pkt.end) {
            return -SL_R_truncated;
        }
        const sl_u16 type = sl_load_be16(tag);
        if (type != 0x8100 && type != 0x88a8) {
            flow->l3 = (sl_u8)(SL_ETHERNET + 4 * i);
            return type;
        }
        if (tag + 4 > pkt.end) {
            return -SL_R_truncated;
        }
        const sl_u16 vlan = sl_load_be16(tag + 2) & 0x0fff;
        if (i == 0) {
            flow->outer_vlan = vlan;
        } else {
            flow->inner_vlan = vlan;
        }
    }
    return -SL_R_border_unreadable;
}

// 0 or a negative reason; flow->version says whether the addresses were read. `flow` comes as sl_parse left
// it.
SL_SUBPROGRAM int sl_parse_odd(struct sl_port* port, struct sl_flow* flow) {
    if (!flow) {
        return -SL_R_truncated;
    }
    const struct sl_pkt pkt = sl_port_packet(port);
    const sl_u32 frame = sl_port_length(port);
    const int type = sl_skip_tags(pkt, flow);
    if (type < 0) {
        return type;
    }
    if (type == 0x0800) {
        return sl_odd_ipv4(port, pkt, frame, flow);
    }
    return type == 0x86dd ? sl_odd_ipv6(port, pkt, frame, flow) : -SL_R_not_ip;
}

#endif
