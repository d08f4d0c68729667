// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The XDP programs: one per role of an interface, all the same core. "frags" because a core with jumbo frames
// has an MTU above the 3506 bytes that plain XDP takes on veth.
#include "port_bpf.h"

#include "dataplane/steer/steer.h"

SL_INLINE int run(struct xdp_md* context, enum sl_role role) {
    struct sl_trace trace = {0, 0, 0, 0, 0, 0, 0};
    const struct sl_outcome outcome = sl_process(context, role, &trace);
    if (outcome.verdict == SL_REDIRECT) {
        const int is_egress = role == SL_ROLE_CORE; // a table's links are not all known beforehand
        const long action =
            bpf_redirect_map(&sl_interfaces, outcome.interface, is_egress ? XDP_PASS : XDP_DROP);
        return (int)(is_egress && action != XDP_REDIRECT ? bpf_redirect(outcome.interface, 0) : action);
    }
    return outcome.verdict == SL_DROP ? XDP_DROP : XDP_PASS;
}

SEC("xdp.frags")
int suanlu_external(struct xdp_md* context) {
    return run(context, SL_ROLE_EXTERNAL);
}

SEC("xdp.frags")
int suanlu_site(struct xdp_md* context) {
    return run(context, SL_ROLE_SITE);
}

SEC("xdp.frags")
int suanlu_core(struct xdp_md* context) {
    return run(context, SL_ROLE_CORE);
}

char sl_license[] SEC("license") = "Dual BSD/GPL";
