// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The packet of an XDP program. Part of port_bpf.h, which says the rules.
#ifndef SL_PACKET_XDP_H
#define SL_PACKET_XDP_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

// The verifier knows a context only by its own type, and subprograms are given one.
#define sl_port xdp_md

#include "dataplane/steer/port.h"

SL_INLINE struct sl_pkt sl_port_packet(struct sl_port* port) {
    struct sl_pkt pkt = {(sl_u8*)(long)port->data, (sl_u8*)(long)port->data_end};
    return pkt;
}

SL_INLINE sl_u32 sl_port_length(struct sl_port* port) {
    return (sl_u32)bpf_xdp_get_buff_len(port);
}

SL_INLINE int sl_port_push(struct sl_port* port, sl_u32 bytes) {
    return bpf_xdp_adjust_head(port, -(int)bytes) == 0 ? 0 : -1;
}

SL_INLINE int sl_port_pop(struct sl_port* port, sl_u32 bytes, sl_u8 version) {
    (void)version;
    return bpf_xdp_adjust_head(port, (int)bytes) == 0 ? 0 : -1;
}

SL_INLINE int sl_port_cut(struct sl_port* port, sl_u32 length) {
    return bpf_xdp_adjust_tail(port, (int)length - (int)bpf_xdp_get_buff_len(port)) == 0 ? 0 : -1;
}

SL_INLINE int sl_port_pull(struct sl_port* port, sl_u32 bytes) {
    (void)port;
    (void)bytes;
    return 0; // all that there is
}

SL_INLINE int sl_port_mends(struct sl_port* port, sl_u32 offset, sl_u16 before, sl_u16 after) {
    (void)port;
    (void)offset;
    (void)before;
    (void)after;
    return 0;
}

SL_INLINE sl_u32 sl_port_segment(struct sl_port* port) {
    (void)port;
    return 0;
}

SL_INLINE sl_u32 sl_port_ingress(struct sl_port* port) {
    return port->ingress_ifindex;
}

#endif
