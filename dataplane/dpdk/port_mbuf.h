// SPDX-License-Identifier: Apache-2.0
// What the DPDK engine lends to the core (dataplane/steer/port.h): the bytes of an mbuf, the tables shared
// with the agent, the state of one lcore. Pointers into the tables stay valid until the lcore's next pause
// (grace.hpp), which comes after every burst.
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
SL_INLINE sl_u32 sl_port_ingress(struct sl_port* port) {
    return port->interface;
}
SL_INLINE sl_u64* sl_port_answer_budget(struct sl_port* port) {
    return &port->lcore->answer_budget;
}
SL_INLINE sl_u64* sl_port_insert_budget(struct sl_port* port) {
    return &port->lcore->insert_budget;
}
SL_INLINE struct sl_cost* sl_port_cost(struct sl_port* port, sl_u32 index) {
    auto& costs = port->tables->costs;
    return index < costs.size() ? &costs[index] : nullptr;
}
SL_INLINE sl_u64* sl_port_credit(struct sl_port* port, sl_u32 service) {
    auto& credits = port->tables->credits;
    return service < credits.size() ? &credits[service] : nullptr;
}
SL_INLINE const struct sl_control* sl_port_control(struct sl_port* port) {
    return &port->tables->control;
}
SL_INLINE const struct sl_service* sl_port_service(struct sl_port* port, const struct sl_service_key* key) {
    return port->tables->services.find(*key);
}
SL_INLINE sl_u32 sl_port_interface(struct sl_port* port) {
    return port->interface;
}
SL_INLINE const struct sl_tenant* sl_port_tenant(struct sl_port* port, const struct sl_tenant_key* key) {
    return port->tables->tenants.find(*key);
}
SL_INLINE const struct sl_wide* sl_port_wide(struct sl_port* port, const struct sl_wide_key* key) {
    return port->tables->wide.find(*key);
}
SL_INLINE const struct sl_server* sl_port_server(struct sl_port* port, const struct sl_server_key* key) {
    return port->tables->servers.find(*key);
}
SL_INLINE const struct sl_access* sl_port_access(struct sl_port* port, const struct sl_access_key* key) {
    return port->tables->access.find(*key);
}
SL_INLINE const struct sl_sid* sl_port_sid(struct sl_port* port, const struct sl_sid_key* key) {
    return port->tables->sids.find(*key);
}
SL_INLINE const struct sl_rule* sl_port_rule(struct sl_port* port, sl_u32 index) {
    auto& rules = port->tables->rules;
    return index < rules.size() ? &rules[index] : nullptr;
}
SL_INLINE struct sl_bucket* sl_port_bucket(struct sl_port* port, sl_u32 index) {
    auto& buckets = port->tables->buckets;
    return index < buckets.size() ? &buckets[index] : nullptr;
}
SL_INLINE struct sl_fragment* sl_port_fragment(struct sl_port* port, sl_u32 index) {
    auto& fragments = port->tables->fragments;
    return index < fragments.size() ? &fragments[index] : nullptr;
}
SL_INLINE const struct sl_site* sl_port_site(struct sl_port* port, const struct sl_site_key* key) {
    return port->tables->sites.find(*key);
}
SL_INLINE sl_u64* sl_port_slot(struct sl_port* port, sl_u32 index) {
    auto& slots = port->tables->slots;
    return index < slots.size() ? &slots[index] : nullptr;
}
SL_INLINE const struct sl_target* sl_port_target(struct sl_port* port, sl_u32 index) {
    auto& targets = port->tables->targets;
    return index < targets.size() ? &targets[index] : nullptr;
}
SL_INLINE sl_u64* sl_port_start_line(struct sl_port* port, sl_u32 index) {
    auto& starts = port->tables->starts;
    return index < starts.size() ? &starts[index] : nullptr;
}
SL_INLINE struct sl_exception* sl_port_exception(struct sl_port* port, const struct sl_flow_key* key) {
    return port->tables->exceptions.find(*key);
}
SL_INLINE int sl_port_record(struct sl_port* port, const struct sl_flow_key* key, sl_u64 word) {
    return port->tables->exceptions.record(*key, word, port->tables->grace) ? 0 : -1;
}
SL_INLINE void sl_port_forget(struct sl_port* port, const struct sl_flow_key* key) {
    port->tables->exceptions.forget(*key, port->tables->grace);
}
SL_INLINE sl_u64* sl_port_marks(struct sl_port* port, sl_u32 index) {
    return &port->tables->marks[index];
}
SL_INLINE void sl_port_set(struct sl_port*, sl_u64* word, sl_u64 bits) {
    __sync_fetch_and_or(word, bits);
}
SL_INLINE void sl_port_add(struct sl_port*, sl_u64* word, sl_u64 amount) {
    __sync_fetch_and_add(word, amount);
}
SL_INLINE sl_u64 sl_port_swap(struct sl_port*, sl_u64* word, sl_u64 expected, sl_u64 desired) {
    return __sync_val_compare_and_swap(word, expected, desired);
}
SL_INLINE sl_u64 sl_port_now(struct sl_port* port) {
    return port->now;
}
SL_INLINE void sl_port_count(struct sl_port* port, enum sl_reason reason) {
    port->lcore->reasons[reason]++;
}
SL_INLINE struct sl_counter* sl_port_counter(struct sl_port* port, sl_u16 service) {
    return &port->lcore->counters[service];
}
SL_INLINE struct sl_site_counter* sl_port_site_counter(struct sl_port* port, sl_u32 place) {
    auto& counters = port->lcore->site_counters;
    return place < counters.size() ? &counters[place] : nullptr;
}
SL_INLINE sl_u64* sl_port_site_starts(struct sl_port* port, const struct sl_starts_key* key) {
    return port->lcore->site_starts.find_or_make(*key);
}
SL_INLINE int sl_port_new_flow(struct sl_port* port, const struct sl_flow_event* event) {
    auto& lcore = *port->lcore;
    const auto written = lcore.events_written.load(std::memory_order_relaxed);
    if (written - lcore.events_read.load(std::memory_order_acquire) >= suanlu::kEventsKept) {
        return -1;
    }
    lcore.events[written % suanlu::kEventsKept] = *event;
    lcore.events_written.store(written + 1, std::memory_order_release);
    return 0;
}

#endif
