// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Maps and port functions of the eBPF engines, XDP and tc; packet_xdp.h and packet_tc.h have the packet's
// part. Services are a HASH map without preallocation: an update puts a new element in place under RCU, so a
// packet sees the old row or the new one, never half of each. Sites are an ARRAY behind an index: a new row
// is written where no packet reads, then the index names it. Slots, targets, the index and the control record
// are mapped into the agent's memory, where it changes them by compare-and-swap.
#ifndef SL_PORT_BPF_H
#define SL_PORT_BPF_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#ifdef SL_TC
#include "packet_tc.h"
#else
#include "packet_xdp.h"
#endif
#include "maps_path.h"
#include "maps_service.h"
#include "maps_slot.h"
#include "route_bpf.h"

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct sl_control);
} sl_control_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 65536); // every id
    __type(key, __u32);
    __type(value, struct sl_counter);
} sl_counters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 1 << 20); // 10 000 services at 64 sites
    __type(key, struct sl_starts_key);
    __type(value, __u64);
} sl_site_starts SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, SL_REASON_COUNT);
    __type(key, __u32);
    __type(value, __u64);
} sl_reasons SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 18);
} sl_events SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, __u32);
} sl_interfaces SEC(".maps");

SL_INLINE const struct sl_control* sl_port_control(struct sl_port* port) {
    const __u32 only = 0;
    (void)port;
    return bpf_map_lookup_elem(&sl_control_map, &only);
}

SL_INLINE sl_u64 sl_port_now(struct sl_port* port) {
    (void)port;
    return bpf_ktime_get_ns();
}

SL_INLINE void sl_port_count(struct sl_port* port, enum sl_reason reason) {
    const __u32 key = reason;
    __u64* count = bpf_map_lookup_elem(&sl_reasons, &key);
    (void)port;
    if (count) {
        *count += 1;
    }
}

SL_INLINE struct sl_counter* sl_port_counter(struct sl_port* port, sl_u16 service) {
    const __u32 key = service;
    (void)port;
    return bpf_map_lookup_elem(&sl_counters, &key);
}

SL_INLINE sl_u64* sl_port_site_starts(struct sl_port* port, const struct sl_starts_key* key) {
    const sl_u64 none = 0;
    sl_u64* starts = bpf_map_lookup_elem(&sl_site_starts, key);
    (void)port;
    if (!starts) {
        bpf_map_update_elem(&sl_site_starts, key, &none, BPF_NOEXIST);
        starts = bpf_map_lookup_elem(&sl_site_starts, key);
    }
    return starts;
}

SL_INLINE int sl_port_new_flow(struct sl_port* port, const struct sl_flow_event* event) {
    (void)port;
    return bpf_ringbuf_output(&sl_events, (void*)event, sizeof *event, BPF_RB_NO_WAKEUP) == 0 ? 0 : -1;
}

#endif
