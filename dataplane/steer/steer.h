// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The whole life of a packet (docs/life-of-a-packet.md): border, parse, service, affinity, MSS,
// encapsulation, at an egress decapsulation, and one exit that turns the result into a verdict and counts it.
// Shared by every engine, the packet tests and `explain`. An engine includes its port functions first, then
// this.
#ifndef SL_STEER_H
#define SL_STEER_H

#include "affinity.h"
#include "border.h"
#include "classify.h"
#include "fragment.h"
#include "icmp.h"
#include "limit.h"
#include "local_sid.h"
#include "parse_odd.h"
#include "quic.h"
#include "send.h"
#include "sid_fault.h"
#include "story.h"

enum sl_verdict { SL_PASS = 0, SL_DROP = 1, SL_REDIRECT = 2 };

// What stands behind the interface a packet came in by.
enum sl_role { SL_ROLE_EXTERNAL = 0, SL_ROLE_SITE = 1, SL_ROLE_CORE = 2 };

struct sl_outcome {
    sl_u32 verdict;   // enum sl_verdict
    sl_u32 interface; // for SL_REDIRECT
};

SL_INLINE int sl_is_loss(int reason) {
    return reason >= SL_R_no_path && reason <= SL_R_border_unreadable;
}

SL_INLINE void sl_count_service(struct sl_port* port, const struct sl_trace* trace, int is_drop) {
    struct sl_counter* counter = sl_port_counter(port, trace->service);
    if (!counter) {
        return;
    }
    if (is_drop) {
        counter->drops++;
        return;
    }
    counter->packets++;
    counter->bytes += trace->bytes;
    if (trace->marks & SL_TRACE_NEW) {
        const struct sl_starts_key key = {trace->service, trace->site};
        sl_u64* starts = sl_port_site_starts(port, &key);
        counter->starts++;
        if (starts) {
            *starts += 1;
        } else {
            sl_port_count(port, SL_R_site_starts_full);
        }
    }
}

// Of the path that was chosen. Null = not counted.
SL_INLINE struct sl_path_counter* sl_path_counter(struct sl_port* port, const struct sl_site* site,
                                                  sl_u32 rank) {
    struct sl_site_counter* counter = sl_port_site_counter(port, site->counter);
    return counter ? &counter->paths[rank & (SL_PATHS - 1)] : 0;
}

SL_INLINE void sl_count_path(struct sl_path_counter* counter, int is_sent, sl_u32 bytes) {
    if (!counter) {
        return;
    }
    if (!is_sent) {
        counter->drops++;
        return;
    }
    counter->packets++;
    counter->bytes += bytes;
}

// A flow that names its site has no entry: whether it lives on is known from its packets alone.
SL_INLINE void sl_count_named(struct sl_port* port, const struct sl_site* site) {
    struct sl_site_counter* counter = sl_port_site_counter(port, site->counter);
    sl_port_count(port, SL_R_quic_server);
    if (counter) {
        counter->named++;
    }
}

// The one exit. `code` is 0 for a steered packet or a negative reason.
SL_INLINE struct sl_outcome sl_leave(struct sl_port* port, int code, struct sl_trace* trace) {
    struct sl_outcome outcome = {SL_PASS, 0};
    const int reason = -code;
    trace->reason = (sl_u8)reason;
    sl_port_count(port, (enum sl_reason)reason);
    if (reason == SL_R_steered) {
        outcome.verdict = SL_REDIRECT;
        outcome.interface = trace->interface;
        sl_count_service(port, trace, 0);
    } else if (reason == SL_R_decapsulated || reason == SL_R_sid_forwarded) {
        outcome.verdict = SL_REDIRECT;
        outcome.interface = trace->interface;
    } else if (sl_is_loss(reason)) {
        const int is_answered = reason == SL_R_too_big_answered || (trace->marks & SL_TRACE_ANSWERED);
        outcome.verdict = is_answered ? SL_REDIRECT : SL_DROP;
        outcome.interface = is_answered ? sl_port_ingress(port) : 0;
        if (trace->service != 0) {
            sl_count_service(port, trace, 1);
        }
    }
    return outcome;
}

// Short stable name of the service address. A service of many addresses and ports has none in its row.
SL_INLINE sl_u32 sl_tag_of(const struct sl_flow* flow, const struct sl_service* service) {
    sl_u64 words[2];
    if (!(service->flags & SL_SERVICE_WIDE)) {
        return service->address_tag;
    }
    __builtin_memcpy(words, &flow->destination, 16);
    const sl_u64 tag = sl_mix(sl_mix(0, words[0]), words[1]);
    return (sl_u32)(service->affinity == SL_AFFINITY_PAIR ? tag : sl_mix(tag, flow->destination_port_be));
}

SL_INLINE void sl_flow_key_of(const struct sl_flow* flow, const struct sl_service* service,
                              struct sl_flow_key* key) {
    key->source = flow->source;
    key->service = service->id;
    key->address_tag = sl_tag_of(flow, service);
    key->port_be = flow->source_port_be;
}

SL_INLINE int sl_is_quic(const struct sl_flow* flow, const struct sl_service* service) {
    const sl_u8 other = SL_SHAPE_ERROR | SL_SHAPE_FIRST_FRAGMENT | SL_SHAPE_LATER_FRAGMENT;
    return (service->flags & SL_SERVICE_QUIC) != 0 && flow->protocol == SL_PROTOCOL_UDP &&
           (flow->shape & other) == 0;
}

// Where a packet goes: the site, or null with the reason in `code`.
struct sl_way {
    const struct sl_site* site;
    sl_u64 hash;
    sl_u64 tick; // of a new flow
    int code;
    sl_u32 application_be; // of the service
};

// A client address of a `source` service has no start mark of its own: a SYN may be its hundredth connection.
SL_INLINE const struct sl_site* sl_choose_site(struct sl_port* port, const struct sl_flow* flow,
                                               const struct sl_service* service, sl_u32 table,
                                               struct sl_way* way, struct sl_trace* trace) {
    struct sl_arrival arrival = {{{{0}}, 0, 0, 0}, 0, 0, table, 0, 0};
    const sl_u64 seed = sl_port_control(port)->hash_seed;
    const int quic = sl_is_quic(flow, service) ? sl_read_quic(port, flow, service, table) : 0;
    sl_flow_key_of(flow, service, &arrival.key);
    way->hash = sl_flow_hash(&arrival.key, seed);
    arrival.hash = way->hash;
    if (quic >= SL_QUIC_SITE) {
        const struct sl_site* named = sl_live_site(port, table, (sl_u16)(quic - SL_QUIC_SITE));
        if (named) {
            sl_count_named(port, named);
            return named;
        }
    }
    arrival.is_start = (sl_u8)(sl_is_syn(flow) || quic == SL_QUIC_START);
    if (service->affinity == SL_AFFINITY_SOURCE || service->affinity == SL_AFFINITY_PAIR) {
        arrival.is_start = 0;
        arrival.key.port_be = 0;
        arrival.key.address_tag = service->affinity == SL_AFFINITY_PAIR ? arrival.key.address_tag : 0;
        arrival.hash = sl_flow_hash(&arrival.key, seed);
    }
    const struct sl_site* site = sl_choose(port, &arrival, service);
    trace->marks = arrival.is_new ? SL_TRACE_NEW : 0;
    way->tick = arrival.is_new ? sl_arrival_tick(port, &arrival) : 0;
    return site;
}

SL_INLINE void sl_tell_new_flow(struct sl_port* port, const struct sl_flow* flow,
                                const struct sl_trace* trace, sl_u64 tick) {
    struct sl_flow_event event = {flow->source, tick, flow->source_port_be, trace->service, trace->site, 0};
    sl_port_count(port, sl_port_new_flow(port, &event) == 0 ? SL_R_sampled : SL_R_sample_lost);
}

// Gives a later fragment what only its first one had. 0 or a negative reason.
SL_SUBPROGRAM int sl_follow_first(struct sl_port* port, struct sl_flow* flow, sl_u32 table,
                                  struct sl_decision* first) {
    const struct sl_control* control = sl_port_control(port);
    if (!flow || !first || !control || !sl_may_be_steered(flow)) {
        return -SL_R_other_protocol;
    }
    if (sl_recall_fragment(port, flow, first) != 0) {
        return sl_is_served(port, control, flow, table) ? -SL_R_fragment_early : -SL_R_no_service;
    }
    flow->source_port_be = first->source_port_be;
    flow->destination_port_be = first->destination_port_be;
    flow->protocol = first->protocol;
    return first->site == 0 ? -SL_R_ip_fragment : 0;
}

// A later fragment is admitted like every packet, and goes where its first one went.
SL_INLINE struct sl_way sl_way_of(struct sl_port* port, const struct sl_control* control,
                                  struct sl_flow* flow, sl_u32 table, struct sl_trace* trace) {
    struct sl_decision first = {0, 0, 0, 0, 0, 0, {0}};
    const int is_later = (flow->shape & SL_SHAPE_LATER_FRAGMENT) != 0;
    struct sl_way way = {0, 0, 0, is_later ? sl_follow_first(port, flow, table, &first) : 0, 0};
    if (way.code != 0) {
        return way;
    }
    const struct sl_service* service = sl_classify(port, control, flow, table);
    if (!service) {
        way.code = -SL_R_no_service;
        return way;
    }
    if (!(service->flags & SL_SERVICE_STEERED)) {
        way.code = -SL_R_steering_off;
        return way;
    }
    trace->service = service->id;
    way.application_be = service->application_be;
    way.code = sl_admit(port, flow, service, table);
    if (way.code != 0) {
        return way;
    }
    if (is_later) {
        way.code = -SL_R_fragment_early;
        way.hash = first.hash;
        way.site = sl_live_site(port, table, first.site);
        return way;
    }
    way.code = -SL_R_no_site;
    way.site = sl_choose_site(port, flow, service, table, &way, trace);
    return way;
}

SL_INLINE void sl_leave_decision(struct sl_port* port, const struct sl_control* control,
                                 const struct sl_flow* flow, sl_u32 table, int code, sl_u64 hash,
                                 const struct sl_trace* trace) {
    if (sl_is_loss(-code) || (code != 0 && !sl_is_served(port, control, flow, table))) {
        return;
    }
    struct sl_decision decision = {0,  0, 0, flow->source_port_be, flow->destination_port_be, flow->protocol,
                                   {0}};
    if (code == 0) {
        decision.hash = hash;
        decision.service = trace->service;
        decision.site = trace->site;
    }
    sl_remember_fragment(port, flow, &decision);
}

// From a parsed packet to a steered one. 0 or a negative reason.
SL_INLINE int sl_steer(struct sl_port* port, const struct sl_control* control, struct sl_flow* flow,
                       sl_u32 table, struct sl_trace* trace) {
    const int about = flow->shape & SL_SHAPE_ERROR ? sl_follow_error(port, flow) : 0;
    if (about != 0) {
        return about;
    }
    const struct sl_way way = sl_way_of(port, control, flow, table, trace);
    int code = way.code;
    trace->bytes = flow->length;
    if (way.site) {
        trace->site = way.site->id;
        const sl_u32 rank = sl_rank_of(way.site, flow->version, way.hash);
        const struct sl_path* path = &way.site->paths[rank][flow->version == 6 ? 0 : 1];
        trace->path = (sl_u32)way.site->id * SL_PATHS + rank;
        trace->interface = path->interface;
        struct sl_path_counter* counter = sl_path_counter(port, way.site, rank);
        code = sl_send(port, flow, path, way.hash, way.application_be);
        if (code == -SL_R_too_big) {
            code = sl_refuse_too_big(port, flow, path);
        }
        sl_count_path(counter, code == 0, flow->length);
        if (code == 0 && (trace->marks & SL_TRACE_NEW) && sl_is_sampled(way.hash, control->sample_limit)) {
            sl_tell_new_flow(port, flow, trace, way.tick);
        }
    }
    if (flow->shape & SL_SHAPE_FIRST_FRAGMENT) {
        sl_leave_decision(port, control, flow, table, code, way.hash, trace);
    }
    return code;
}

// A SYN+ACK of a steered service on its way back: the client must not send more than the path takes. The
// answer's source is the anycast address, so its site cannot be told and the smallest path counts.
SL_INLINE int sl_answer(struct sl_port* port, const struct sl_control* control, struct sl_flow* flow,
                        sl_u32 table) {
    const sl_u8 both = SL_TCP_SYN | SL_TCP_ACK;
    if (flow->protocol != SL_PROTOCOL_TCP || (flow->tcp_flags & both) != both) {
        return -SL_R_core_packet;
    }
    flow->destination = flow->source; // its service is that of the packets that it answers
    flow->destination_port_be = flow->source_port_be;
    const sl_u32 mtu = sl_answer_mtu(port, control, flow, table);
    if (mtu == 0) {
        return -SL_R_core_packet;
    }
    return sl_clamp_mss(port, flow->l4, sl_mss_of(mtu, flow->version)) ? -SL_R_clamped_answer
                                                                       : -SL_R_core_packet;
}

// 0 when the packet is for no SID of ours, else a negative reason.
SL_INLINE int sl_arrive(struct sl_port* port, struct sl_trace* trace) {
    struct sl_inside inside = {0, 0, 0, 0, 0, 0, 0, {0}};
    const int code = sl_serve_sid(port, &inside);
    trace->interface = inside.interface;
    trace->bytes = inside.length;
    if (sl_is_sid_fault(code) && sl_tell_fault(port, code) == 0) {
        sl_port_count(port, SL_R_sid_answered);
        trace->marks = SL_TRACE_ANSWERED;
    }
    return code;
}

SL_INLINE int sl_walk(struct sl_port* port, enum sl_role role, struct sl_trace* trace) {
    const struct sl_control* control = sl_port_control(port);
    struct sl_flow flow = {{{0}}, {{0}}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    if (!control) {
        return -SL_R_core_packet;
    }
    if (role == SL_ROLE_CORE) {
        const int served = sl_arrive(port, trace);
        if (served != 0) {
            return served;
        }
    }
    int parsed = sl_parse(sl_port_packet(port), sl_port_length(port), &flow);
    if (parsed == SL_ODD) {
        parsed = sl_parse_odd(port, &flow);
    }
    if (role != SL_ROLE_CORE) {
        const int foreign = sl_border(&flow, parsed, control);
        if (foreign != 0) {
            return foreign;
        }
    }
    const int is_left = parsed == -SL_R_other_protocol && (flow.shape & SL_SHAPE_FIRST_FRAGMENT) != 0 &&
                        role == SL_ROLE_EXTERNAL; // the later fragments want to know
    if (parsed != 0 && !is_left) {
        return sl_is_border_code(parsed) ? -SL_R_core_packet : parsed;
    }
    const sl_u32 table = *(const volatile sl_u32*)&control->table & 1;
    flow.tenant = sl_tenant_of(port, control, &flow, table);
    if (is_left) {
        sl_leave_decision(port, control, &flow, table, parsed, 0, trace);
        return parsed;
    }
    return role == SL_ROLE_EXTERNAL ? sl_steer(port, control, &flow, table, trace)
                                    : sl_answer(port, control, &flow, table);
}

// Runs one packet through the engine, which then carries out the outcome. `trace` comes zeroed.
SL_INLINE struct sl_outcome sl_process(struct sl_port* port, enum sl_role role, struct sl_trace* trace) {
    return sl_leave(port, sl_walk(port, role, trace), trace);
}

#endif
