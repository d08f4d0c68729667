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
    __uint(max_entries, 1 << 17); // both generations, ICMP echo rows too
    __type(key, struct sl_service_key);
    __type(value, struct sl_service);
} sl_services SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SL_FRAGMENT_LINES);
    __type(key, __u32);
    __type(value, struct sl_fragment);
} sl_fragments SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 8192);
    __type(key, struct sl_tenant_key);
    __type(value, struct sl_tenant);
} sl_tenants SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 8192);
    __type(key, struct sl_wide_key);
    __type(value, struct sl_wide);
} sl_wide_runs SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2 * SL_RULES_PER_TABLE);
    __type(key, __u32);
    __type(value, struct sl_rule);
} sl_rules SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 65536);
    __type(key, struct sl_access_key);
    __type(value, struct sl_access);
} sl_access_lists SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, SL_BUCKETS);
    __type(key, __u32);
    __type(value, struct sl_bucket);
} sl_buckets SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 8192);
    __type(key, struct sl_server_key);
    __type(value, struct sl_server);
} sl_servers SEC(".maps");

SL_INLINE const struct sl_service* sl_port_service(struct sl_port* port, const struct sl_service_key* key) {
    (void)port;
    return bpf_map_lookup_elem(&sl_services, key);
}

SL_INLINE struct sl_fragment* sl_port_fragment(struct sl_port* port, sl_u32 index) {
    (void)port;
    return bpf_map_lookup_elem(&sl_fragments, &index);
}

SL_INLINE sl_u32 sl_port_interface(struct sl_port* port) {
    return port->ingress_ifindex;
}

SL_INLINE const struct sl_tenant* sl_port_tenant(struct sl_port* port, const struct sl_tenant_key* key) {
    (void)port;
    return bpf_map_lookup_elem(&sl_tenants, key);
}

SL_INLINE const struct sl_wide* sl_port_wide(struct sl_port* port, const struct sl_wide_key* key) {
    (void)port;
    return bpf_map_lookup_elem(&sl_wide_runs, key);
}

SL_INLINE const struct sl_rule* sl_port_rule(struct sl_port* port, sl_u32 index) {
    (void)port;
    return bpf_map_lookup_elem(&sl_rules, &index);
}

SL_INLINE const struct sl_access* sl_port_access(struct sl_port* port, const struct sl_access_key* key) {
    (void)port;
    return bpf_map_lookup_elem(&sl_access_lists, key);
}

SL_INLINE struct sl_bucket* sl_port_bucket(struct sl_port* port, sl_u32 index) {
    (void)port;
    return bpf_map_lookup_elem(&sl_buckets, &index);
}

SL_INLINE const struct sl_server* sl_port_server(struct sl_port* port, const struct sl_server_key* key) {
    (void)port;
    return bpf_map_lookup_elem(&sl_servers, key);
}

#endif
