// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The core once more, for the operator's question what would become of a packet: the same code over the same
// tables, on port functions that write every look-up into a story and change nothing. Rows that a packet
// would write are copied and the copy is handed out; counts, events and entries are only written down. An
// engine includes explain_ports.h, its own port functions, then this, and says where the story lies.
#ifndef SL_EXPLAIN_H
#define SL_EXPLAIN_H

#undef sl_port_interface
#undef sl_port_ingress
#undef sl_port_answer_budget
#undef sl_port_service
#undef sl_port_tenant
#undef sl_port_wide
#undef sl_port_rule
#undef sl_port_access
#undef sl_port_sid
#undef sl_port_bucket
#undef sl_port_server
#undef sl_port_fragment
#undef sl_port_site
#undef sl_port_slot
#undef sl_port_target
#undef sl_port_start_line
#undef sl_port_exception
#undef sl_port_record
#undef sl_port_forget
#undef sl_port_set
#undef sl_port_cost
#undef sl_port_insert_budget
#undef sl_port_add
#undef sl_port_swap
#undef sl_port_count
#undef sl_port_counter
#undef sl_port_site_counter
#undef sl_port_site_starts
#undef sl_port_new_flow

#include "story.h"

// Never null while a question is being answered.
SL_INLINE struct sl_story* sl_port_story(struct sl_port* port);

SL_SUBPROGRAM int sl_note(struct sl_port* port, sl_u64 kind, sl_u64 a, sl_u64 b, sl_u64 c) {
    struct sl_story* story = sl_port_story(port);
    if (!story) {
        return -1;
    }
    const sl_u32 at = story->count;
    story->count = at + 1;
    if (at >= SL_STEPS) {
        return -1;
    }
    struct sl_step* step = &story->steps[at];
    step->kind = kind;
    step->a = a;
    step->b = b;
    step->c = c;
    return 0;
}

SL_INLINE sl_u32 sl_port_interface(struct sl_port* port) {
    const struct sl_story* story = sl_port_story(port);
    return story ? story->interface : 0;
}

SL_INLINE sl_u32 sl_port_ingress(struct sl_port* port) {
    return sl_port_interface(port);
}

SL_INLINE sl_u64* sl_port_answer_budget(struct sl_port* port) {
    struct sl_story* story = sl_port_story(port);
    const sl_u64* live = sl_live_answer_budget(port);
    if (!story || !live) {
        return 0;
    }
    story->answer_budget = *live;
    return &story->answer_budget;
}

SL_INLINE const struct sl_service* sl_port_service(struct sl_port* port, const struct sl_service_key* key) {
    const struct sl_service* service = sl_live_service(port, key);
    const sl_u64 question = (sl_u64)(key->port_be >> 8 | (key->port_be & 0xff) << 8) |
                            (sl_u64)key->protocol << 16 | (sl_u64)key->tenant << 24;
    sl_note(port, SL_STEP_SERVICE, question,
            service ? 1u | (sl_u64)service->flags << 8 | (sl_u64)service->id << 16 : 0,
            service ? service->slot_count : 0);
    return service;
}

SL_INLINE const struct sl_tenant* sl_port_tenant(struct sl_port* port, const struct sl_tenant_key* key) {
    const struct sl_tenant* tenant = sl_live_tenant(port, key);
    sl_note(port, SL_STEP_TENANT, key->interface, key->outer_vlan | (sl_u64)key->inner_vlan << 16,
            tenant ? (sl_u64)tenant->id + 1 : 0);
    return tenant;
}

SL_INLINE const struct sl_wide* sl_port_wide(struct sl_port* port, const struct sl_wide_key* key) {
    const struct sl_wide* run = sl_live_wide(port, key);
    sl_note(port, SL_STEP_WIDE, key->length, run ? run->count : 0, 0);
    return run;
}

SL_INLINE const struct sl_rule* sl_port_rule(struct sl_port* port, sl_u32 index) {
    const struct sl_rule* rule = sl_live_rule(port, index);
    if (rule) {
        sl_note(port, SL_STEP_RULE, index,
                rule->protocol | (sl_u64)rule->dscp << 8 | (sl_u64)rule->vlan << 16 |
                    (sl_u64)rule->service.id << 32,
                rule->port_low | (sl_u64)rule->port_high << 16);
    }
    return rule;
}

SL_INLINE const struct sl_access* sl_port_access(struct sl_port* port, const struct sl_access_key* key) {
    const struct sl_access* access = sl_live_access(port, key);
    sl_note(port, SL_STEP_ACCESS, key->service, access != 0, access ? access->is_allowed : 0);
    return access;
}

SL_INLINE const struct sl_sid* sl_port_sid(struct sl_port* port, const struct sl_sid_key* key) {
    const struct sl_sid* sid = sl_live_sid(port, key);
    sl_note(port, SL_STEP_SID, sid != 0, 0, 0);
    return sid;
}

SL_INLINE struct sl_bucket* sl_port_bucket(struct sl_port* port, sl_u32 index) {
    struct sl_story* story = sl_port_story(port);
    const struct sl_bucket* live = sl_live_bucket(port, index);
    if (!story || !live) {
        return 0;
    }
    story->bucket = *live;
    sl_note(port, SL_STEP_BUCKET, index, live->until, live->depth);
    return &story->bucket;
}

SL_INLINE const struct sl_server* sl_port_server(struct sl_port* port, const struct sl_server_key* key) {
    const struct sl_server* server = sl_live_server(port, key);
    sl_note(port, SL_STEP_SERVER, key->id, server ? server->site : 0, 0);
    return server;
}

SL_INLINE struct sl_fragment* sl_port_fragment(struct sl_port* port, sl_u32 index) {
    struct sl_story* story = sl_port_story(port);
    const struct sl_fragment* live = sl_live_fragment(port, index);
    if (!story || !live) {
        return 0;
    }
    story->fragment = *live;
    sl_note(port, SL_STEP_FRAGMENT, index, live->place, 0);
    return &story->fragment;
}

// By itself: the walk asks for sites at many places, and the stack of eBPF is full.
SL_SUBPROGRAM int sl_note_site(struct sl_port* port, const struct sl_site* site, sl_u32 id) {
    if (!site) {
        return sl_note(port, SL_STEP_SITE, id, 0, 0);
    }
    return sl_note(port, SL_STEP_SITE, id, 1, site->state | (sl_u64)site->usable << 8);
}

SL_INLINE const struct sl_site* sl_port_site(struct sl_port* port, const struct sl_site_key* key) {
    const struct sl_site* site = sl_live_site_row(port, key);
    sl_note_site(port, site, key->id);
    return site;
}

SL_INLINE sl_u64* sl_port_slot(struct sl_port* port, sl_u32 index) {
    sl_u64* slot = sl_live_slot(port, index); // changed by sl_port_swap only
    sl_note(port, SL_STEP_SLOT, index, slot ? *slot : 0, 0);
    return slot;
}

SL_INLINE const struct sl_target* sl_port_target(struct sl_port* port, sl_u32 index) {
    const struct sl_target* target = sl_live_target(port, index);
    sl_note(port, SL_STEP_TARGET, index, target ? target->next : 0, target ? target->effective : 0);
    return target;
}

SL_INLINE sl_u64* sl_port_start_line(struct sl_port* port, sl_u32 index) {
    struct sl_story* story = sl_port_story(port);
    const sl_u64* live = sl_live_start_line(port, index);
    if (!story || !live) {
        return 0;
    }
    story->start_line = *live;
    sl_note(port, SL_STEP_START, index, *live, 0);
    return &story->start_line;
}

SL_INLINE struct sl_exception* sl_port_exception(struct sl_port* port, const struct sl_flow_key* key) {
    struct sl_story* story = sl_port_story(port);
    const struct sl_exception* live = sl_live_exception(port, key);
    sl_note(port, SL_STEP_ENTRY, live != 0, live ? live->word : 0, 0);
    if (!story || !live) {
        return 0;
    }
    story->entry = *live;
    return &story->entry;
}

SL_INLINE int sl_port_record(struct sl_port* port, const struct sl_flow_key* key, sl_u64 word) {
    (void)key;
    sl_note(port, SL_STEP_RECORD, word & 0xffff, 0, 0);
    return 0;
}

SL_INLINE void sl_port_forget(struct sl_port* port, const struct sl_flow_key* key) {
    (void)key;
    sl_note(port, SL_STEP_FORGET, 0, 0, 0);
}

SL_INLINE struct sl_cost* sl_port_cost(struct sl_port* port, sl_u32 index) {
    struct sl_cost* cost = sl_live_cost(port, index); // changed by sl_port_add only
    sl_note(port, SL_STEP_COST, index, cost ? cost->cost_us : SL_NO_COST, cost ? cost->gap_us : 0);
    return cost;
}

SL_INLINE sl_u64* sl_port_insert_budget(struct sl_port* port) {
    struct sl_story* story = sl_port_story(port);
    const sl_u64* live = sl_live_insert_budget(port);
    if (!story || !live) {
        return 0;
    }
    story->insert_budget = *live;
    return &story->insert_budget;
}

SL_INLINE void sl_port_add(struct sl_port* port, sl_u64* word, sl_u64 amount) {
    (void)port, (void)word, (void)amount;
}

SL_INLINE void sl_port_set(struct sl_port* port, sl_u64* word, sl_u64 bits) {
    (void)port, (void)word, (void)bits;
}

SL_INLINE sl_u64 sl_port_swap(struct sl_port* port, sl_u64* word, sl_u64 expected, sl_u64 desired) {
    (void)word;
    sl_note(port, SL_STEP_SWAP, expected, desired, 0);
    return expected;
}

SL_INLINE void sl_port_count(struct sl_port* port, enum sl_reason reason) {
    sl_note(port, SL_STEP_COUNT, reason, 0, 0);
}

SL_INLINE struct sl_counter* sl_port_counter(struct sl_port* port, sl_u16 service) {
    return (void)port, (void)service, (struct sl_counter*)0;
}

SL_INLINE struct sl_site_counter* sl_port_site_counter(struct sl_port* port, sl_u32 place) {
    return (void)port, (void)place, (struct sl_site_counter*)0;
}

SL_INLINE sl_u64* sl_port_site_starts(struct sl_port* port, const struct sl_starts_key* key) {
    return (void)port, (void)key, (sl_u64*)0;
}

SL_INLINE int sl_port_new_flow(struct sl_port* port, const struct sl_flow_event* event) {
    sl_note(port, SL_STEP_NEW_FLOW, event->site, 0, 0);
    return 0;
}

#include "steer.h"

// Runs the packet; 0, or -1 without a story to write.
SL_INLINE int sl_explain(struct sl_port* port, enum sl_role role) {
    struct sl_story* story = sl_port_story(port);
    if (!story) {
        return -1;
    }
    __builtin_memset(&story->trace, 0, sizeof story->trace);
    story->count = 0;
    story->now = sl_port_now(port);
    const struct sl_outcome outcome = sl_process(port, role, &story->trace);
    story = sl_port_story(port); // looked up again rather than kept: the stack of eBPF is full
    if (!story) {
        return -1;
    }
    story->verdict = outcome.verdict;
    story->out_interface = outcome.interface;
    return 0;
}

#endif
