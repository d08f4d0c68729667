// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The programs behind `explain`: those of steer.bpf.c over the same maps, dry. Run by BPF_PROG_TEST_RUN,
// never attached.
#include "dataplane/steer/explain_ports.h"

#include "port_bpf.h"

#include "dataplane/steer/story.h"

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct sl_story);
} sl_story_map SEC(".maps");

SL_INLINE struct sl_story* sl_port_story(struct sl_port* port) {
    const __u32 only = 0;
    (void)port;
    return bpf_map_lookup_elem(&sl_story_map, &only);
}

#include "dataplane/steer/explain.h"

SEC("xdp.frags")
int suanlu_explain_external(struct xdp_md* context) {
    return sl_explain(context, SL_ROLE_EXTERNAL) == 0 ? XDP_PASS : XDP_ABORTED;
}

SEC("xdp.frags")
int suanlu_explain_site(struct xdp_md* context) {
    return sl_explain(context, SL_ROLE_SITE) == 0 ? XDP_PASS : XDP_ABORTED;
}

SEC("xdp.frags")
int suanlu_explain_core(struct xdp_md* context) {
    return sl_explain(context, SL_ROLE_CORE) == 0 ? XDP_PASS : XDP_ABORTED;
}

char sl_license[] SEC("license") = "Dual BSD/GPL";
