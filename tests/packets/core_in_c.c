// SPDX-License-Identifier: Apache-2.0
// The core as plain C11: compiled with -Wpedantic, and callable on an engine that knows nothing.
#include "dataplane/steer/port.h"

struct sl_port {
    sl_u8* cur;
    sl_u8* end;
    struct sl_control control;
    sl_u64 counts[SL_REASON_COUNT];
};

SL_INLINE struct sl_pkt sl_port_packet(struct sl_port* port) {
    struct sl_pkt pkt = {port->cur, port->end};
    return pkt;
}
SL_INLINE sl_u32 sl_port_length(struct sl_port* port) {
    return (sl_u32)(port->end - port->cur);
}
SL_INLINE int sl_port_push(struct sl_port* port, sl_u32 bytes) {
    return (void)port, (void)bytes, -1;
}
SL_INLINE int sl_port_pop(struct sl_port* port, sl_u32 bytes, sl_u8 version) {
    return (void)port, (void)bytes, (void)version, -1;
}
SL_INLINE int sl_port_cut(struct sl_port* port, sl_u32 length) {
    return (void)port, (void)length, -1;
}
SL_INLINE int sl_port_pull(struct sl_port* port, sl_u32 bytes) {
    return (void)port, (void)bytes, 0;
}
SL_INLINE int sl_port_mends(struct sl_port* port, sl_u32 offset, sl_u16 before, sl_u16 after) {
    return (void)port, (void)offset, (void)before, (void)after, 0;
}
SL_INLINE sl_u32 sl_port_segment(struct sl_port* port) {
    return (void)port, 0;
}
SL_INLINE sl_u32 sl_port_ingress(struct sl_port* port) {
    return (void)port, 0;
}
SL_INLINE sl_u64* sl_port_answer_budget(struct sl_port* port) {
    return (void)port, (sl_u64*)0;
}
SL_INLINE const struct sl_control* sl_port_control(struct sl_port* port) {
    return &port->control;
}
SL_INLINE const struct sl_service* sl_port_service(struct sl_port* port, const struct sl_service_key* key) {
    return (void)port, (void)key, (const struct sl_service*)0;
}
SL_INLINE sl_u32 sl_port_interface(struct sl_port* port) {
    return (void)port, 1;
}
SL_INLINE const struct sl_tenant* sl_port_tenant(struct sl_port* port, const struct sl_tenant_key* key) {
    return (void)port, (void)key, (const struct sl_tenant*)0;
}
SL_INLINE const struct sl_wide* sl_port_wide(struct sl_port* port, const struct sl_wide_key* key) {
    return (void)port, (void)key, (const struct sl_wide*)0;
}
SL_INLINE const struct sl_server* sl_port_server(struct sl_port* port, const struct sl_server_key* key) {
    return (void)port, (void)key, (const struct sl_server*)0;
}
SL_INLINE const struct sl_access* sl_port_access(struct sl_port* port, const struct sl_access_key* key) {
    return (void)port, (void)key, (const struct sl_access*)0;
}
SL_INLINE const struct sl_sid* sl_port_sid(struct sl_port* port, const struct sl_sid_key* key) {
    return (void)port, (void)key, (const struct sl_sid*)0;
}
SL_INLINE const struct sl_sid* sl_port_route(struct sl_port* port, const struct sl_sid* sid, sl_u32 offset,
                                             sl_u8 version, sl_u16 length) {
    return (void)port, (void)offset, (void)version, (void)length, sid;
}
SL_INLINE const struct sl_rule* sl_port_rule(struct sl_port* port, sl_u32 index) {
    return (void)port, (void)index, (const struct sl_rule*)0;
}
SL_INLINE struct sl_bucket* sl_port_bucket(struct sl_port* port, sl_u32 index) {
    return (void)port, (void)index, (struct sl_bucket*)0;
}
SL_INLINE struct sl_fragment* sl_port_fragment(struct sl_port* port, sl_u32 index) {
    return (void)port, (void)index, (struct sl_fragment*)0;
}
SL_INLINE const struct sl_site* sl_port_site(struct sl_port* port, const struct sl_site_key* key) {
    return (void)port, (void)key, (const struct sl_site*)0;
}
SL_INLINE sl_u64* sl_port_slot(struct sl_port* port, sl_u32 index) {
    return (void)port, (void)index, (sl_u64*)0;
}
SL_INLINE const struct sl_target* sl_port_target(struct sl_port* port, sl_u32 index) {
    return (void)port, (void)index, (const struct sl_target*)0;
}
SL_INLINE struct sl_cost* sl_port_cost(struct sl_port* port, sl_u32 index) {
    return (void)port, (void)index, (struct sl_cost*)0;
}
SL_INLINE sl_u64* sl_port_credit(struct sl_port* port, sl_u32 service) {
    return (void)port, (void)service, (sl_u64*)0;
}
SL_INLINE sl_u64* sl_port_insert_budget(struct sl_port* port) {
    return (void)port, (sl_u64*)0;
}
SL_INLINE sl_u64* sl_port_start_line(struct sl_port* port, sl_u32 index) {
    return (void)port, (void)index, (sl_u64*)0;
}
SL_INLINE struct sl_exception* sl_port_exception(struct sl_port* port, const struct sl_flow_key* key) {
    return (void)port, (void)key, (struct sl_exception*)0;
}
SL_INLINE int sl_port_record(struct sl_port* port, const struct sl_flow_key* key, sl_u64 word) {
    return (void)port, (void)key, (void)word, -1;
}
SL_INLINE void sl_port_forget(struct sl_port* port, const struct sl_flow_key* key) {
    (void)port, (void)key;
}
SL_INLINE sl_u64 sl_port_swap(struct sl_port* port, sl_u64* word, sl_u64 expected, sl_u64 desired) {
    return (void)port, (void)word, (void)desired, expected;
}
SL_INLINE void sl_port_add(struct sl_port* port, sl_u64* word, sl_u64 amount) {
    (void)port, (void)word, (void)amount;
}
SL_INLINE sl_u64 sl_port_now(struct sl_port* port) {
    return (void)port, 0;
}
SL_INLINE void sl_port_count(struct sl_port* port, enum sl_reason reason) {
    port->counts[reason]++;
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
SL_INLINE sl_u64* sl_port_marks(struct sl_port* port, sl_u32 index) {
    return (void)port, (void)index, (sl_u64*)0;
}
SL_INLINE void sl_port_set(struct sl_port* port, sl_u64* word, sl_u64 bits) {
    (void)port, *word |= bits;
}
SL_INLINE int sl_port_new_flow(struct sl_port* port, const struct sl_flow_event* event) {
    return (void)port, (void)event, 0;
}

#include "dataplane/steer/steer.h"

int main(void) {
    sl_u8 frame[14] = {0};
    struct sl_port port = {frame, frame + sizeof frame, {0}, {0}};
    struct sl_trace trace = {0};
    const struct sl_outcome outcome = sl_process(&port, SL_ROLE_EXTERNAL, &trace);
    return outcome.verdict == SL_PASS && trace.reason == SL_R_not_ip && port.counts[SL_R_not_ip] == 1 ? 0 : 1;
}
