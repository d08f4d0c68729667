// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The packet of a tc program at clsact ingress. Part of port_bpf.h, which says the rules. A socket buffer may
// be one of many segments to come (GSO), may have its bytes in pieces, and has its VLAN tag beside the bytes.
#ifndef SL_PACKET_TC_H
#define SL_PACKET_TC_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

// The verifier knows a context only by its own type, and subprograms are given one.
#define sl_port __sk_buff

#include "dataplane/steer/port.h"

SL_INLINE struct sl_pkt sl_port_packet(struct sl_port* port) {
    struct sl_pkt pkt = {(sl_u8*)(long)port->data, (sl_u8*)(long)port->data_end};
    return pkt;
}

SL_INLINE sl_u32 sl_port_length(struct sl_port* port) {
    return port->len;
}

SL_INLINE int sl_port_pull(struct sl_port* port, sl_u32 bytes) {
    const sl_u32 there = (sl_u32)(port->data_end - port->data);
    if (there >= bytes) {
        return 0;
    }
    return bpf_skb_pull_data(port, bytes < port->len ? bytes : port->len) == 0 ? 0 : -1;
}

// The sender may have left the sum to its interface (checksum offload): then nothing may be added to it.
SL_INLINE int sl_port_mends(struct sl_port* port, sl_u32 offset, sl_u16 before, sl_u16 after) {
    bpf_l4_csum_replace(port, offset, __builtin_bswap16(before), __builtin_bswap16(after), 2);
    return 1;
}

SL_INLINE sl_u32 sl_port_segment(struct sl_port* port) {
    return port->gso_size;
}

// Room behind the Ethernet header, which the core writes anew with what follows. An answer (48 or 28 bytes)
// is no tunnel; the sizes of outer headers differ from those.
SL_INLINE int sl_port_push(struct sl_port* port, sl_u32 bytes) {
    const sl_u64 outer = BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L3_IPV6;
    const sl_u64 flags = bytes == 48 || bytes == 28 ? BPF_F_ADJ_ROOM_FIXED_GSO : outer;
    return bpf_skb_adjust_room(port, (int)bytes, BPF_ADJ_ROOM_MAC, flags) == 0 ? 0 : -1;
}

// What the packet is afterwards has to be said (linux/bpf.h from 6.3 on); older kernels refuse, and serve it
// themselves.
enum { SL_DECAP_IPV4 = 1 << 7, SL_DECAP_IPV6 = 1 << 8 };

// Behind the Ethernet header, which the core writes anew.
SL_INLINE int sl_port_pop(struct sl_port* port, sl_u32 bytes, sl_u8 version) {
    const sl_u64 flags = BPF_F_ADJ_ROOM_FIXED_GSO | (version == 4 ? SL_DECAP_IPV4 : SL_DECAP_IPV6);
    return bpf_skb_adjust_room(port, -(int)bytes, BPF_ADJ_ROOM_MAC, flags) == 0 ? 0 : -1;
}

SL_INLINE int sl_port_cut(struct sl_port* port, sl_u32 length) {
    return bpf_skb_change_tail(port, length, 0) == 0 ? 0 : -1;
}

SL_INLINE sl_u32 sl_port_ingress(struct sl_port* port) {
    return port->ingress_ifindex;
}

#endif
