// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The peer fib-forward: the least that forwards IPv6 in XDP. Parse, bpf_fib_lookup, hop limit, MAC addresses,
// redirect; no service, no affinity, no encapsulation, no counters.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u32);
} forward_interfaces SEC(".maps");

enum { kIpv6Family = 10 }; // AF_INET6

SEC("xdp.frags")
int fib_forward(struct xdp_md* context) {
    void* end = (void*)(long)context->data_end;
    struct ethhdr* ethernet = (void*)(long)context->data;
    struct ipv6hdr* ip = (void*)(ethernet + 1);
    if ((void*)(ip + 1) > end || ethernet->h_proto != bpf_htons(ETH_P_IPV6) || ip->hop_limit <= 1) {
        return XDP_PASS;
    }
    struct bpf_fib_lookup route = {};
    route.family = kIpv6Family;
    route.flowinfo = *(__be32*)ip & bpf_htonl(0x0fffffff);
    route.l4_protocol = ip->nexthdr;
    route.tot_len = bpf_ntohs(ip->payload_len);
    __builtin_memcpy(route.ipv6_src, &ip->saddr, sizeof route.ipv6_src);
    __builtin_memcpy(route.ipv6_dst, &ip->daddr, sizeof route.ipv6_dst);
    route.ifindex = context->ingress_ifindex;
    if (bpf_fib_lookup(context, &route, sizeof route, 0) != BPF_FIB_LKUP_RET_SUCCESS) {
        return XDP_PASS;
    }
    ip->hop_limit--;
    __builtin_memcpy(ethernet->h_dest, route.dmac, ETH_ALEN);
    __builtin_memcpy(ethernet->h_source, route.smac, ETH_ALEN);
    return (int)bpf_redirect_map(&forward_interfaces, route.ifindex, XDP_DROP);
}

char forwarder_license[] SEC("license") = "Dual BSD/GPL";
