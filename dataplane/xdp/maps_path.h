// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Maps of sites and paths. Part of port_bpf.h, which says the rules.
#ifndef SL_MAPS_PATH_H
#define SL_MAPS_PATH_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "dataplane/steer/port.h"

// Which row a site has, by table and id; 0 = none. One word, so that an update puts a whole new row in force
// at once; no hash and no call per packet.
enum { SL_SITE_IDS = 65536, SL_SITE_ROWS = 16384 };

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 2 * SL_SITE_IDS);
    __type(key, __u32);
    __type(value, __u64); // array maps place their values 8 bytes apart
} sl_site_index SEC(".maps");

// Never written while a packet may read them (map_store.hpp). Row 0 is nobody's.
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SL_SITE_ROWS);
    __type(key, __u32);
    __type(value, struct sl_site);
} sl_sites SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, SL_SITE_COUNTERS);
    __type(key, __u32);
    __type(value, struct sl_site_counter);
} sl_site_counters SEC(".maps");

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

SL_INLINE struct sl_site_counter* sl_port_site_counter(struct sl_port* port, sl_u32 place) {
    (void)port;
    return bpf_map_lookup_elem(&sl_site_counters, &place);
}

SL_INLINE const struct sl_site* sl_port_site(struct sl_port* port, const struct sl_site_key* key) {
    const __u32 at = (key->table & 1u) * SL_SITE_IDS + key->id;
    const __u64* index = bpf_map_lookup_elem(&sl_site_index, &at);
    const __u32 row = index ? (__u32) * (const volatile __u64*)index : 0;
    (void)port;
    return row != 0 ? bpf_map_lookup_elem(&sl_sites, &row) : 0;
}

#endif
