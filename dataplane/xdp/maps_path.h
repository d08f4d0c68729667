// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Maps of sites and paths. Part of port_bpf.h, which says the rules.
#ifndef SL_MAPS_PATH_H
#define SL_MAPS_PATH_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "dataplane/steer/port.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 8192);
    __type(key, struct sl_site_key);
    __type(value, struct sl_site);
} sl_sites SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, SL_SIDS);
    __type(key, struct sl_sid_key);
    __type(value, struct sl_sid);
} sl_sids SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} sl_answers SEC(".maps");

SL_INLINE sl_u64* sl_port_answer_budget(struct sl_port* port) {
    const __u32 only = 0;
    (void)port;
    return bpf_map_lookup_elem(&sl_answers, &only);
}

SL_INLINE const struct sl_sid* sl_port_sid(struct sl_port* port, const struct sl_sid_key* key) {
    (void)port;
    return bpf_map_lookup_elem(&sl_sids, key);
}

SL_INLINE const struct sl_site* sl_port_site(struct sl_port* port, const struct sl_site_key* key) {
    (void)port;
    return bpf_map_lookup_elem(&sl_sites, key);
}

#endif
