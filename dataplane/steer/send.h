// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// From a chosen path to a packet on its way: does it fit, MSS of a SYN, outer header.
#ifndef SL_SEND_H
#define SL_SEND_H

#include "encap.h"
#include "too_big.h"

SL_INLINE int sl_is_syn(const struct sl_flow* flow) {
    return flow->protocol == SL_PROTOCOL_TCP && (flow->tcp_flags & (SL_TCP_SYN | SL_TCP_ACK)) == SL_TCP_SYN;
}

// What one packet of this flow measures when it leaves: the whole, or a segment of it. More than
// any path takes when an outer header cannot say it.
SL_INLINE sl_u32 sl_length_sent(struct sl_port* port, const struct sl_flow* flow,
                                const struct sl_path* path) {
    const sl_u32 segment = sl_port_segment(port);
    if (segment == 0) {
        return flow->length;
    }
    struct sl_pkt pkt = sl_port_packet(port);
    const sl_u8* l4 = pkt.cur + (flow->l4 & SL_MOST_OFFSET);
    if (l4 + SL_TCP > pkt.end || (sl_u32)flow->length + path->outer > 65535u) {
        return 65536;
    }
    const sl_u32 header = flow->protocol == SL_PROTOCOL_TCP ? (sl_u32)(l4[12] >> 4) * 4 : (sl_u32)SL_UDP;
    return (sl_u32)flow->l4 - flow->l3 + header + segment;
}

// What becomes of a packet that does not fit: never an error about an error (RFC 4443 section 2.4 e.1, RFC
// 1122 section 3.2.2). Called beside sl_send and not by it: both would not fit on an eBPF program's stack.
SL_INLINE int sl_refuse_too_big(struct sl_port* port, const struct sl_flow* flow,
                                const struct sl_path* path) {
    if (flow->shape & SL_SHAPE_ERROR) {
        return -SL_R_too_big;
    }
    return sl_answer_too_big(port, flow, path->inner_mtu) == 0 ? -SL_R_too_big_answered : -SL_R_too_big;
}

// 0 or a negative reason.
SL_SUBPROGRAM int sl_send(struct sl_port* port, const struct sl_flow* flow, const struct sl_path* path,
                          sl_u64 hash, sl_u32 application_be) {
    if (!flow || !path) {
        return -SL_R_no_path;
    }
    if (path->outer == 0) {
        return -SL_R_no_family;
    }
    if (path->interface == 0) {
        return -SL_R_no_path;
    }
    if (sl_length_sent(port, flow, path) > path->inner_mtu) {
        return -SL_R_too_big;
    }
    if (sl_is_syn(flow)) {
        if (sl_clamp_mss(port, flow->l4, sl_mss_of(path->inner_mtu, flow->version))) {
            sl_port_count(port, SL_R_mss_clamped);
        }
    }
    return sl_encapsulate(port, flow, path, hash, application_be);
}

#endif
