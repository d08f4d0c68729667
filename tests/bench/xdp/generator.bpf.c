// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Traffic from nowhere and its end. `generate` runs in BPF_PROG_TEST_RUN with live frames: it writes the
// packet, with the next flow, and sends it out of an interface. The sinks count what arrives and drop it, at
// XDP or at tc.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

enum { kTemplateWords = 12, kEtherType = 12, kSource = 34, kSourcePort = 54 };
enum { kShot = 2 }; // TC_ACT_SHOT

__u64 generator_frame[kTemplateWords];
__u32 generator_interface;
__u32 generator_mask; // flows - 1
__u32 generator_turn;

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} generator_seen SEC(".maps");

SEC("xdp")
int generate(struct xdp_md* context) {
    __u64* words = (void*)(long)context->data;
    __u8* frame = (__u8*)words;
    if ((void*)(words + kTemplateWords) > (void*)(long)context->data_end) {
        return XDP_DROP;
    }
    for (int i = 0; i < kTemplateWords; i++) {
        words[i] = generator_frame[i];
    }
    const __u32 flow = (generator_turn++ * 2654435761u >> 7) & generator_mask;
    *(__u32*)(frame + kSource) = flow;
    *(__u16*)(frame + kSourcePort) = (__u16)(1024 + (flow & 0x7fff));
    return (int)bpf_redirect(generator_interface, 0);
}

static __always_inline void see(void) {
    const __u32 only = 0;
    __u64* seen = bpf_map_lookup_elem(&generator_seen, &only);
    if (seen) {
        *seen += 1;
    }
}

// Router advertisements and the like are not counted: they are no packets of an outer header's size.
SEC("xdp.frags")
int sink_xdp(struct xdp_md* context) {
    const __u8* frame = (void*)(long)context->data;
    if (frame + 48 > (__u8*)(long)context->data_end || frame[38] != 0xfc) {
        return XDP_PASS;
    }
    see();
    return XDP_DROP;
}

SEC("tc")
int sink_tc(struct __sk_buff* context) {
    const __u8* frame = (void*)(long)context->data;
    if (frame + 48 > (__u8*)(long)context->data_end || frame[38] != 0xfc) {
        return 0;
    }
    see();
    return kShot;
}

char generator_license[] SEC("license") = "Dual BSD/GPL";
