// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The same core at the clsact hook, for interfaces and kernels that refuse the XDP programs. The kernel has
// taken the outer tag off and holds it beside the packet. A priority tag (VLAN 0, IEEE 802.1Q) means nothing
// and is gone with the rest of the link that it came from; other tagged packets are left to the kernel,
// clients' when they have passed the border: the programs belong on the VLAN's own interface then.
#define SL_TC
#include "port_bpf.h"

#include "dataplane/steer/steer.h"

enum { ACT_OK = 0, ACT_SHOT = 2 }; // linux/pkt_cls.h
enum { SL_HEADERS_AT_HAND = 192 }; // Ethernet, tags, IPv6 with some extension headers, TCP with options

SL_INLINE int has_tag_beside(const struct __sk_buff* context) {
    return context->vlan_present && (context->vlan_tci & 0x0fff) != 0;
}

SL_INLINE int is_of_a_vlan(const struct __sk_buff* context) {
    const __u32 type = context->protocol; // behind the tag that was taken off
    return has_tag_beside(context) || type == __builtin_bswap16(0x8100) || type == __builtin_bswap16(0x88a8);
}

SL_INLINE int run(struct __sk_buff* context, enum sl_role role) {
    struct sl_trace trace = {0, 0, 0, 0, 0, 0, 0};
    if (role == SL_ROLE_CORE && has_tag_beside(context)) {
        // Its bytes look untagged: decapsulated, it would leave with the core's tag.
        sl_port_count(context, SL_R_other_protocol);
        return ACT_OK;
    }
    sl_port_pull(context, SL_HEADERS_AT_HAND);
    const struct sl_outcome outcome =
        sl_process(context, role == SL_ROLE_EXTERNAL && is_of_a_vlan(context) ? SL_ROLE_SITE : role, &trace);
    const int is_sent = trace.reason == SL_R_steered || trace.reason == SL_R_decapsulated;
    if (is_sent && context->vlan_present) {
        bpf_skb_vlan_pop(context);
    }
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
