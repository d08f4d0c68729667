// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Packets for a SID of this router: decapsulated (decap.h) or sent on to their next segment (transit.h). Runs
// on interfaces of role core.
#ifndef SL_LOCAL_SID_H
#define SL_LOCAL_SID_H

#include "transit.h"

// SIDs of one router that may follow upon each other: its own, that of a link or of a service, one to spare.
enum { SL_OWN_SIDS = 3 };

// The SID that an untagged IPv6 packet is for; null = none of ours. Tagged ones are the kernel's.
SL_INLINE const struct sl_sid* sl_find_sid(struct sl_port* port, struct sl_pkt pkt,
                                           const struct sl_control* control) {
    struct sl_sid_key key = {128, {{0}}};
    const sl_u8* ip = pkt.cur + SL_ETHERNET;
    if (ip + SL_IPV6 > pkt.end || sl_load_be16(pkt.cur + 12) != 0x86dd || ip[0] >> 4 != 6) {
        return 0;
    }
    __builtin_memcpy(&key.address, ip + 24, 16);
    const struct sl_sid* sid = sl_in_prefix(key.address.b, &control->sid_block) ? sl_port_sid(port, &key) : 0;
    return sid && sid->behaviour != SL_SID_KERNEL ? sid : 0;
}

// 0 when the packet is for no SID of ours, SL_AGAIN when it now is for another one, else a negative reason
// with `at` filled if it leaves.
SL_SUBPROGRAM int sl_serve_once(struct sl_port* port, struct sl_inside* at) {
    const struct sl_control* control = sl_port_control(port);
    const struct sl_sid* sid = at && control ? sl_find_sid(port, sl_port_packet(port), control) : 0;
    if (!sid || !at || !control) {
        return 0;
    }
    // The longest header that an ingress of ours writes with a TLV, and an IPv6 header behind it.
    sl_port_pull(port, (sl_u32)SL_ETHERNET + SL_OUTER_MOST + 8 + SL_IPV6);
    struct sl_pkt pkt = sl_port_packet(port);
    struct sl_addr source;
    if (pkt.cur + SL_ETHERNET + SL_IPV6 > pkt.end) {
        return -SL_R_sid_not_at_hand;
    }
    __builtin_memcpy(&source, pkt.cur + SL_ETHERNET + 8, 16);
    if (!sl_in_prefix(source.b, &control->sid_block)) { // RFC 8754 section 5.1
        return -SL_R_sid_source;
    }
    const int goes_on = sid->behaviour == SL_SID_END || sid->behaviour == SL_SID_END_X;
    return goes_on ? sl_transit(port, sid, at) : sl_decapsulate(port, sid, at);
}

// 0 when the packet is for no SID of ours, else a negative reason.
SL_INLINE int sl_serve_sid(struct sl_port* port, struct sl_inside* at) {
    int code = SL_AGAIN;
    for (int i = 0; i < SL_OWN_SIDS && code == SL_AGAIN; i++) {
        code = sl_serve_once(port, at);
    }
    return code == SL_AGAIN ? -SL_R_sid_not_at_hand : code;
}

#endif
