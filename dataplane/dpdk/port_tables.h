// SPDX-License-Identifier: Apache-2.0
// The tables that the DPDK engine lends to the core (dataplane/steer/port.h): those shared with the agent,
// and the state of one lcore. Comes behind a `struct sl_port` with `tables`, `lcore`, `now`, `interface`.
#ifndef SL_PORT_TABLES_H
#define SL_PORT_TABLES_H

#include "dataplane/dpdk/shared_tables.hpp"
#include "dataplane/steer/port.h"

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
SL_INLINE const struct sl_sid* link_of(const suanlu::RouteRow& row, const sl_u8* ip, sl_u8 version) {
    if (row.count == 1) {
        return &row.links[0];
    }
    sl_u64 words[4] = {};
    std::memcpy(words, ip + (version == 6 ? 8 : 12), version == 6 ? 32 : 8);
    sl_u32 start = 0;
    std::memcpy(&start, ip, version == 6 ? 4 : 0);
    return &row.of_flow(start, {words[0], words[1]}, {words[2], words[3]});
}
// The kernel's tables are not at hand here; the agent has copied what is in them.
SL_INLINE const struct sl_sid* sl_port_route(struct sl_port* port, const struct sl_sid* sid, sl_u32 offset,
                                             sl_u8 version, sl_u16) {
    suanlu::RouteKey key{suanlu::RouteTable::kFixedBits + 128, sid->table, {}};
    const struct sl_pkt pkt = sl_port_packet(port);
    const sl_u8* ip = pkt.cur + offset;
    if (ip + (version == 6 ? 40 : 20) > pkt.end) {
        return sid; // without an interface
    }
    if (version == 6) {
        std::memcpy(key.address.b, ip + 24, 16);
    } else {
        key.address.b[10] = key.address.b[11] = 0xff;
        std::memcpy(key.address.b + 12, ip + 16, 4);
    }
    const auto* row = port->tables->routes.find(key);
    if (row != nullptr && row->is_nowhere != 0) {
        return nullptr;
    }
    return row == nullptr || row->count == 0 ? sid : link_of(*row, ip, version);
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
