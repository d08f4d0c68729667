// SPDX-License-Identifier: Apache-2.0
// libFuzzer over the whole packet walk on the host. The first byte picks the role and how the clock moves;
// the rest is the frame. The frame lies in memory of exactly its size, so that reading beyond it is found.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "dataplane/steer/port.h"

struct sl_port {
    sl_u8* room;
    sl_u32 start;
    sl_u32 end;
    sl_u64 now;
    sl_u32 beyond; // bytes of the frame in further buffers, which the core may not touch
};

namespace {

constexpr sl_u32 kHeadroom = SL_OUTER_MOST;

sl_control control;
sl_service service;
sl_site sites[2];
sl_u64 slots[16];
sl_target targets[16];
sl_u64 starts[SL_START_LINES];
sl_cost costs[4];
sl_u64 credit;
sl_u64 insert_budget;
sl_tenant tenant = {1};
sl_wide run = {0, 0};
sl_rule rules[4];
sl_access access = {1};
sl_bucket buckets[4];
const sl_sid sids[8] = {{3, 1500, SL_SID_INSIDE6, 0, {}, {}, 0},  {3, 1500, SL_SID_INSIDE4, 0, {}, {}, 0},
                        {3, 1500, SL_SID_INSIDE, 0, {}, {}, 100}, {3, 60, SL_SID_INSIDE4, 0, {}, {}, 0},
                        {3, 1500, SL_SID_END_X, 0, {}, {}, 0},    {3, 1500, SL_SID_END, 0, {}, {}, 254},
                        {0, 0, SL_SID_KERNEL, 0, {}, {}, 0},      {0, 0, SL_SID_END, 0, {}, {}, 254}};
sl_server server = {2};
sl_fragment fragments[8]; // most fragments find a line, if another's
sl_counter counter;
sl_u64 site_starts;
sl_site_counter site_counter;
sl_u64 marks[2 * SL_MARK_WORDS];
sl_u64 counts[SL_REASON_COUNT];

struct Entry {
    sl_flow_key key;
    sl_exception value;
    bool is_used;
};
Entry entries[4]; // soon full

Entry* find(const sl_flow_key& key) {
    for (auto& entry : entries) {
        if (entry.is_used && std::memcmp(&entry.key, &key, sizeof key) == 0) {
            return &entry;
        }
    }
    return nullptr;
}

} // namespace

SL_INLINE struct sl_pkt sl_port_packet(struct sl_port* port) {
    return {port->room + port->start, port->room + port->end};
}
SL_INLINE sl_u32 sl_port_length(struct sl_port* port) {
    return port->end - port->start + port->beyond;
}
SL_INLINE int sl_port_push(struct sl_port* port, sl_u32 bytes) {
    if (port->start < bytes) {
        return -1;
    }
    port->start -= bytes;
    return 0;
}
SL_INLINE int sl_port_pop(struct sl_port* port, sl_u32 bytes, sl_u8) {
    if (port->start + bytes + 14 > port->end) {
        std::abort(); // the core takes off what it has seen
    }
    port->start += bytes;
    return 0;
}
SL_INLINE int sl_port_cut(struct sl_port* port, sl_u32 length) {
    if (port->start + length > port->end) {
        std::abort(); // the core cuts to what it has seen
    }
    port->end = port->start + length;
    port->beyond = 0;
    return 0;
}
SL_INLINE int sl_port_pull(struct sl_port*, sl_u32) {
    return 0;
}
SL_INLINE int sl_port_mends(struct sl_port*, sl_u32, sl_u16, sl_u16) {
    return 0;
}
SL_INLINE sl_u32 sl_port_segment(struct sl_port*) {
    return 0;
}
SL_INLINE sl_u32 sl_port_ingress(struct sl_port*) {
    return 2;
}
SL_INLINE sl_u64* sl_port_answer_budget(struct sl_port*) {
    static sl_u64 budget;
    return &budget;
}
SL_INLINE const struct sl_control* sl_port_control(struct sl_port*) {
    return &control;
}
// Any address with a low port bit is served, so that random frames get far.
SL_INLINE const struct sl_service* sl_port_service(struct sl_port*, const struct sl_service_key* key) {
    return key->port_be & 1 ? &service : nullptr;
}
SL_INLINE sl_u32 sl_port_interface(struct sl_port*) {
    return 1;
}
SL_INLINE const struct sl_tenant* sl_port_tenant(struct sl_port*, const struct sl_tenant_key* key) {
    return key->outer_vlan & 1 ? &tenant : nullptr;
}
SL_INLINE const struct sl_wide* sl_port_wide(struct sl_port*, const struct sl_wide_key* key) {
    return key->length & 1 ? &run : nullptr;
}
SL_INLINE const struct sl_rule* sl_port_rule(struct sl_port*, sl_u32 index) {
    return index < 40 ? &rules[index & 3] : nullptr;
}
SL_INLINE const struct sl_access* sl_port_access(struct sl_port*, const struct sl_access_key* key) {
    return key->source.b[15] & 1 ? &access : nullptr;
}
SL_INLINE const struct sl_sid* sl_port_sid(struct sl_port*, const struct sl_sid_key* key) {
    return key->address.b[7] < 8 ? &sids[key->address.b[7]] : nullptr;
}
SL_INLINE const struct sl_sid* sl_port_route(struct sl_port*, const struct sl_sid* sid, sl_u32 offset, sl_u8,
                                             sl_u16) {
    return offset & 2 ? sid : nullptr; // a packet that goes on is at 14
}
SL_INLINE struct sl_bucket* sl_port_bucket(struct sl_port*, sl_u32 index) {
    return &buckets[index & 3];
}
SL_INLINE const struct sl_server* sl_port_server(struct sl_port*, const struct sl_server_key* key) {
    return key->id & 1 ? &server : nullptr;
}
SL_INLINE struct sl_fragment* sl_port_fragment(struct sl_port*, sl_u32 index) {
    return &fragments[index & 7];
}
SL_INLINE const struct sl_site* sl_port_site(struct sl_port*, const struct sl_site_key* key) {
    return key->id == 1 || key->id == 2 ? &sites[key->id - 1] : nullptr;
}
SL_INLINE sl_u64* sl_port_slot(struct sl_port*, sl_u32 index) {
    return index < 16 ? &slots[index] : nullptr;
}
SL_INLINE const struct sl_target* sl_port_target(struct sl_port*, sl_u32 index) {
    return index < 16 ? &targets[index] : nullptr;
}
SL_INLINE struct sl_cost* sl_port_cost(struct sl_port*, sl_u32 index) {
    return index < 4 ? &costs[index] : nullptr;
}
SL_INLINE sl_u64* sl_port_credit(struct sl_port*, sl_u32) {
    return &credit;
}
SL_INLINE sl_u64* sl_port_insert_budget(struct sl_port*) {
    return &insert_budget;
}
SL_INLINE sl_u64* sl_port_start_line(struct sl_port*, sl_u32 index) {
    return &starts[index];
}
SL_INLINE struct sl_exception* sl_port_exception(struct sl_port*, const struct sl_flow_key* key) {
    auto* entry = find(*key);
    return entry ? &entry->value : nullptr;
}
SL_INLINE int sl_port_record(struct sl_port*, const struct sl_flow_key* key, sl_u64 word) {
    auto* entry = find(*key);
    for (auto& free : entries) {
        entry = entry || free.is_used ? entry : &free;
    }
    if (!entry) {
        return -1;
    }
    *entry = {*key, {word}, true};
    return 0;
}
SL_INLINE void sl_port_forget(struct sl_port*, const struct sl_flow_key* key) {
    if (auto* entry = find(*key)) {
        entry->is_used = false;
    }
}
SL_INLINE sl_u64 sl_port_swap(struct sl_port*, sl_u64* word, sl_u64 expected, sl_u64 desired) {
    const auto found = *word;
    *word = found == expected ? desired : found;
    return found;
}
SL_INLINE void sl_port_add(struct sl_port*, sl_u64* word, sl_u64 amount) {
    *word += amount;
}
SL_INLINE sl_u64 sl_port_now(struct sl_port* port) {
    return port->now;
}
SL_INLINE void sl_port_count(struct sl_port*, enum sl_reason reason) {
    if (reason < 0 || reason >= SL_REASON_COUNT) {
        std::abort();
    }
    counts[reason]++;
}
SL_INLINE struct sl_counter* sl_port_counter(struct sl_port*, sl_u16) {
    return &counter;
}
SL_INLINE struct sl_site_counter* sl_port_site_counter(struct sl_port*, sl_u32) {
    return &site_counter;
}
SL_INLINE sl_u64* sl_port_site_starts(struct sl_port*, const struct sl_starts_key*) {
    return &site_starts;
}
SL_INLINE sl_u64* sl_port_marks(struct sl_port*, sl_u32 index) {
    if (index >= 2 * SL_MARK_WORDS) {
        std::abort();
    }
    return &marks[index];
}
SL_INLINE void sl_port_set(struct sl_port*, sl_u64* word, sl_u64 bits) {
    *word |= bits;
}
SL_INLINE int sl_port_new_flow(struct sl_port*, const struct sl_flow_event*) {
    return counts[SL_R_sampled] % 2 == 0 ? 0 : -1;
}

#include "dataplane/steer/steer.h"

namespace {

void set_tables(sl_u8 choice) {
    const sl_u8 block[4] = {0xfc, 0, 0, 0};
    const sl_u8 mask[4] = {0xff, 0xff, 0xff, 0xff};
    std::memcpy(control.sid_block.address, block, sizeof block);
    std::memcpy(control.sid_block.mask, mask, sizeof mask);
    service = {1,
               1,
               static_cast<sl_u8>(choice % 5),
               SL_SERVICE_STEERED,
               0,
               16,
               100,
               7,
               1500,
               0,
               static_cast<sl_u8>(choice & 7),
               static_cast<sl_u8>(choice & 0x20 ? 0xb8 : SL_NO_MARK),
               static_cast<sl_u8>(choice),
               static_cast<sl_u8>(choice & 15),
               0,
               0};
    service.flags |= static_cast<sl_u8>(choice & 0x3e);
    for (sl_u16 i = 0; i < 4; i++) {
        rules[i] = {service,
                    static_cast<sl_u16>(i * 0x3000),
                    static_cast<sl_u16>(0x9000 + i),
                    static_cast<sl_u8>(i == 3 ? 0 : 6 + i * 11),
                    static_cast<sl_u8>(i == 2 ? SL_ANY_DSCP : 0),
                    i};
        buckets[i].cost = 65536U << i;
        buckets[i].depth = 1'000'000;
        buckets[i].dscp = i == 3 ? SL_ANY_DSCP : static_cast<sl_u8>(i);
        buckets[i].mark = i % 2 ? SL_NO_MARK : 8;
    }
    run = {choice & 3U, choice & 0x3fU};
    control.wide[0].count = control.wide[1].count = choice & 15; // more than there are lengths, too
    control.wide[0].tenants = control.wide[1].tenants = choice & 3;
    for (sl_u8 i = 0; i < SL_WIDE_LENGTHS; i++) {
        control.wide[0].length[i] = static_cast<sl_u8>(128 - i);
    }
    for (sl_u16 i = 0; i < 2; i++) {
        sites[i] = {};
        sites[i].id = static_cast<sl_u16>(i + 1);
        sites[i].state = static_cast<sl_u8>(choice >> 4 & 3) == i ? SL_SITE_DEAD : SL_SITE_ALIVE;
        sites[i].usable = 1;
        for (auto& path : sites[i].paths[0]) {
            path.interface = 3;
            path.outer = i == 0 ? SL_OUTER_LEAST : SL_OUTER_MOST;
            path.inner_mtu = static_cast<sl_u16>(1500 - path.outer);
        }
        sites[i].paths[0][1].outer = i == 0 ? SL_OUTER_LEAST : 0;
    }
    for (sl_u16 i = 0; i < 16; i++) {
        slots[i] = 1 + i % 2U;
        targets[i] = {static_cast<sl_u16>(1 + i / 2 % 2), static_cast<sl_u16>(i % 5 == 4 ? 0 : 1 + i / 2 % 2),
                      static_cast<sl_u16>(i % 7 == 6 ? SL_NO_RANK : i % 5), 0};
    }
    credit += 1;
    control.insert_gap = choice & 0x40 ? 20'000'000 : 0;
    for (sl_u16 i = 0; i < 4; i++) {
        costs[i] = {costs[i].sent,
                    i == 3 ? SL_NO_COST : 100U * i,
                    choice,
                    0,
                    choice * 1000U,
                    10,
                    static_cast<sl_u16>(i == 2 ? 1 : 0),
                    0};
    }
}

void check_outcome(const sl_port& port, sl_u32 length, const sl_outcome& outcome, const sl_trace& trace) {
    const bool is_loss = trace.reason >= SL_R_no_path && trace.reason <= SL_R_border_unreadable;
    const bool is_steered = trace.reason == SL_R_steered;
    const bool is_told = (trace.marks & SL_TRACE_ANSWERED) != 0;
    const bool is_answer = is_told || trace.reason == SL_R_too_big_answered;
    const bool is_bare = trace.reason == SL_R_decapsulated;
    const bool goes_on = trace.reason == SL_R_sid_forwarded;
    if ((is_steered || is_answer || is_bare || goes_on) != (outcome.verdict == SL_REDIRECT) ||
        (is_loss && !is_answer) != (outcome.verdict == SL_DROP)) {
        std::abort();
    }
    if (is_answer && port.end - port.start > 22U + 1280U) {
        std::abort();
    }
    if (is_bare) {
        // The outer header is gone, and what is left holds the whole packet.
        const auto left = port.end - port.start;
        if (left + SL_OUTER_LEAST > length || 14U + trace.bytes > left + port.beyond) {
            std::abort();
        }
        return;
    }
    // One or two tags are gone from a steered frame. One that is too big may have been cut.
    const auto grown = port.end - port.start - length;
    const auto outer = static_cast<sl_u32>(trace.site == 2 ? SL_OUTER_MOST : SL_OUTER_LEAST);
    const bool is_cut = is_answer || trace.reason == SL_R_too_big || trace.reason == SL_R_sid_no_segment ||
                        trace.reason == SL_R_sid_payload || trace.reason == SL_R_sid_routing_header;
    if (is_steered ? grown != outer && grown != outer - 4 && grown != outer - 8 : grown != 0 && !is_cut) {
        std::abort();
    }
    // The outer length must tell the truth: nothing beyond the frame is announced.
    if (is_steered && 14U + 40U + (port.room[port.start + 18] << 8 | port.room[port.start + 19]) >
                          port.end - port.start + port.beyond) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static sl_u64 now = 1'000'000'000;
    if (size < 1 || size > 4096) {
        return 0;
    }
    const auto length = static_cast<sl_u32>(size - 1);
    auto* room = static_cast<sl_u8*>(std::malloc(kHeadroom + length));
    std::memcpy(room + kHeadroom, bytes + 1, length);
    set_tables(bytes[0]);
    control.sample_limit = bytes[0] & 0x20 ? 0xffffffff : 0;
    now += bytes[0] & 0x80 ? 200'000'000 : 1'000'000;
    // Half of the frames come without room for an outer header.
    sl_port port{room, bytes[0] & 0x40 ? kHeadroom : 0, kHeadroom + length, now,
                 bytes[0] & 0x80 ? 2000U : 0U};
    if (port.start == 0) {
        std::memmove(room, room + kHeadroom, length);
        port.end = length;
        room = port.room = static_cast<sl_u8*>(std::realloc(room, length ? length : 1));
    }
    sl_trace trace{};
    const auto outcome = sl_process(&port, static_cast<sl_role>(bytes[0] % 3), &trace);
    check_outcome(port, length, outcome, trace);
    std::free(room);
    return 0;
}
