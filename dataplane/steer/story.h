// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// What one packet asked of the tables and was answered, step by step, for `explain` (explain.h). Written by
// the program while it runs, read by user space afterwards.
#ifndef SL_STORY_H
#define SL_STORY_H

#include "wire.h"

// Bits of sl_trace.marks.
enum {
    SL_TRACE_NEW = 1,     // a start that nobody remembered
    SL_TRACE_ANSWERED = 2 // what leaves is an ICMP error for the packet's source
};

// What was learnt about the packet on the way, zero before; `explain` and the tests read it.
struct sl_trace {
    sl_u16 service;
    sl_u16 site;
    sl_u16 bytes;
    sl_u8 marks;
    sl_u8 reason; // enum sl_reason
    sl_u32 path;
    sl_u32 interface;
};

// a, b, c of each kind. "found" = 1 or 0; words are those of the tables.
enum sl_step_kind {
    SL_STEP_TENANT,   // interface; outer VLAN, inner VLAN << 16; tenant + 1 or 0
    SL_STEP_SERVICE,  // port, protocol << 16, tenant << 24; found, flags << 8, id << 16; slots
    SL_STEP_WIDE,     // length of the prefix; rules of it; -
    SL_STEP_RULE,     // index; protocol, dscp << 8, vlan << 16, id << 32; first port, last port << 16
    SL_STEP_ACCESS,   // service; found; is_allowed
    SL_STEP_SID,      // found; -; -
    SL_STEP_BUCKET,   // index; until; depth
    SL_STEP_SERVER,   // server id; site or 0; -
    SL_STEP_FRAGMENT, // index; place; -
    SL_STEP_SITE,     // id; found; state, usable paths << 8
    SL_STEP_SLOT,     // index; word; -
    SL_STEP_TARGET,   // index; next; effective
    SL_STEP_COST,     // row; microseconds of one more flow, with those sent since left out; gap
    SL_STEP_START,    // index; word; -
    SL_STEP_ENTRY,    // found; word; -
    SL_STEP_RECORD,   // site; -; -
    SL_STEP_FORGET,   // -; -; -
    SL_STEP_SWAP,     // expected; desired; -
    SL_STEP_COUNT,    // reason; -; -
    SL_STEP_NEW_FLOW  // site; -; -
};

struct sl_step {
    sl_u64 kind; // enum sl_step_kind
    sl_u64 a;
    sl_u64 b;
    sl_u64 c;
};
SL_ASSERT_SIZE(struct sl_step, 32);

enum { SL_STEPS = 96 };

struct sl_story {
    // In.
    sl_u32 interface; // that the packet comes in by
    // Out.
    sl_u32 verdict;       // enum sl_verdict
    sl_u32 out_interface; // for a redirect
    struct sl_trace trace;
    sl_u32 count; // steps; more than SL_STEPS = the rest was not written down
    sl_u64 now;   // ns
    struct sl_step steps[SL_STEPS];
    // Copies of live rows, so that the packet changes none.
    struct sl_exception entry;
    struct sl_fragment fragment;
    struct sl_bucket bucket;
    sl_u64 start_line;
    sl_u64 answer_budget;
    sl_u64 insert_budget;
};

#endif
