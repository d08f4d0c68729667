// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Fragments follow their first one (RFC 791, RFC 8200 section 4.5): it has the ports, is decided like any
// packet, and leaves the decision and its ports in a line of the fragment table; the others have none and
// look there. The table is a cache with one line per hash value, so that it costs no memory to flood and
// decides alike on every engine. A fragment without a line is dropped when somebody here serves its address:
// to pass it on could send it to another site than its first.
#ifndef SL_FRAGMENT_H
#define SL_FRAGMENT_H

#include "affinity.h"
#include "parse_odd.h"

// What the first fragment of a packet was decided.
struct sl_decision {
    sl_u64 hash; // of the flow
    sl_u16 service;
    sl_u16 site; // 0 = left to the kernel
    sl_u16 source_port_be;
    sl_u16 destination_port_be;
    sl_u8 protocol; // behind all extension headers
    sl_u8 pad[7];
};

// Whether a later fragment may belong to a steered packet. In IPv6 it names the first header of the part that
// was cut, which may be one of options (RFC 8200 section 4.5).
SL_INLINE int sl_may_be_steered(const struct sl_flow* flow) {
    return sl_is_tcp_or_udp(flow->protocol) || sl_is_icmp_of(flow) ||
           (flow->version == 6 && sl_is_walked(flow->protocol));
}

// Source, destination and id name a packet; IPv4 adds the protocol (RFC 791 section 3.2).
SL_INLINE sl_u64 sl_fragment_hash(const struct sl_flow* flow, sl_u64 seed) {
    sl_u64 words[4];
    const sl_u64 protocol = flow->version == 4 ? flow->protocol : 0;
    __builtin_memcpy(words, &flow->source, 16);
    __builtin_memcpy(words + 2, &flow->destination, 16);
    const sl_u64 hash = sl_mix(sl_mix(sl_mix(sl_mix(seed, words[0]), words[1]), words[2]), words[3]);
    return sl_mix(hash, flow->fragment_id | protocol << 32 | (sl_u64)flow->tenant << 40);
}

SL_INLINE sl_u64 sl_fragment_tick(struct sl_port* port) {
    return (sl_tick(port) >> SL_FRAGMENT_TICK_SHIFT) & 0xfff;
}

SL_INLINE struct sl_fragment* sl_fragment_line(struct sl_port* port, const struct sl_flow* flow,
                                               sl_u64* mark) {
    const struct sl_control* control = sl_port_control(port);
    const sl_u64 hash = control ? sl_fragment_hash(flow, control->hash_seed) : 0;
    *mark = hash >> 44;
    return sl_port_fragment(port, (sl_u32)hash & (SL_FRAGMENT_LINES - 1));
}

SL_SUBPROGRAM int sl_remember_fragment(struct sl_port* port, const struct sl_flow* flow,
                                       const struct sl_decision* decision) {
    sl_u64 mark = 0;
    struct sl_fragment* line = flow && decision ? sl_fragment_line(port, flow, &mark) : 0;
    if (!line) {
        return -1;
    }
    *(volatile sl_u64*)&line->hash = decision->hash;
    *(volatile sl_u64*)&line->transport = mark << 44 | (sl_u64)decision->protocol << 32 |
                                          (sl_u64)decision->destination_port_be << 16 |
                                          decision->source_port_be;
    *(volatile sl_u64*)&line->place =
        mark << 44 | sl_fragment_tick(port) << 32 | (sl_u64)decision->service << 16 | decision->site;
    return 0;
}

// 0 and the decision, or -1 when there is none.
SL_SUBPROGRAM int sl_recall_fragment(struct sl_port* port, const struct sl_flow* flow,
                                     struct sl_decision* decision) {
    sl_u64 mark = 0;
    const struct sl_fragment* line = flow && decision ? sl_fragment_line(port, flow, &mark) : 0;
    const sl_u64 place = line ? *(const volatile sl_u64*)&line->place : 0;
    const sl_u64 transport = line ? *(const volatile sl_u64*)&line->transport : 0;
    if (place == 0 || place >> 44 != mark || transport >> 44 != mark ||
        ((sl_fragment_tick(port) - (place >> 32)) & 0xfff) > SL_FRAGMENT_HOLD) {
        return -1;
    }
    decision->hash = *(const volatile sl_u64*)&line->hash;
    decision->service = (sl_u16)(place >> 16);
    decision->site = (sl_u16)place;
    decision->source_port_be = (sl_u16)transport;
    decision->destination_port_be = (sl_u16)(transport >> 16);
    decision->protocol = (sl_u8)(transport >> 32);
    return 0;
}

#endif
