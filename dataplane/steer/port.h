// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// What an engine lends to the core: packet bytes, tables, time, counters. Each engine defines `struct
// sl_port` and these functions before it includes steer.h. The core keeps no state of its own. All pointers
// are valid for one packet; a null pointer means "not there" and is never an error of the core.
#ifndef SL_PORT_H
#define SL_PORT_H

#include "inline.h"
#include "reasons.h"
#include "wire.h"

struct sl_port;

// Bytes that may be touched, [cur, end). Passed by value; every access follows a comparison in the same
// function.
struct sl_pkt {
    sl_u8* cur;
    sl_u8* end;
};

// Packet: first byte is the Ethernet destination. `length` counts bytes beyond `end` too (multi-buffer
// frames).
SL_INLINE struct sl_pkt sl_port_packet(struct sl_port* port);
SL_INLINE sl_u32 sl_port_length(struct sl_port* port);
// Moves the start `bytes` to the front; 0 or -1 without room. All earlier sl_pkt values are void afterwards.
SL_INLINE int sl_port_push(struct sl_port* port, sl_u32 bytes);
// Takes `bytes` off the start, keeping room for an Ethernet header in front of what follows them, an IP
// packet of this version; 0 or -1 with the packet as it was. All earlier sl_pkt values are void afterwards.
SL_INLINE int sl_port_pop(struct sl_port* port, sl_u32 bytes, sl_u8 version);
// Cuts the end off so that `length` bytes are left; 0 or -1.
SL_INLINE int sl_port_cut(struct sl_port* port, sl_u32 length);
// Brings `bytes` from the start within reach, or as many as there are; 0 or -1. Voids earlier sl_pkt values.
SL_INLINE int sl_port_pull(struct sl_port* port, sl_u32 bytes);
// Two bytes below the transport checksum at `offset` have changed, values in host order. 1 = the engine has
// seen to it, because the checksum may not be finished yet; 0 = it is finished and the core's to mend. Voids
// earlier sl_pkt values.
SL_INLINE int sl_port_mends(struct sl_port* port, sl_u32 offset, sl_u16 before, sl_u16 after);
// Payload bytes of each segment when the packet will be cut into several later; 0 = it is one packet.
SL_INLINE sl_u32 sl_port_segment(struct sl_port* port);
// Index of the interface that the packet came in by.
SL_INLINE sl_u32 sl_port_ingress(struct sl_port* port);
// When the next ICMP answer may go (too_big.h), one word per CPU.
SL_INLINE sl_u64* sl_port_answer_budget(struct sl_port* port);

SL_INLINE const struct sl_control* sl_port_control(struct sl_port* port);
SL_INLINE const struct sl_service* sl_port_service(struct sl_port* port, const struct sl_service_key* key);
// Interface that the packet came in by.
SL_INLINE sl_u32 sl_port_interface(struct sl_port* port);
SL_INLINE const struct sl_tenant* sl_port_tenant(struct sl_port* port, const struct sl_tenant_key* key);
SL_INLINE const struct sl_wide* sl_port_wide(struct sl_port* port, const struct sl_wide_key* key);
SL_INLINE const struct sl_rule* sl_port_rule(struct sl_port* port, sl_u32 index);
// The longest prefix of the service's list that the source falls under.
SL_INLINE const struct sl_access* sl_port_access(struct sl_port* port, const struct sl_access_key* key);
// The longest SID of this router that the address falls under.
SL_INLINE const struct sl_sid* sl_port_sid(struct sl_port* port, const struct sl_sid_key* key);
// The link that the table of an End.DT SID has for the packet of this version and length at `offset`; its
// `interface` is 0 when nobody knows one now. Null = the table sends it nowhere.
SL_INLINE const struct sl_sid* sl_port_route(struct sl_port* port, const struct sl_sid* sid, sl_u32 offset,
                                             sl_u8 version, sl_u16 length);
SL_INLINE struct sl_bucket* sl_port_bucket(struct sl_port* port, sl_u32 index);
SL_INLINE const struct sl_server* sl_port_server(struct sl_port* port, const struct sl_server_key* key);
SL_INLINE struct sl_fragment* sl_port_fragment(struct sl_port* port, sl_u32 index);
SL_INLINE const struct sl_site* sl_port_site(struct sl_port* port, const struct sl_site_key* key);

// Affinity state; the index counts over all services (sl_service.slot_offset + slot).
SL_INLINE sl_u64* sl_port_slot(struct sl_port* port, sl_u32 index);
SL_INLINE const struct sl_target* sl_port_target(struct sl_port* port, sl_u32 index);
SL_INLINE sl_u64* sl_port_start_line(struct sl_port* port, sl_u32 index);
SL_INLINE struct sl_cost* sl_port_cost(struct sl_port* port, sl_u32 index);
// Second choices left to a service, by its id.
SL_INLINE sl_u64* sl_port_credit(struct sl_port* port, sl_u32 service);
// When the next exception may be written (affinity.h), one word per CPU.
SL_INLINE sl_u64* sl_port_insert_budget(struct sl_port* port);
SL_INLINE struct sl_exception* sl_port_exception(struct sl_port* port, const struct sl_flow_key* key);
// Writes or replaces; -1 when the table is full. Never evicts.
SL_INLINE int sl_port_record(struct sl_port* port, const struct sl_flow_key* key, sl_u64 word);
SL_INLINE void sl_port_forget(struct sl_port* port, const struct sl_flow_key* key);
// Entry marks, both halves; the index counts words.
SL_INLINE sl_u64* sl_port_marks(struct sl_port* port, sl_u32 index);
// Sets bits of a word at once.
SL_INLINE void sl_port_set(struct sl_port* port, sl_u64* word, sl_u64 bits);
// Atomic; returns what was there.
SL_INLINE sl_u64 sl_port_swap(struct sl_port* port, sl_u64* word, sl_u64 expected, sl_u64 desired);
SL_INLINE void sl_port_add(struct sl_port* port, sl_u64* word, sl_u64 amount); // atomic

// Monotonic nanoseconds.
SL_INLINE sl_u64 sl_port_now(struct sl_port* port);
SL_INLINE void sl_port_count(struct sl_port* port, enum sl_reason reason);
SL_INLINE struct sl_counter* sl_port_counter(struct sl_port* port, sl_u16 service);
// Of the site whose row has this place (sl_site.counter).
SL_INLINE struct sl_site_counter* sl_port_site_counter(struct sl_port* port, sl_u32 place);
// Made when it is not there yet; null when there is no room.
SL_INLINE sl_u64* sl_port_site_starts(struct sl_port* port, const struct sl_starts_key* key);
// 0, or -1 when nobody has fetched what was told before.
SL_INLINE int sl_port_new_flow(struct sl_port* port, const struct sl_flow_event* event);

#endif
