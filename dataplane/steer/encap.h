// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Puts the outer header of a path in front of a packet: H.Encaps and H.Encaps.Red (RFC 8986 section 5) with
// one to eight segments, and NEXT-C-SID lists (RFC 9800) that need no routing header. The header lies ready
// in the path's row (wire_path.h); how many segments it has does not matter here.
//
//   | Ethernet 14 | outer header 40..176 | inner packet, hop limit one less |
//
// VLAN tags of the client's link are gone. The flow label comes from the flow hash (RFC 6437), DSCP and ECN
// are copied (RFC 6040, normal mode).
#ifndef SL_ENCAP_H
#define SL_ENCAP_H

#include "mss.h"
#include "words.h"

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

// Bits 20 to 23 pick the path: neither the slot nor the flow label is made of them.
SL_INLINE sl_u32 sl_rank_of(const struct sl_site* site, sl_u8 version, sl_u64 hash) {
    return site->choice[version == 6 ? 0 : 1][(hash >> 20) & (SL_PATH_CHOICES - 1)] & (SL_PATHS - 1);
}

// Everything but what lies behind the IPv6 header. The caller has found 54 bytes to be there.
SL_INLINE void sl_write_outer(sl_u8* frame, const struct sl_flow* flow, const struct sl_path* path,
                              sl_u32 label) {
    sl_u8* ip = frame + SL_ETHERNET;
    sl_copy4(frame, path->destination_mac);
    sl_copy2(frame + 4, path->destination_mac + 4);
    sl_copy4(frame + 6, path->source_mac);
    sl_copy2(frame + 10, path->source_mac + 4);
    sl_store_be16(frame + 12, 0x86dd);
    ip[0] = (sl_u8)(0x60 | (flow->traffic_class >> 4));
    ip[1] = (sl_u8)((flow->traffic_class << 4) | ((label >> 16) & 0x0f));
    sl_store_be16(ip + 2, label & 0xffff);
    sl_store_be16(ip + 4, (sl_u32)flow->length + path->outer - SL_IPV6);
    sl_copy2(ip + 6, path->header + 6); // next header, hop limit
    for (int at = 8; at < SL_OUTER_LEAST; at += 8) {
        sl_copy8(ip + at, path->header + at);
    }
}

// The routing header with its segments, word by word. 0 or a negative reason.
SL_INLINE int sl_write_segments(struct sl_pkt pkt, const struct sl_path* path) {
    sl_u8* ip = pkt.cur + SL_ETHERNET;
    for (int at = SL_OUTER_LEAST; at < SL_OUTER_MOST; at += 8) {
        if (at >= path->outer) {
            return 0;
        }
        if (ip + at + 8 > pkt.end) {
            return -SL_R_no_headroom;
        }
        sl_copy8(ip + at, path->header + at);
    }
    return 0;
}

// The application of a service, in the argument of its SID (RFC 8986 section 3.1), so that the network can
// treat applications apart (draft-li-apn-framework). A list without room for it goes without.
SL_INLINE void sl_write_application(struct sl_port* port, struct sl_pkt pkt, const struct sl_path* path,
                                    sl_u32 application_be) {
    sl_u8* at = pkt.cur + SL_ETHERNET + path->argument;
    if (path->argument == 0 || at + sizeof application_be > pkt.end) {
        sl_port_count(port, SL_R_application_left_out);
        return;
    }
    __builtin_memcpy(at, &application_be, sizeof application_be);
}

// 0 or a negative reason. Changes the packet only when it succeeds, but for `truncated`, which the parser
// excludes.
SL_INLINE int sl_encapsulate(struct sl_port* port, const struct sl_flow* flow, const struct sl_path* path,
                             sl_u64 hash, sl_u32 application_be) {
    const int lowered = sl_lower_hop_limit(sl_port_packet(port), flow);
    if (lowered < 0) {
        return lowered;
    }
    // The outer header is written over the VLAN tags: they mean something on the link that is left behind.
    if (sl_port_push(port, (sl_u32)path->outer + SL_ETHERNET - flow->l3) != 0) {
        return -SL_R_no_headroom;
    }
    struct sl_pkt pkt = sl_port_packet(port);
    if (pkt.cur + SL_ETHERNET + SL_OUTER_LEAST > pkt.end) {
        return -SL_R_no_headroom;
    }
    sl_write_outer(pkt.cur, flow, path, (sl_u32)hash & 0xfffff);
    const int written = sl_write_segments(pkt, path);
    if (written == 0 && application_be != 0) {
        sl_write_application(port, pkt, path, application_be);
    }
    return written;
}

#endif
