// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Maps that find the service of a packet. Part of port_bpf.h, which says the rules.
#ifndef SL_MAPS_SERVICE_H
#define SL_MAPS_SERVICE_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "dataplane/steer/port.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 2048);
    __type(key, struct sl_service_key);
    __type(value, struct sl_service);
} sl_services SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SL_FRAGMENT_LINES);
    __type(key, __u32);
    __type(value, struct sl_fragment);
} sl_fragments SEC(".maps");

SL_INLINE const struct sl_service* sl_port_service(struct sl_port* port, const struct sl_service_key* key) {
    (void)port;
    return bpf_map_lookup_elem(&sl_services, key);
}

SL_INLINE struct sl_fragment* sl_port_fragment(struct sl_port* port, sl_u32 index) {
    (void)port;
    return bpf_map_lookup_elem(&sl_fragments, &index);
}

#endif
