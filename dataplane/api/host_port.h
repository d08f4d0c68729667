// SPDX-License-Identifier: Apache-2.0
// Port functions of the host: everything goes to the engine, a dry run to scratch copies. Part of
// host_engine.cpp, as port_bpf.h is of the eBPF programs.
#pragma once

#include <vector>

#include "dataplane/api/host_engine.hpp"
#include "dataplane/steer/port.h"

struct sl_port {
    suanlu::HostEngine* engine;
    std::vector<std::uint8_t>* room;
    std::size_t start;
    std::uint64_t now;
    bool is_dry;
    sl_exception scratch_entry;
    std::uint64_t scratch_line;
    std::uint64_t scratch_budget;
    sl_fragment scratch_fragment;
    std::uint32_t interface;
};

#include "dataplane/api/room_port.h"

SL_INLINE sl_u32 sl_port_ingress(struct sl_port*) {
    return suanlu::HostEngine::kIngress;
}
SL_INLINE sl_u64* sl_port_answer_budget(struct sl_port* port) {
    port->scratch_budget = port->engine->answer_budget();
    return port->is_dry ? &port->scratch_budget : &port->engine->answer_budget();
}
SL_INLINE sl_u64* sl_port_insert_budget(struct sl_port* port) {
    port->scratch_budget = port->engine->insert_budget();
    return port->is_dry ? &port->scratch_budget : &port->engine->insert_budget();
}
SL_INLINE struct sl_cost* sl_port_cost(struct sl_port* port, sl_u32 index) {
    const auto costs = port->engine->costs();
    return index < costs.size() ? &costs[index] : nullptr;
}
SL_INLINE sl_u64* sl_port_credit(struct sl_port* port, sl_u32 service) {
    const auto credits = port->engine->credits();
    return service < credits.size() ? &credits[service] : nullptr;
}
SL_INLINE const struct sl_control* sl_port_control(struct sl_port* port) {
    return &port->engine->control();
}
SL_INLINE const struct sl_service* sl_port_service(struct sl_port* port, const struct sl_service_key* key) {
    return port->engine->find_service(*key);
}
SL_INLINE const struct sl_site* sl_port_site(struct sl_port* port, const struct sl_site_key* key) {
    return port->engine->find_site(*key);
}
SL_INLINE sl_u64* sl_port_slot(struct sl_port* port, sl_u32 index) {
    const auto slots = port->engine->slots();
    return index < slots.size() ? &slots[index] : nullptr;
}
SL_INLINE const struct sl_target* sl_port_target(struct sl_port* port, sl_u32 index) {
    const auto targets = port->engine->targets();
    return index < targets.size() ? &targets[index] : nullptr;
}
SL_INLINE sl_u64* sl_port_start_line(struct sl_port* port, sl_u32 index) {
    auto* line = port->engine->start_line(index);
    if (!port->is_dry || line == nullptr) {
        return line;
    }
    port->scratch_line = *line;
    return &port->scratch_line;
}
SL_INLINE sl_u32 sl_port_interface(struct sl_port* port) {
    return port->interface;
}
SL_INLINE const struct sl_tenant* sl_port_tenant(struct sl_port* port, const struct sl_tenant_key* key) {
    return static_cast<const sl_tenant*>(
        port->engine->find_side(suanlu::SideTable::kTenant, key, sizeof *key));
}
SL_INLINE const struct sl_wide* sl_port_wide(struct sl_port* port, const struct sl_wide_key* key) {
    return static_cast<const sl_wide*>(port->engine->find_side(suanlu::SideTable::kWide, key, sizeof *key));
}
SL_INLINE const struct sl_server* sl_port_server(struct sl_port* port, const struct sl_server_key* key) {
    return static_cast<const sl_server*>(
        port->engine->find_side(suanlu::SideTable::kServer, key, sizeof *key));
}
SL_INLINE const struct sl_rule* sl_port_rule(struct sl_port* port, sl_u32 index) {
    return static_cast<const sl_rule*>(
        port->engine->find_side(suanlu::SideTable::kRule, &index, sizeof index));
}
SL_INLINE const struct sl_access* sl_port_access(struct sl_port* port, const struct sl_access_key* key) {
    return static_cast<const sl_access*>(
        port->engine->find_longest(suanlu::SideTable::kAccess, key, sizeof *key));
}
SL_INLINE const struct sl_sid* sl_port_sid(struct sl_port* port, const struct sl_sid_key* key) {
    return static_cast<const sl_sid*>(port->engine->find_longest(suanlu::SideTable::kSid, key, sizeof *key));
}
SL_INLINE const struct sl_sid* sl_port_route(struct sl_port* port, const struct sl_sid* sid, sl_u32, sl_u8,
                                             sl_u16) {
    return port->engine->find_route(sid->table);
}
SL_INLINE struct sl_bucket* sl_port_bucket(struct sl_port* port, sl_u32 index) {
    const auto buckets = port->engine->buckets();
    return index < buckets.size() ? &buckets[index] : nullptr;
}
SL_INLINE struct sl_fragment* sl_port_fragment(struct sl_port* port, sl_u32 index) {
    auto* line = port->engine->fragment(index);
    port->scratch_fragment = *line;
    return port->is_dry ? &port->scratch_fragment : line;
}
SL_INLINE struct sl_exception* sl_port_exception(struct sl_port* port, const struct sl_flow_key* key) {
    auto* entry = port->engine->find_exception(*key);
    if (!port->is_dry || entry == nullptr) {
        return entry;
    }
    port->scratch_entry = *entry;
    return &port->scratch_entry;
}
SL_INLINE int sl_port_record(struct sl_port* port, const struct sl_flow_key* key, sl_u64 word) {
    return port->is_dry ? 0 : port->engine->record(*key, word);
}
SL_INLINE void sl_port_forget(struct sl_port* port, const struct sl_flow_key* key) {
    if (!port->is_dry) {
        port->engine->forget(*key);
    }
}
SL_INLINE sl_u64* sl_port_marks(struct sl_port* port, sl_u32 index) {
    return &port->engine->marks()[index];
}
SL_INLINE void sl_port_set(struct sl_port* port, sl_u64* word, sl_u64 bits) {
    *word |= port->is_dry ? 0 : bits;
}
SL_INLINE sl_u64 sl_port_swap(struct sl_port* port, sl_u64* word, sl_u64 expected, sl_u64 desired) {
    return port->is_dry ? expected : port->engine->swap(word, expected, desired);
}
SL_INLINE void sl_port_add(struct sl_port* port, sl_u64* word, sl_u64 amount) {
    *word += port->is_dry ? 0 : amount;
}
SL_INLINE sl_u64 sl_port_now(struct sl_port* port) {
    return port->now;
}
SL_INLINE void sl_port_count(struct sl_port* port, enum sl_reason reason) {
    if (!port->is_dry) {
        port->engine->count(reason);
    }
}
SL_INLINE struct sl_counter* sl_port_counter(struct sl_port* port, sl_u16 service) {
    return port->is_dry ? nullptr : port->engine->counter({service});
}
SL_INLINE struct sl_site_counter* sl_port_site_counter(struct sl_port* port, sl_u32 place) {
    return port->is_dry ? nullptr : port->engine->count_at(place);
}
SL_INLINE sl_u64* sl_port_site_starts(struct sl_port* port, const struct sl_starts_key* key) {
    return port->engine->site_starts(*key);
}
SL_INLINE int sl_port_new_flow(struct sl_port* port, const struct sl_flow_event* event) {
    return port->is_dry ? 0 : port->engine->new_flow(*event);
}
