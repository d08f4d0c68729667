// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Part of front.bpf.c: the frame around a DNS message, IPv4 without options or IPv6 without extension
// headers, and the way back. Checksums are made anew: those of a packet that came by a virtual link may be
// unfinished.
#ifndef SD_FRONT_FRAME_H
#define SD_FRONT_FRAME_H

enum { SD_HOP_LIMIT = 64, SD_OPT_MOST = 36 };

struct sd_frame {
    __u8 source[16]; // IPv4 mapped
    __u32 size;      // of the DNS message
    __u32 is_v4;
};

// Folded sum of whole words; bpf_csum_diff adds them as they lie in memory.
static __always_inline __u32 sd_csum(void* words, __u32 size) {
    return bpf_ntohs((__u16)sd_fold((__u64)bpf_csum_diff(0, 0, words, size, 0)));
}

static __always_inline int sd_read_udp(const struct udphdr* udp, const __u8* destination, __u32 payload,
                                       struct sd_frame* frame) {
    struct sd_endpoint endpoint = {{0}, udp->dest, 0};
    __builtin_memcpy(endpoint.address, destination, 16);
    const __u32 size = bpf_ntohs(udp->len);
    if (udp->source == 0 || size < sizeof *udp || size > payload ||
        !bpf_map_lookup_elem(&sd_endpoints, &endpoint)) {
        return -1;
    }
    frame->size = size - sizeof *udp;
    return 0;
}

static __always_inline int sd_read_v4(struct iphdr* ip, void* end, struct sd_frame* frame) {
    struct udphdr* udp = (void*)(ip + 1);
    __u8 destination[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if ((void*)(udp + 1) > end || ip->version != 4 || ip->ihl != 5 || ip->protocol != IPPROTO_UDP ||
        (ip->frag_off & bpf_htons(0x3fff)) != 0 || bpf_ntohs(ip->tot_len) < sizeof *ip) {
        return -1;
    }
    __builtin_memcpy(destination + 12, &ip->daddr, 4);
    frame->source[10] = frame->source[11] = 0xff;
    __builtin_memcpy(frame->source + 12, &ip->saddr, 4);
    frame->is_v4 = 1;
    return sd_read_udp(udp, destination, bpf_ntohs(ip->tot_len) - sizeof *ip, frame);
}

static __always_inline int sd_read_v6(struct ipv6hdr* ip, void* end, struct sd_frame* frame) {
    struct udphdr* udp = (void*)(ip + 1);
    if ((void*)(udp + 1) > end || ip->version != 6 || ip->nexthdr != IPPROTO_UDP) {
        return -1;
    }
    __builtin_memcpy(frame->source, &ip->saddr, 16);
    return sd_read_udp(udp, (const __u8*)&ip->daddr, bpf_ntohs(ip->payload_len), frame);
}

// 0 when the frame carries a UDP packet for an address that is listened at.
static __always_inline int sd_read_frame(struct xdp_md* context, struct sd_frame* frame,
                                         struct sd_query* query) {
    struct ethhdr* ethernet = (void*)(long)context->data;
    void* end = (void*)(long)context->data_end;
    if ((void*)(ethernet + 1) > end) {
        return -1;
    }
    const __u32 is_v4 = ethernet->h_proto == bpf_htons(ETH_P_IP);
    if (!is_v4 && ethernet->h_proto != bpf_htons(ETH_P_IPV6)) {
        return -1;
    }
    const int unread =
        is_v4 ? sd_read_v4((void*)(ethernet + 1), end, frame) : sd_read_v6((void*)(ethernet + 1), end, frame);
    query->message =
        sizeof *ethernet + (is_v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)) + sizeof(struct udphdr);
    query->limit = SD_UDP_LEAST;
    __builtin_memcpy(query->client, frame->source, 16);
    return unread;
}

// OPT of the answer, at `place` of the message: its sum, or -1. `size` = of the whole record.
static __always_inline __s64 sd_write_opt(struct xdp_md* context, const struct sd_query* query, __u32 place,
                                          __u32 size, __u32 from, __u8 scope) {
    __u8 opt[SD_OPT_MOST] = {0, 0, SD_TYPE_OPT, SD_UDP_MOST >> 8, SD_UDP_MOST & 0xff, 0, 0, 0, 0, 0, 0};
    opt[7] = query->question.is_dnssec_ok ? 0x80 : 0;
    opt[10] = (__u8)query->subnet;
    if (query->subnet != 0) {
        // Family, bits and address are those of the query.
        if (query->subnet > SD_SUBNET_MOST ||
            bpf_xdp_load_bytes(context, query->message + from + SD_OPT, opt + SD_OPT, query->subnet) < 0) {
            return -1;
        }
        opt[SD_OPT + 7] = scope;
    }
    if (size < SD_OPT || size > SD_OPT_MOST - 1 ||
        bpf_xdp_store_bytes(context, query->message + place, opt, size) < 0) {
        return -1;
    }
    return sd_at(place, sd_csum(opt, sizeof opt));
}

static __always_inline void sd_turn_ethernet(struct ethhdr* ethernet) {
    __u8 client[ETH_ALEN];
    __builtin_memcpy(client, ethernet->h_source, ETH_ALEN);
    __builtin_memcpy(ethernet->h_source, ethernet->h_dest, ETH_ALEN);
    __builtin_memcpy(ethernet->h_dest, client, ETH_ALEN);
}

// Addresses and lengths of the way back; gives the part of the UDP checksum that is theirs.
static __always_inline __u32 sd_turn_v4(struct iphdr* ip, __u32 udp_size) {
    const __be32 client = ip->saddr;
    ip->saddr = ip->daddr;
    ip->daddr = client;
    ip->tos = 0;
    ip->tot_len = bpf_htons((__u16)(udp_size + sizeof *ip));
    ip->id = 0;
    ip->frag_off = 0;
    ip->ttl = SD_HOP_LIMIT;
    ip->check = 0;
    ip->check = bpf_htons((__u16)~sd_csum(ip, sizeof *ip));
    return sd_csum(&ip->saddr, 8);
}

static __always_inline __u32 sd_turn_v6(struct ipv6hdr* ip, __u32 udp_size) {
    const struct in6_addr client = ip->saddr;
    ip->saddr = ip->daddr;
    ip->daddr = client;
    *(__be32*)ip = bpf_htonl(0x60000000);
    ip->payload_len = bpf_htons((__u16)udp_size);
    ip->hop_limit = SD_HOP_LIMIT;
    return sd_csum(&ip->saddr, 32);
}

// All headers of the answer; `sum` = of what lies behind the DNS header. 0, or -1 when the frame is too
// short.
static __always_inline int sd_write_headers(struct xdp_md* context, const struct sd_frame* frame,
                                            const struct sd_query* query, const struct sd_answer* answer,
                                            __u32 size, __u64 sum) {
    struct ethhdr* ethernet = (void*)(long)context->data;
    void* end = (void*)(long)context->data_end;
    const __u32 udp_size = size + sizeof(struct udphdr);
    struct udphdr* udp =
        (void*)(ethernet + 1) + (frame->is_v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
    __u8* message = (void*)(udp + 1);
    if ((void*)(ethernet + 1) > end || message + SD_HEADER > (__u8*)end) {
        return -1;
    }
    sum += sd_write_header(message, query, answer);
    sum += (__u32)message[0] << 8 | message[1];
    sd_turn_ethernet(ethernet);
    const __be16 port = udp->source;
    udp->source = udp->dest;
    udp->dest = port;
    udp->len = bpf_htons((__u16)udp_size);
    udp->check = 0;
    const __u32 addresses = frame->is_v4 ? sd_turn_v4((void*)(ethernet + 1), udp_size)
                                         : sd_turn_v6((void*)(ethernet + 1), udp_size);
    sum += addresses;
    sum += (__u32)bpf_ntohs(udp->source) + bpf_ntohs(udp->dest) + 2 * udp_size + IPPROTO_UDP;
    const __u16 check = (__u16)~sd_fold(sum);
    udp->check = bpf_htons(check == 0 ? 0xffff : check); // zero means that there is none (RFC 768)
    return 0;
}

// Makes the answer out of the query's frame. 0, or -1 and the frame is as it was but for its length.
static __always_inline int sd_send(struct xdp_md* context, const struct sd_frame* frame,
                                   const struct sd_query* query, const struct sd_answer* answer, __u32 size,
                                   __u8 scope) {
    const __u32 records = SD_HEADER + query->name + 4;
    const __u32 place = records + answer->size;
    const __u32 length = (__u32)bpf_xdp_get_buff_len(context);
    __u64 sum = query->name_sum;
    // Type and class IN behind the name.
    sum += sd_at(query->name, bpf_ntohs(query->question.type_be)) + sd_at(query->name, 1);
    sum += sd_at(records, answer->sum);
    if (bpf_xdp_adjust_tail(context, (int)(query->message + size) - (int)length) != 0) {
        return -1;
    }
    if (query->has_edns) {
        // Before the records are written over the option that it reads.
        const __s64 opt = sd_write_opt(context, query, place, size - place, records, scope);
        if (opt < 0) {
            return -1;
        }
        sum += (__u64)opt;
    }
    const __u32 octets = answer->size;
    if (octets == 0 || octets > SD_OCTETS ||
        bpf_xdp_store_bytes(context, query->message + records, (void*)answer->octets, octets) < 0) {
        return -1;
    }
    return sd_write_headers(context, frame, query, answer, size, sum);
}

#endif
