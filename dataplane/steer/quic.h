// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// QUIC (RFC 9000 section 17, RFC 9369): an Initial packet starts a flow; a packet with a short header carries
// a connection id that the server chose, and one made for load balancers names the server (the plaintext
// algorithm of draft-ietf-quic-load-balancers), so that a client may change its address and keep its site.
#ifndef SL_QUIC_H
#define SL_QUIC_H

#include "parse.h"

enum { SL_QUIC_ORDINARY = 0, SL_QUIC_START = 1, SL_QUIC_SITE = 2 }; // SL_QUIC_SITE + site id

SL_INLINE int sl_is_initial(const sl_u8* quic) {
    const sl_u8 type = (quic[0] >> 4) & 3;
    const int is_version2 = quic[1] == 0x6b && quic[2] == 0x33 && quic[3] == 0x43 && quic[4] == 0xcf;
    if ((quic[1] | quic[2] | quic[3] | quic[4]) == 0) {
        return 0; // version negotiation
    }
    return is_version2 ? type == 1 : type == 0;
}

// `offset` and `length` (1..8) of the server id in the connection id.
SL_SUBPROGRAM int sl_read_quic(struct sl_port* port, const struct sl_flow* flow,
                               const struct sl_service* service, sl_u32 table) {
    if (!flow || !service) {
        return SL_QUIC_ORDINARY;
    }
    const struct sl_pkt pkt = sl_port_packet(port);
    const sl_u32 at = (sl_u32)flow->l4 + SL_UDP;
    if (at > SL_MOST_OFFSET) {
        return SL_QUIC_ORDINARY;
    }
    const sl_u8* quic = pkt.cur + at;
    if (quic + 5 > pkt.end) {
        return SL_QUIC_ORDINARY;
    }
    if (quic[0] & 0x80) {
        return sl_is_initial(quic) ? SL_QUIC_START : SL_QUIC_ORDINARY;
    }
    // The first byte of such an id has a configuration number in its three high bits; 7 = no server id.
    if (service->quic_length == 0 || (quic[0] & 0x40) == 0 || quic[1] >> 5 == 7) {
        return SL_QUIC_ORDINARY;
    }
    struct sl_server_key key = {0, service->id, (sl_u16)(table & 1), 0};
    const sl_u8* id = quic + 1 + (service->quic_offset & 31);
    for (sl_u32 i = 0; i < 8 && i < service->quic_length; i++) {
        if (id + i + 1 > pkt.end) {
            return SL_QUIC_ORDINARY;
        }
        key.id = key.id << 8 | id[i];
    }
    const struct sl_server* server = sl_port_server(port, &key);
    return server ? SL_QUIC_SITE + (int)(server->site & 0xffff) : SL_QUIC_ORDINARY;
}

#endif
