// SPDX-License-Identifier: Apache-2.0
// What suanlu-fwd lends to the core (dataplane/steer/port.h): the bytes of an mbuf; port_tables.h has the
// rest. Pointers into the tables stay valid until the lcore's next pause (grace.hpp), which comes after every
// burst.
#ifndef SL_PORT_MBUF_H
#define SL_PORT_MBUF_H

#include <rte_mbuf.h>

#include <cstring>

#include "dataplane/dpdk/shared_tables.hpp"
#include "dataplane/steer/port.h"

struct sl_port {
    suanlu::SharedTables* tables;
    suanlu::LcoreState* lcore;
    rte_mbuf* packet;
    sl_u64 now;
    sl_u32 interface;
};

SL_INLINE struct sl_pkt sl_port_packet(struct sl_port* port) {
    auto* start = rte_pktmbuf_mtod(port->packet, sl_u8*);
    return {start, start + port->packet->data_len};
}
SL_INLINE sl_u32 sl_port_length(struct sl_port* port) {
    return port->packet->pkt_len;
}
// Drivers leave 128 bytes in front of a packet, which is less than the largest outer header: the packet moves
// towards the end of its buffer then.
SL_INLINE int sl_port_push(struct sl_port* port, sl_u32 bytes) {
    rte_mbuf* packet = port->packet;
    const sl_u32 room = rte_pktmbuf_headroom(packet);
    if (room < bytes) {
        const sl_u32 shift = bytes - room;
        if (packet->nb_segs != 1 || rte_pktmbuf_tailroom(packet) < shift) {
            return -1;
        }
        auto* start = rte_pktmbuf_mtod(packet, sl_u8*);
        std::memmove(start + shift, start, packet->data_len);
        packet->data_off = static_cast<std::uint16_t>(packet->data_off + shift);
    }
    rte_pktmbuf_prepend(packet, static_cast<std::uint16_t>(bytes));
    return 0;
}
SL_INLINE int sl_port_pop(struct sl_port* port, sl_u32 bytes, sl_u8) {
    return rte_pktmbuf_adj(port->packet, static_cast<std::uint16_t>(bytes)) != nullptr ? 0 : -1;
}
SL_INLINE int sl_port_cut(struct sl_port* port, sl_u32 length) {
    rte_mbuf* packet = port->packet;
    if (length > packet->data_len) {
        return -1;
    }
    rte_pktmbuf_free(packet->next);
    packet->next = nullptr;
    packet->nb_segs = 1;
    packet->data_len = static_cast<std::uint16_t>(length);
    packet->pkt_len = length;
    return 0;
}
SL_INLINE int sl_port_pull(struct sl_port* port, sl_u32 bytes) {
    rte_mbuf* packet = port->packet;
    const sl_u32 wanted = bytes < packet->pkt_len ? bytes : packet->pkt_len;
    return packet->data_len >= wanted || rte_pktmbuf_linearize(packet) == 0 ? 0 : -1;
}
SL_INLINE int sl_port_mends(struct sl_port*, sl_u32, sl_u16, sl_u16) {
    return 0;
}
SL_INLINE sl_u32 sl_port_segment(struct sl_port*) {
    return 0;
}

#include "dataplane/dpdk/port_tables.h"

#endif
