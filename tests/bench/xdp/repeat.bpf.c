// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// What stands in front of a program that BPF_PROG_TEST_RUN repeats: the packet of the last round comes back
// encapsulated, with one hop less and the flow of that round. `again` undoes it, picks the next flow and goes
// on in the program under test; `alone` does the same work without going on, and its cost is subtracted.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u32);
} repeat_next SEC(".maps");

enum { kTested = 0, kNothing = 1 };
enum { kEtherType = 12, kHopLimit = 21, kSource = 34, kSourcePort = 54, kLeast = 62 };

__u32 repeat_length;      // of the frame before it is encapsulated
__u32 repeat_outer;       // bytes that the tested program puts in front; 0 = none
__u32 repeat_mask;        // flows - 1
__u32 repeat_is_counting; // every flow once, in order, and never again: each packet starts one
__u32 repeat_turn;

// Uniform over the flows, other bits than those that our own hash takes.
static __always_inline __u32 flow_of(__u32 turn) {
    __u32 h = turn;
    h ^= h >> 16;
    h *= 0x7feb352d;
    h ^= h >> 15;
    h *= 0x846ca68b;
    h ^= h >> 16;
    return h & repeat_mask;
}

static __always_inline int next_flow(struct xdp_md* context) {
    __u8* frame = (void*)(long)context->data;
    if (frame + kLeast > (__u8*)(long)context->data_end) {
        return -1;
    }
    const __u32 turn = repeat_turn++;
    const __u32 flow = repeat_is_counting ? turn : flow_of(turn);
    *(__u16*)(frame + kEtherType) = 0xdd86;
    frame[kHopLimit] = 64;
    *(__u32*)(frame + kSource) = flow;
    *(__u16*)(frame + kSourcePort) = (__u16)(1024 + (flow & 0x7fff));
    return 0;
}

SEC("xdp.frags")
int again(struct xdp_md* context) {
    if ((__u32)(context->data_end - context->data) > repeat_length &&
        bpf_xdp_adjust_head(context, (int)repeat_outer) != 0) {
        return XDP_ABORTED;
    }
    if (next_flow(context) != 0) {
        return XDP_ABORTED;
    }
    bpf_tail_call(context, &repeat_next, kTested);
    return XDP_ABORTED;
}

// One move of the packet's begin per round, forth and back in turn.
SEC("xdp.frags")
int alone(struct xdp_md* context) {
    if (repeat_outer != 0) {
        const int is_grown = (__u32)(context->data_end - context->data) > repeat_length;
        if (bpf_xdp_adjust_head(context, is_grown ? (int)repeat_outer : -(int)repeat_outer) != 0) {
            return XDP_ABORTED;
        }
    }
    if (next_flow(context) != 0) {
        return XDP_ABORTED;
    }
    bpf_tail_call(context, &repeat_next, kNothing);
    return XDP_ABORTED;
}

SEC("xdp.frags")
int nothing(struct xdp_md* context) {
    (void)context;
    return XDP_REDIRECT;
}

char repeat_license[] SEC("license") = "Dual BSD/GPL";
