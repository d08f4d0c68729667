// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// H.Encaps with one NEXT-C-SID container (RFC 9800): a single outer IPv6 header, no SRH.
//
//   | Ethernet 14 | IPv6 40: src = ingress, dst = block:uSID...:service SID | inner packet, hop limit one
//   less |
//
// VLAN tags of the client's link are gone. The flow label comes from the flow hash (RFC 6437), DSCP and ECN
// are copied (RFC 6040, normal mode).
#ifndef SL_ENCAP_H
#define SL_ENCAP_H

#include "mss.h"

enum { SL_OUTER = 40, SL_OUTER_HOP_LIMIT = 64 };

SL_INLINE int sl_lower_hop_limit(struct sl_pkt pkt, const struct sl_flow* flow) {
    sl_u8* ip = pkt.cur + flow->l3;
    if (ip + SL_IPV4 > pkt.end) {
        return -SL_R_truncated;
    }
    if (flow->version == 6) {
        ip[7]--;
        return 0;
    }
    const sl_u16 before = sl_load_be16(ip + 8);
    ip[8]--;
    sl_store_be16(ip + 10, sl_mend_checksum(sl_load_be16(ip + 10), before, sl_load_be16(ip + 8)));
    return 0;
}

SL_INLINE void sl_write_outer(sl_u8* frame, const struct sl_flow* flow, const struct sl_site* site,
                              sl_u32 label) {
    sl_u8* ip = frame + SL_ETHERNET;
    __builtin_memcpy(frame, site->destination_mac, 6);
    __builtin_memcpy(frame + 6, site->source_mac, 6);
    sl_store_be16(frame + 12, 0x86dd);
    ip[0] = (sl_u8)(0x60 | (flow->traffic_class >> 4));
    ip[1] = (sl_u8)((flow->traffic_class << 4) | ((label >> 16) & 0x0f));
    sl_store_be16(ip + 2, label & 0xffff);
    sl_store_be16(ip + 4, flow->length);
    ip[6] = flow->version == 6 ? 41 : 4;
    ip[7] = SL_OUTER_HOP_LIMIT;
    __builtin_memcpy(ip + 8, site->source.b, 16);
    __builtin_memcpy(ip + 24, flow->version == 6 ? site->destination6.b : site->destination4.b, 16);
}

// 0 or a negative reason. Changes the packet only when it succeeds, but for `truncated`, which the parser
// excludes.
SL_INLINE int sl_encapsulate(struct sl_port* port, const struct sl_flow* flow, const struct sl_site* site,
                             sl_u64 hash) {
    const int lowered = sl_lower_hop_limit(sl_port_packet(port), flow);
    if (lowered < 0) {
        return lowered;
    }
    // The outer header is written over the VLAN tags: they mean something on the link that is left behind.
    if (sl_port_push(port, (sl_u32)SL_OUTER + SL_ETHERNET - flow->l3) != 0) {
        return -SL_R_no_headroom;
    }
    struct sl_pkt pkt = sl_port_packet(port);
    if (pkt.cur + SL_ETHERNET + SL_OUTER > pkt.end) {
        return -SL_R_no_headroom;
    }
    sl_write_outer(pkt.cur, flow, site, (sl_u32)hash & 0xfffff);
    return 0;
}

#endif
