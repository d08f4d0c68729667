// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Maps and port functions of the XDP engine. Services and sites are HASH maps without preallocation: an
// update puts a new element in place under RCU, so a packet sees the old row or the new one, never half of
// each. Slots, targets and the control record are mapped into the agent's memory, where it changes them by
// compare-and-swap.
#ifndef SL_PORT_BPF_H
#define SL_PORT_BPF_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

// The verifier knows a context only by its own type, and subprograms are given one.
#define sl_port xdp_md

#include "dataplane/steer/port.h"
#include "maps_path.h"
#include "maps_service.h"
#include "maps_slot.h"

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct sl_control);
} sl_control_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 8192);
    __type(key, struct sl_counter_key);
    __type(value, struct sl_counter);
} sl_counters SEC(".maps");

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

SL_INLINE struct sl_pkt sl_port_packet(struct sl_port* port) {
    struct sl_pkt pkt = {(sl_u8*)(long)port->data, (sl_u8*)(long)port->data_end};
    return pkt;
}

SL_INLINE sl_u32 sl_port_length(struct sl_port* port) {
    return (sl_u32)bpf_xdp_get_buff_len(port);
}

SL_INLINE int sl_port_push(struct sl_port* port, sl_u32 bytes) {
    return bpf_xdp_adjust_head(port, -(int)bytes) == 0 ? 0 : -1;
}

SL_INLINE int sl_port_cut(struct sl_port* port, sl_u32 length) {
    return bpf_xdp_adjust_tail(port, (int)length - (int)bpf_xdp_get_buff_len(port)) == 0 ? 0 : -1;
}

SL_INLINE sl_u32 sl_port_ingress(struct sl_port* port) {
    return port->ingress_ifindex;
}

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

SL_INLINE struct sl_counter* sl_port_counter(struct sl_port* port, const struct sl_counter_key* key) {
    (void)port;
    return bpf_map_lookup_elem(&sl_counters, key);
}

SL_INLINE void sl_port_new_flow(struct sl_port* port, const struct sl_flow_event* event) {
    (void)port;
    bpf_ringbuf_output(&sl_events, (void*)event, sizeof *event, BPF_RB_NO_WAKEUP);
}

#endif
