// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The routing table of an End.DT SID, asked in the kernel (bpf_fib_lookup). Part of port_bpf.h. A table by
// its number needs Linux 6.7; older kernels refuse the flag, and the SID's packets are left to them. Only
// packets for such SIDs come here.
#ifndef SL_ROUTE_BPF_H
#define SL_ROUTE_BPF_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "dataplane/steer/border.h"

enum { SL_AF_INET = 2, SL_AF_INET6 = 10 };              // sys/socket.h
enum { SL_FIB_DIRECT = 1 << 0, SL_FIB_TABLE = 1 << 3 }; // linux/bpf.h from 6.7 on

// One question at a time per CPU; it would fill an eighth of a program's stack.
struct sl_question {
    struct bpf_fib_lookup table;
    struct bpf_fib_lookup kernel; // the same, by the kernel's own rules
    struct sl_sid link;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct sl_question);
} sl_questions SEC(".maps");

SL_INLINE struct sl_question* sl_question_here(void) {
    const __u32 only = 0;
    return bpf_map_lookup_elem(&sl_questions, &only);
}

// 0 or -1. `ask` comes zeroed.
SL_INLINE int sl_fill_question(struct sl_port* port, struct bpf_fib_lookup* ask, sl_u32 offset, sl_u8 version,
                               sl_u16 length) {
    struct sl_pkt pkt = sl_port_packet(port);
    if (offset > SL_MOST_OFFSET) {
        return -1;
    }
    const sl_u8* ip = pkt.cur + offset;
    ask->ifindex = sl_port_ingress(port);
    ask->tot_len = length;
    if (version == 4) {
        if (ip + SL_IPV4 > pkt.end) {
            return -1;
        }
        ask->family = SL_AF_INET;
        ask->l4_protocol = ip[9];
        ask->tos = ip[1];
        __builtin_memcpy(&ask->ipv4_src, ip + 12, 4);
        __builtin_memcpy(&ask->ipv4_dst, ip + 16, 4);
        return 0;
    }
    if (ip + SL_IPV6 > pkt.end) {
        return -1;
    }
    ask->family = SL_AF_INET6;
    ask->l4_protocol = ip[6];
    __builtin_memcpy(ask->ipv6_src, ip + 8, 16);
    __builtin_memcpy(ask->ipv6_dst, ip + 24, 16);
    return 0;
}

// Nobody has asked for the neighbour yet. The kernel does when it forwards a packet, and may have this one if
// it would send it the same way: by another way it would come to another site.
SL_INLINE void sl_ask_kernel(struct sl_port* port, struct sl_question* question) {
    const long answer = bpf_fib_lookup(port, &question->kernel, sizeof question->kernel, 0);
    const struct bpf_fib_lookup* a = &question->table;
    const struct bpf_fib_lookup* b = &question->kernel;
    const sl_u32 other = (a->ipv6_dst[0] ^ b->ipv6_dst[0]) | (a->ipv6_dst[1] ^ b->ipv6_dst[1]) |
                         (a->ipv6_dst[2] ^ b->ipv6_dst[2]) | (a->ipv6_dst[3] ^ b->ipv6_dst[3]);
    struct sl_pkt pkt = sl_port_packet(port);
    if ((answer != BPF_FIB_LKUP_RET_SUCCESS && answer != BPF_FIB_LKUP_RET_NO_NEIGH) ||
        a->ifindex != b->ifindex || other != 0 || pkt.cur + SL_ETHERNET > pkt.end) {
        return;
    }
    __builtin_memcpy(question->link.destination_mac, pkt.cur, 6);
    __builtin_memcpy(question->link.source_mac, pkt.cur + 6, 6);
    question->link.for_kernel = 1;
    question->link.interface = a->ifindex;
}

// Fills the link of this CPU's question. -1 when the table sends the packet nowhere.
SL_SUBPROGRAM int sl_ask_table(struct sl_port* port, sl_u32 table, sl_u32 offset, sl_u32 version,
                               sl_u32 length) {
    struct sl_question* question = sl_question_here();
    if (!question) {
        return 0;
    }
    __builtin_memset(question, 0, sizeof *question);
    if (sl_fill_question(port, &question->table, offset, (sl_u8)version, (sl_u16)length) != 0) {
        return 0;
    }
    question->kernel = question->table;
    __builtin_memcpy(&question->table.h_vlan_proto, &table, 4); // the table's number stands here
    const long answer =
        bpf_fib_lookup(port, &question->table, sizeof question->table, SL_FIB_DIRECT | SL_FIB_TABLE);
    struct sl_sid* link = &question->link;
    link->mtu = 0xffff;
    switch (answer) {
    case BPF_FIB_LKUP_RET_SUCCESS:
        link->interface = question->table.ifindex;
        __builtin_memcpy(link->destination_mac, question->table.dmac, 6);
        __builtin_memcpy(link->source_mac, question->table.smac, 6);
        return 0;
    case BPF_FIB_LKUP_RET_FRAG_NEEDED:
        link->interface = question->table.ifindex;
        link->mtu = question->table.mtu_result;
        return 0;
    case BPF_FIB_LKUP_RET_NO_NEIGH:
        sl_ask_kernel(port, question);
        return 0;
    case BPF_FIB_LKUP_RET_BLACKHOLE:
    case BPF_FIB_LKUP_RET_UNREACHABLE:
    case BPF_FIB_LKUP_RET_PROHIBIT:
        return -1;
    default:
        return 0; // no such table, local, no forwarding: the kernel's own route for the SID knows
    }
}

SL_INLINE const struct sl_sid* sl_port_route(struct sl_port* port, const struct sl_sid* sid, sl_u32 offset,
                                             sl_u8 version, sl_u16 length) {
    if (sl_ask_table(port, sid->table, offset, version, length) != 0) {
        return 0;
    }
    struct sl_question* question = sl_question_here();
    return question ? &question->link : sid;
}

#endif
