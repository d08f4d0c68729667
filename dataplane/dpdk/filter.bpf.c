// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The XDP program of an af_xdp port: what suanlu-fwd may have to do with goes to its socket, all else stays
// the kernel's, as if no program were there. filter.cpp fills the maps; while they are empty, or no socket is
// open, everything is the kernel's. Reads packets as the engine does, which decides; a packet too many costs
// a trip through the exception port, one too few goes unsteered.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "dataplane/steer/parse.h"

#include "filter.h"

// DPDK's driver puts its sockets here, and looks for it by this name.
struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, 64);
    __type(key, sl_u32);
    __type(value, sl_u32);
} xsks_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, SL_FILTER_PREFIXES);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct sl_sid_key);
    __type(value, sl_u32);
} sl_steered SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, sl_u32);
    __type(value, sl_u32);
} sl_is_border SEC(".maps");

SL_INLINE sl_u32 flags_of(const struct sl_addr* address) {
    struct sl_sid_key key = {128, *address};
    const sl_u32* flags = bpf_map_lookup_elem(&sl_steered, &key);
    return flags ? *flags : 0;
}

// RFC 8754 section 5.1: at the border of the domain the engine looks at every routing header; others may
// stand before it.
SL_INLINE int may_have_routing_header(struct sl_pkt pkt, const struct sl_flow* flow) {
    enum { kHopByHop = 0, kRouting = 43, kDestination = 60 };
    if (flow->version != 6 || pkt.cur + SL_ETHERNET + SL_IPV6 > pkt.end) {
        return 0;
    }
    const sl_u8 next = pkt.cur[SL_ETHERNET + 6];
    return next == kHopByHop || next == kRouting || next == kDestination;
}

SL_INLINE int is_taken(struct sl_pkt pkt, const struct sl_flow* flow) {
    const sl_u8 both = SL_TCP_SYN | SL_TCP_ACK;
    const sl_u32 zero = 0;
    const sl_u32* is_border = bpf_map_lookup_elem(&sl_is_border, &zero);
    const sl_u32 from = flags_of(&flow->source);
    return (flags_of(&flow->destination) & SL_FILTER_TO) != 0 || (from & SL_FILTER_FROM) != 0 ||
           ((from & SL_FILTER_ANSWERS) != 0 && (flow->tcp_flags & both) == both) ||
           (is_border && *is_border && may_have_routing_header(pkt, flow));
}

// Of packets that are not ordinary: options, extension headers, fragments, ICMP.
SL_INLINE void take_addresses(struct sl_pkt pkt, struct sl_flow* flow) {
    const sl_u8* ip = pkt.cur + SL_ETHERNET;
    if (ip + SL_IPV4 <= pkt.end && sl_load_be16(pkt.cur + 12) == 0x0800) {
        sl_take_ipv4(ip, flow);
    } else if (ip + SL_IPV6 <= pkt.end && sl_load_be16(pkt.cur + 12) == 0x86dd) {
        sl_take_ipv6(ip, flow);
    }
}

// Multicast is the control plane's: routing protocols, neighbour discovery.
SL_INLINE int is_multicast(const struct sl_flow* flow) {
    return flow->version == 6 ? flow->destination.b[0] == 0xff : flow->destination.b[12] >> 4 == 0xe;
}

SEC("xdp")
int sl_filter(struct xdp_md* context) {
    enum { kTag = 4 };
    struct sl_pkt pkt = {(sl_u8*)(long)context->data, (sl_u8*)(long)context->data_end};
    struct sl_flow flow = {{{0}}, {{0}}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    for (int tags = 0; tags < 2 && pkt.cur + SL_ETHERNET <= pkt.end; tags++) {
        const sl_u16 type = sl_load_be16(pkt.cur + 12);
        if (type != 0x8100 && type != 0x88a8) {
            break;
        }
        pkt.cur += kTag;
    }
    if (sl_parse(pkt, (sl_u32)(pkt.end - pkt.cur), &flow) == SL_ODD) {
        take_addresses(pkt, &flow);
    }
    if (flow.version == 0 || is_multicast(&flow) || !is_taken(pkt, &flow)) {
        return XDP_PASS;
    }
    return (int)bpf_redirect_map(&xsks_map, context->rx_queue_index, XDP_PASS);
}

char sl_license[] SEC("license") = "Dual BSD/GPL";
