// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Which service a packet belongs to: one exact look-up for ordinary services, and rules by prefix, port
// range, protocol, DSCP and VLAN where a Plan has any. Tenants may use the same addresses; the tag or the
// interface says whose a packet is. What is not configured costs a comparison.
#ifndef SL_CLASSIFY_H
#define SL_CLASSIFY_H

#include "parse.h"

// How rules are looked through.
enum {
    SL_RULES_OF_HOST = 1,
    SL_RULES_WITHOUT_PORTS = 2,
    SL_RULES_OF_ANSWER = 4 // of packets the other way, whose DSCP and VLAN are not those of a rule
};

SL_SUBPROGRAM int sl_find_tenant(struct sl_port* port, const struct sl_flow* flow, sl_u32 table) {
    if (!flow) {
        return 0;
    }
    struct sl_tenant_key key = {sl_port_interface(port), flow->outer_vlan, flow->inner_vlan, table};
    const struct sl_tenant* tenant = sl_port_tenant(port, &key);
    if (!tenant) {
        key.interface = 0;
        tenant = sl_port_tenant(port, &key);
    }
    return tenant ? (int)(tenant->id & 0xffff) : 0;
}

SL_INLINE sl_u16 sl_tenant_of(struct sl_port* port, const struct sl_control* control,
                              const struct sl_flow* flow, sl_u32 table) {
    const sl_u32 known = control->wide[table & 1].tenants;
    const int is_asked =
        (known & SL_TENANTS_BY_INTERFACE) != 0 || (known != 0 && (flow->outer_vlan | flow->inner_vlan) != 0);
    return is_asked ? (sl_u16)sl_find_tenant(port, flow, table) : 0;
}

SL_INLINE int sl_matches(const struct sl_rule* rule, const struct sl_flow* flow, sl_u32 how) {
    const sl_u16 port = sl_load_be16((const sl_u8*)&flow->destination_port_be);
    if (rule->protocol != 0 && rule->protocol != flow->protocol) {
        return 0;
    }
    if ((how & SL_RULES_OF_ANSWER) == 0 &&
        ((rule->dscp != SL_ANY_DSCP && rule->dscp != flow->traffic_class >> 2) ||
         (rule->vlan != 0 && rule->vlan != flow->outer_vlan))) {
        return 0;
    }
    return (how & SL_RULES_WITHOUT_PORTS) != 0 || (port >= rule->port_low && port <= rule->port_high);
}

// First rule of a run that matches; its index or -1.
SL_SUBPROGRAM int sl_find_in_run(struct sl_port* port, const struct sl_flow* flow, sl_u32 first, sl_u32 count,
                                 sl_u32 how) {
    if (!flow) {
        return -1;
    }
    for (sl_u32 i = 0; i < SL_RULES_PER_PREFIX && i < count; i++) {
        const struct sl_rule* rule = sl_port_rule(port, first + i);
        if (rule && sl_matches(rule, flow, how)) {
            return (int)(first + i);
        }
    }
    return -1;
}

// Index of the rule that a packet falls under, or -1.
SL_SUBPROGRAM int sl_find_rule(struct sl_port* port, const struct sl_flow* flow, sl_u32 table, sl_u32 how) {
    const struct sl_control* control = sl_port_control(port);
    if (!flow || !control) {
        return -1;
    }
    const struct sl_wide_lengths* lengths = &control->wide[table & 1];
    for (sl_u32 i = 0; i < SL_WIDE_LENGTHS && i < lengths->count; i++) {
        struct sl_wide_key key;
        sl_u64 words[2];
        if ((how & SL_RULES_OF_HOST) && lengths->length[i] != 128) {
            continue;
        }
        __builtin_memcpy(words, &flow->destination, 16);
        words[0] &= lengths->mask[i][0];
        words[1] &= lengths->mask[i][1];
        __builtin_memcpy(&key.address, words, 16);
        key.tenant = flow->tenant;
        key.length = lengths->length[i];
        key.table = (sl_u8)(table & 1);
        const struct sl_wide* run = sl_port_wide(port, &key);
        const int found = run ? sl_find_in_run(port, flow, run->first, run->count, how) : -1;
        if (found >= 0) {
            return found;
        }
    }
    return -1;
}

SL_INLINE const struct sl_service* sl_find_service(struct sl_port* port, const struct sl_addr* address,
                                                   sl_u16 port_be, sl_u8 protocol, sl_u16 tenant,
                                                   sl_u32 table) {
    struct sl_service_key key = {*address, port_be, protocol, (sl_u8)table, tenant, 0};
    return sl_port_service(port, &key);
}

// The service of a packet whose tenant is known; null when there is none.
SL_INLINE const struct sl_service* sl_classify(struct sl_port* port, const struct sl_control* control,
                                               const struct sl_flow* flow, sl_u32 table) {
    const struct sl_service* exact = sl_find_service(port, &flow->destination, flow->destination_port_be,
                                                     flow->protocol, flow->tenant, table);
    if ((exact && !(exact->flags & SL_SERVICE_NARROWED)) || control->wide[table & 1].count == 0) {
        return exact;
    }
    const int index = sl_find_rule(port, flow, table, exact ? SL_RULES_OF_HOST : 0);
    const struct sl_rule* rule = index < 0 ? 0 : sl_port_rule(port, (sl_u32)index);
    if (rule) {
        return &rule->service; // lies first in its rule
    }
    return exact;
}

// Largest packet that all paths take of the services whose answers look so (`flow` = turned round); 0 =
// unknown.
SL_INLINE sl_u32 sl_answer_mtu(struct sl_port* port, const struct sl_control* control,
                               const struct sl_flow* flow, sl_u32 table) {
    const struct sl_service* exact = sl_find_service(port, &flow->destination, flow->destination_port_be,
                                                     flow->protocol, flow->tenant, table);
    const sl_u32 mtu = exact ? exact->clamp_mtu : 0;
    if ((exact && !(exact->flags & SL_SERVICE_NARROWED)) || control->wide[table & 1].count == 0) {
        return mtu;
    }
    const sl_u32 how = (sl_u32)SL_RULES_OF_ANSWER | (exact ? (sl_u32)SL_RULES_OF_HOST : 0u);
    const int index = sl_find_rule(port, flow, table, how);
    const struct sl_rule* rule = index < 0 ? 0 : sl_port_rule(port, (sl_u32)index);
    const sl_u32 wide = rule ? rule->service.clamp_mtu : 0; // the least of all that differ by slice only
    return wide == 0 || (mtu != 0 && mtu < wide) ? mtu : wide;
}

// Whether anything here serves the address, whatever the port.
SL_INLINE int sl_is_served(struct sl_port* port, const struct sl_control* control, const struct sl_flow* flow,
                           sl_u32 table) {
    const sl_u8 icmp = flow->version == 6 ? SL_PROTOCOL_ICMP6 : SL_PROTOCOL_ICMP;
    if (sl_find_service(port, &flow->destination, 0, icmp, flow->tenant, table)) {
        return 1;
    }
    return control->wide[table & 1].count != 0 &&
           sl_find_rule(port, flow, table, SL_RULES_WITHOUT_PORTS) >= 0;
}

#endif
