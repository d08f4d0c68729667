// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The same core at the clsact hook, for interfaces and kernels that refuse the XDP programs. Packets whose
// VLAN tag the kernel holds beside them are left to it: the programs belong on the VLAN's own interface then.
#define SL_TC
#include "port_bpf.h"

#include "dataplane/steer/steer.h"

enum { ACT_OK = 0, ACT_SHOT = 2 }; // linux/pkt_cls.h
enum { SL_HEADERS_AT_HAND = 192 }; // Ethernet, tags, IPv6 with some extension headers, TCP with options

SL_INLINE int run(struct __sk_buff* context, enum sl_role role) {
    struct sl_trace trace = {0, 0, 0, 0, 0, 0, 0};
    if (context->vlan_present) {
        return ACT_OK;
    }
    sl_port_pull(context, SL_HEADERS_AT_HAND);
    const struct sl_outcome outcome = sl_process(context, role, &trace);
    if (outcome.verdict == SL_REDIRECT) {
        return (int)bpf_redirect(outcome.interface, 0);
    }
    return outcome.verdict == SL_DROP ? ACT_SHOT : ACT_OK;
}

SEC("tc")
int suanlu_external(struct __sk_buff* context) {
    return run(context, SL_ROLE_EXTERNAL);
}

SEC("tc")
int suanlu_site(struct __sk_buff* context) {
    return run(context, SL_ROLE_SITE);
}

SEC("tc")
int suanlu_core(struct __sk_buff* context) {
    return run(context, SL_ROLE_CORE);
}

char sl_license[] SEC("license") = "Dual BSD/GPL";
