// SPDX-License-Identifier: Apache-2.0
// The packet of a port (dataplane/steer/port.h) that is a copy in memory: bytes from `start` to the end of
// `room`, with space for outer headers in front. Included behind a struct sl_port that has both.
#ifndef SL_ROOM_PORT_H
#define SL_ROOM_PORT_H

SL_INLINE struct sl_pkt sl_port_packet(struct sl_port* port) {
    return {port->room->data() + port->start, port->room->data() + port->room->size()};
}
SL_INLINE sl_u32 sl_port_length(struct sl_port* port) {
    return static_cast<sl_u32>(port->room->size() - port->start);
}
SL_INLINE int sl_port_push(struct sl_port* port, sl_u32 bytes) {
    if (port->start < bytes) {
        return -1;
    }
    port->start -= bytes;
    return 0;
}
SL_INLINE int sl_port_pop(struct sl_port* port, sl_u32 bytes, sl_u8) {
    port->start += bytes;
    return 0;
}
SL_INLINE int sl_port_cut(struct sl_port* port, sl_u32 length) {
    port->room->resize(port->start + length);
    return 0;
}
SL_INLINE int sl_port_pull(struct sl_port*, sl_u32) {
    return 0;
}
SL_INLINE int sl_port_mends(struct sl_port*, sl_u32, sl_u16, sl_u16) {
    return 0;
}
SL_INLINE sl_u32 sl_port_segment(struct sl_port*) {
    return 0;
}
#endif
