// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// What a packet of a service has to pass before it gets a site: a source that a client may have (RFC 1812
// section 5.3.7, RFC 6890), the service's list of sources, its token bucket. A redirect bypasses the queueing
// disciplines of the interface, so the rate of a service is kept here or nowhere.
#ifndef SL_LIMIT_H
#define SL_LIMIT_H

#include "parse.h"

// No client has such a source: a reply could not reach it, or it would be taken for somebody else's.
SL_INLINE int sl_is_martian(const struct sl_flow* flow) {
    sl_u64 words[4];
    __builtin_memcpy(words, &flow->source, 16);
    __builtin_memcpy(words + 2, &flow->destination, 16);
    const sl_u8* b = flow->source.b;
    if (((words[0] ^ words[2]) | (words[1] ^ words[3])) == 0) {
        return 1; // sent to itself
    }
    if (flow->version == 4) {
        return b[12] == 0 || b[12] == 127 || b[12] >= 224 || (b[12] == 169 && b[13] == 254);
    }
    // Multicast, link-local, ::/8 with loopback and mapped IPv4, and a mapped destination.
    return b[0] == 0xff || b[0] == 0 || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) ||
           flow->destination.b[0] == 0;
}

SL_SUBPROGRAM int sl_is_denied(struct sl_port* port, const struct sl_flow* flow, sl_u32 service,
                               sl_u32 table) {
    if (!flow) {
        return 1;
    }
    const struct sl_access_key key = {32 + 128, (sl_u16)service, (sl_u16)(table & 1), flow->source};
    const struct sl_access* access = sl_port_access(port, &key);
    return !access || !access->is_allowed;
}

// Takes `bytes` from a bucket. 1 when they are over its rate. A bucket that is fought over lets the packet
// go: it is full of others then.
SL_INLINE int sl_is_over(struct sl_port* port, struct sl_bucket* bucket, sl_u32 bytes) {
    const sl_u64 now = sl_port_now(port);
    const sl_u64 price = (bytes * bucket->cost) >> 16;
    for (int attempt = 0; attempt < 4; attempt++) {
        const sl_u64 until = *(const volatile sl_u64*)&bucket->until;
        const sl_u64 next = (until > now ? until : now) + price;
        if (next > now + bucket->depth) {
            return 1;
        }
        if (sl_port_swap(port, &bucket->until, until, next) == until) {
            return 0;
        }
    }
    return 0;
}

// Traffic class for the outer header of a packet within the rate or marked for being over it (a value below
// 256), or a negative reason.
SL_SUBPROGRAM int sl_police(struct sl_port* port, const struct sl_flow* flow, sl_u32 first, sl_u32 count) {
    if (!flow) {
        return -SL_R_rate_exceeded;
    }
    const sl_u8 dscp = flow->traffic_class >> 2;
    for (sl_u32 i = 0; i < SL_BUCKETS_PER_SERVICE && i < count; i++) {
        struct sl_bucket* bucket = sl_port_bucket(port, first + i);
        if (!bucket || (bucket->dscp != SL_ANY_DSCP && bucket->dscp != dscp)) {
            continue;
        }
        if (!sl_is_over(port, bucket, flow->length)) {
            return flow->traffic_class;
        }
        if (bucket->mark == SL_NO_MARK) {
            return -SL_R_rate_exceeded;
        }
        sl_port_count(port, SL_R_rate_marked);
        return bucket->mark | (flow->traffic_class & 3);
    }
    return flow->traffic_class;
}

// 0 or a negative reason.
SL_INLINE int sl_check_source(const struct sl_flow* flow) {
    if (sl_is_martian(flow)) {
        return -SL_R_martian_source;
    }
    return flow->protocol == SL_PROTOCOL_TCP && flow->source_port_be == 0 ? -SL_R_port_zero : 0;
}

// 0 or a negative reason; flow->traffic_class becomes that of the outer header.
SL_INLINE int sl_admit(struct sl_port* port, struct sl_flow* flow, const struct sl_service* service,
                       sl_u32 table) {
    const int refused = sl_check_source(flow);
    if (refused != 0) {
        return refused;
    }
    if ((service->flags & SL_SERVICE_GUARDED) && sl_is_denied(port, flow, service->id, table)) {
        return -SL_R_access_denied;
    }
    int marked = flow->traffic_class; // rates go by the client's DSCP
    if (service->bucket_count != 0) {
        marked = sl_police(port, flow, service->bucket, service->bucket_count);
        if (marked < 0) {
            return marked;
        }
    }
    if (service->mark != SL_NO_MARK && marked == flow->traffic_class) {
        marked = service->mark | (marked & 3);
    }
    flow->traffic_class = (sl_u8)marked;
    return 0;
}

#endif
