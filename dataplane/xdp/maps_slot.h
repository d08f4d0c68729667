// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Maps of the flows' live state. Part of port_bpf.h, which says the rules.
#ifndef SL_MAPS_SLOT_H
#define SL_MAPS_SLOT_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "dataplane/steer/port.h"

enum { SL_MAX_SLOTS = 1 << 22, SL_MAX_EXCEPTIONS = 65536, SL_MAX_COSTS = 1 << 20 };

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, SL_MAX_SLOTS);
    __type(key, __u32);
    __type(value, __u64);
} sl_slots SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, SL_MAX_SLOTS);
    __type(key, __u32);
    __type(value, struct sl_target);
} sl_targets SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SL_START_LINES);
    __type(key, __u32);
    __type(value, __u64);
} sl_starts SEC(".maps");

// Preallocated and not LRU: inserting into a full table fails, and nothing alive is evicted.
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SL_MAX_EXCEPTIONS);
    __type(key, struct sl_flow_key);
    __type(value, struct sl_exception);
} sl_exceptions SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 2 * SL_MARK_WORDS);
    __type(key, __u32);
    __type(value, __u64);
} sl_marks SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, SL_MAX_COSTS);
    __type(key, __u32);
    __type(value, struct sl_cost);
} sl_costs SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, SL_CREDITS);
    __type(key, __u32);
    __type(value, __u64);
} sl_credits SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} sl_inserts SEC(".maps");

SL_INLINE struct sl_cost* sl_port_cost(struct sl_port* port, sl_u32 index) {
    (void)port;
    return bpf_map_lookup_elem(&sl_costs, &index);
}

SL_INLINE sl_u64* sl_port_credit(struct sl_port* port, sl_u32 service) {
    (void)port;
    return bpf_map_lookup_elem(&sl_credits, &service);
}

SL_INLINE sl_u64* sl_port_insert_budget(struct sl_port* port) {
    const __u32 only = 0;
    (void)port;
    return bpf_map_lookup_elem(&sl_inserts, &only);
}

SL_INLINE sl_u64* sl_port_slot(struct sl_port* port, sl_u32 index) {
    (void)port;
    return bpf_map_lookup_elem(&sl_slots, &index);
}

SL_INLINE const struct sl_target* sl_port_target(struct sl_port* port, sl_u32 index) {
    (void)port;
    return bpf_map_lookup_elem(&sl_targets, &index);
}

SL_INLINE sl_u64* sl_port_start_line(struct sl_port* port, sl_u32 index) {
    (void)port;
    return bpf_map_lookup_elem(&sl_starts, &index);
}

SL_INLINE struct sl_exception* sl_port_exception(struct sl_port* port, const struct sl_flow_key* key) {
    (void)port;
    return bpf_map_lookup_elem(&sl_exceptions, key);
}

SL_INLINE int sl_port_record(struct sl_port* port, const struct sl_flow_key* key, sl_u64 word) {
    const struct sl_exception entry = {word};
    (void)port;
    return bpf_map_update_elem(&sl_exceptions, key, &entry, BPF_ANY) == 0 ? 0 : -1;
}

SL_INLINE void sl_port_forget(struct sl_port* port, const struct sl_flow_key* key) {
    (void)port;
    bpf_map_delete_elem(&sl_exceptions, key);
}

SL_INLINE sl_u64* sl_port_marks(struct sl_port* port, sl_u32 index) {
    (void)port;
    return bpf_map_lookup_elem(&sl_marks, &index);
}

SL_INLINE void sl_port_set(struct sl_port* port, sl_u64* word, sl_u64 bits) {
    (void)port;
    __sync_fetch_and_or(word, bits);
}

SL_INLINE sl_u64 sl_port_swap(struct sl_port* port, sl_u64* word, sl_u64 expected, sl_u64 desired) {
    (void)port;
    return __sync_val_compare_and_swap(word, expected, desired);
}

SL_INLINE void sl_port_add(struct sl_port* port, sl_u64* word, sl_u64 amount) {
    (void)port;
    __sync_fetch_and_add(word, amount);
}

#endif
