// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The XDP front of suanlu-dns: answers plain UDP queries from maps and sends them back by the interface they
// came in by (XDP_TX); everything else goes on to the sockets. What is sent is, octet for octet, what the
// sockets would have said (dns/answer/respond.cpp).
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "front.h"

#define SD_MAP(map, map_type, key_type, value_type, entries, map_flag)                                       \
    struct {                                                                                                 \
        __uint(type, map_type);                                                                              \
        __type(key, key_type);                                                                               \
        __type(value, value_type);                                                                           \
        __uint(max_entries, entries);                                                                        \
        __uint(map_flags, map_flag);                                                                         \
    } map SEC(".maps")

SD_MAP(sd_endpoints, BPF_MAP_TYPE_HASH, struct sd_endpoint, __u8, 256, 0);
// Rows are not allocated before: an old one stays whole until no packet can read it (RCU).
SD_MAP(sd_questions, BPF_MAP_TYPE_HASH, struct sd_question, struct sd_place, SD_QUESTIONS, BPF_F_NO_PREALLOC);
SD_MAP(sd_classes, BPF_MAP_TYPE_LPM_TRIE, struct sd_class_key, struct sd_class, SD_CLASS_PREFIXES,
       BPF_F_NO_PREALLOC);
SD_MAP(sd_cells, BPF_MAP_TYPE_ARRAY, __u32, __u32, SD_CELLS, 0);
SD_MAP(sd_answers, BPF_MAP_TYPE_ARRAY, __u32, struct sd_answer, SD_ANSWERS, 0);
SD_MAP(sd_rates, BPF_MAP_TYPE_LRU_HASH, __u64, __u64, SD_RATE_PREFIXES, 0);
SD_MAP(sd_counts, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, __u64, SD_REASONS, 0);

// Between two answers to one client prefix; 0 = as many as it asks for. The loader says it.
const volatile __u64 sd_gap_ns = 0;
// One in so many of what could be answered goes to the sockets, where dnstap sees it; 0 = none.
const volatile __u32 sd_tap_one_in = 0;

enum { SD_HEADER = 12, SD_OPT = 11, SD_SUBNET_MOST = 24, SD_TYPE_OPT = 41, SD_OPTION_SUBNET = 8 };

// Where a query's parts lie, as offsets into the frame, and what it says.
struct sd_query {
    struct sd_question question;
    __u8 client[16];
    __u32 message;  // of the DNS header
    __u32 name;     // octets
    __u32 name_sum; // of the name as it came, as 16-bit words
    __u32 has_edns;
    __u32 limit;
    __u32 bits;   // of the client subnet
    __u32 subnet; // octets of the client subnet option, 0 = none
    __u8 flags2;
    __u8 flags3;
};

static __always_inline int sd_leave(enum sd_reason reason) {
    const __u32 key = reason;
    __u64* count = bpf_map_lookup_elem(&sd_counts, &key);
    if (count) {
        *count += 1;
    }
    return reason == SD_answered ? XDP_TX : XDP_PASS;
}

static __always_inline __u32 sd_fold(__u64 sum) {
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (__u32)(sum & 0xffff);
}

// The folded sum of octets that begin at an odd place.
static __always_inline __u32 sd_at(__u32 place, __u32 sum) {
    return place & 1 ? ((sum & 0xff) << 8) | (sum >> 8) : sum;
}

// The name, in lower case into the question. 0, or why not. A length octet is no letter: labels have at most
// 63 octets.
static __always_inline int sd_read_name(struct xdp_md* context, struct sd_query* query) {
    const __u8* data = (const __u8*)(long)context->data;
    const __u8* end = (const __u8*)(long)context->data_end;
    const __u8* at = data + (query->message & 127) + SD_HEADER; // the verifier has forgotten how far it is
    __u32 left = 0;
#pragma unroll
    for (__u32 i = 0; i < SD_NAME; i++) {
        if (at + i + 1 > end) {
            return SD_odd_query;
        }
        const __u8 octet = at[i];
        query->name_sum += i & 1 ? octet : (__u32)octet << 8;
        query->question.name[i] = octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
        if (left > 0) {
            left--;
        } else if (octet == 0) {
            query->name = i + 1;
            return 0;
        } else if (octet > 63) {
            return SD_odd_query;
        } else {
            left = octet;
        }
    }
    return SD_long_name;
}

static __always_inline int sd_is_mapped(const __u8* address) {
    __u64 words[2];
    __builtin_memcpy(words, address, sizeof words);
    return words[0] == 0 && (__u32)words[1] == bpf_htonl(0xffff);
}

// The client subnet option of `size` octets at `place`: strict as parse_query, what is odd goes to the
// sockets.
static __always_inline int sd_read_subnet(struct xdp_md* context, __u32 place, __u32 size,
                                          struct sd_query* query) {
    __u8 option[8];
    if (size < 9 || size > SD_SUBNET_MOST || bpf_xdp_load_bytes(context, place, option, sizeof option) < 0) {
        return SD_odd_query;
    }
    const __u32 octets = size - 8;
    const __u32 bits = option[6];
    const __u32 v4 = option[5] == 1;
    if (option[0] != 0 || option[1] != SD_OPTION_SUBNET || option[2] != 0 || option[3] != size - 4 ||
        option[4] != 0 || (option[5] != 1 && option[5] != 2) || option[7] != 0 || bits == 0 ||
        bits > (v4 ? 32 : 128) || octets != (bits + 7) / 8) {
        return SD_odd_query;
    }
    __u8 address[16] = {0};
    if (octets > 16 || bpf_xdp_load_bytes(context, place + 8, address, octets) < 0) {
        return SD_odd_query;
    }
    if ((bits & 7) != 0 && (address[(octets - 1) & 15] & (0xff >> (bits & 7))) != 0) {
        return SD_odd_query;
    }
    if (v4) {
        __builtin_memset(query->client, 0, 10);
        query->client[10] = query->client[11] = 0xff;
        __builtin_memcpy(query->client + 12, address, 4);
    } else if (sd_is_mapped(address)) {
        return SD_odd_query;
    } else {
        __builtin_memcpy(query->client, address, 16);
    }
    query->bits = bits;
    query->subnet = size;
    return 0;
}

// What follows the question: nothing, or an OPT of version 0 without options but a client subnet.
static __always_inline int sd_read_opt(struct xdp_md* context, __u32 place, __u32 rest,
                                       struct sd_query* query) {
    __u8 opt[SD_OPT];
    if (rest < SD_OPT || bpf_xdp_load_bytes(context, place, opt, sizeof opt) < 0) {
        return SD_odd_query;
    }
    const __u32 size = (__u32)opt[9] << 8 | opt[10];
    const __u32 udp = (__u32)opt[3] << 8 | opt[4];
    if (opt[0] != 0 || opt[1] != 0 || opt[2] != SD_TYPE_OPT || opt[6] != 0 || size != rest - SD_OPT) {
        return SD_odd_query;
    }
    query->has_edns = 1;
    query->question.is_dnssec_ok = opt[7] >> 7;
    query->limit = udp < SD_UDP_LEAST ? SD_UDP_LEAST : udp > SD_UDP_MOST ? SD_UDP_MOST : udp;
    return size == 0 ? 0 : sd_read_subnet(context, place + SD_OPT, size, query);
}

// 0, or why the sockets have to answer. `size` = of the DNS message.
static __always_inline int sd_read_query(struct xdp_md* context, __u32 size, struct sd_query* query) {
    __u8 head[SD_HEADER];
    __u8 tail[4];
    if (size < SD_HEADER + 5 || bpf_xdp_load_bytes(context, query->message, head, sizeof head) < 0) {
        return SD_odd_query;
    }
    if ((head[2] & 0xf8) != 0 || head[4] != 0 || head[5] != 1 ||
        (head[6] | head[7] | head[8] | head[9] | head[10]) != 0 || head[11] > 1) {
        return SD_odd_query;
    }
    query->flags2 = head[2];
    query->flags3 = head[3];
    const int unread = sd_read_name(context, query);
    if (unread != 0) {
        return unread;
    }
    const __u32 behind = SD_HEADER + query->name;
    if (bpf_xdp_load_bytes(context, query->message + behind, tail, sizeof tail) < 0 || tail[2] != 0 ||
        tail[3] != 1 || size < behind + 4) {
        return SD_odd_query;
    }
    __builtin_memcpy(&query->question.type_be, tail, 2);
    if (head[11] == 0) {
        return size == behind + 4 ? 0 : SD_odd_query;
    }
    return sd_read_opt(context, query->message + behind + 4, size - behind - 4, query);
}

// Generic cell rate of a client's /24 or /56. Two packets of one prefix at once may count as one.
static __always_inline int sd_is_over(const __u8* source, int is_v4) {
    if (sd_gap_ns == 0) {
        return 0;
    }
    __u64 prefix = 0;
    __builtin_memcpy(&prefix, is_v4 ? source + 8 : source, 7); // of IPv4: 0, 0, ff, ff, three octets
    const __u64 now = bpf_ktime_get_ns();
    __u64* until = bpf_map_lookup_elem(&sd_rates, &prefix);
    if (!until) {
        const __u64 next = now + sd_gap_ns;
        bpf_map_update_elem(&sd_rates, &prefix, &next, BPF_ANY);
        return 0;
    }
    if (*until > now + SD_RATE_BURST_NS) {
        return 1;
    }
    *until = (*until > now ? *until : now) + sd_gap_ns;
    return 0;
}

// The answer of the client's class; its scope for the client subnet option.
static __always_inline const struct sd_answer* sd_find_answer(const struct sd_query* query, __u8* scope) {
    const struct sd_place* place = bpf_map_lookup_elem(&sd_questions, &query->question);
    if (!place) {
        return 0;
    }
    __u32 cell = place->first;
    if (place->classes > 0) {
        struct sd_class_key key = {128, {0}};
        __builtin_memcpy(key.address, query->client, 16);
        const struct sd_class* found = bpf_map_lookup_elem(&sd_classes, &key);
        if (!found) {
            return 0;
        }
        cell += found->number < place->classes ? found->number : 0;
        *scope = (__u8)(found->scope < query->bits ? found->scope : query->bits);
    }
    const __u32* number = bpf_map_lookup_elem(&sd_cells, &cell);
    return number ? bpf_map_lookup_elem(&sd_answers, number) : 0;
}

// DNS header of the answer: the id stays. Its sum without the id.
static __always_inline __u32 sd_write_header(__u8* head, const struct sd_query* query,
                                             const struct sd_answer* answer) {
    const __u32 additional = (__u32)answer->additional + query->has_edns;
    head[2] = 0x80 | (query->flags2 & 0x01) | (answer->is_authoritative ? 0x04 : 0);
    head[3] = (query->flags3 & 0x10) | (answer->rcode & 0x0f);
    head[4] = 0;
    head[5] = 1;
    head[6] = answer->answers >> 8;
    head[7] = (__u8)answer->answers;
    head[8] = answer->authority >> 8;
    head[9] = (__u8)answer->authority;
    head[10] = (__u8)(additional >> 8);
    head[11] = (__u8)additional;
    return ((__u32)head[2] << 8 | head[3]) + 1 + answer->answers + answer->authority + additional;
}

#include "front_frame.h"

SEC("xdp")
int suanlu_dns_front(struct xdp_md* context) {
    struct sd_frame frame = {0};
    struct sd_query query = {0};
    __u8 scope = 0;
    if (sd_read_frame(context, &frame, &query) != 0) {
        return sd_leave(SD_other_traffic);
    }
    const int unread = sd_read_query(context, frame.size, &query);
    if (unread != 0) {
        return sd_leave(unread);
    }
    const struct sd_answer* answer = sd_find_answer(&query, &scope);
    if (!answer || answer->size == 0) {
        return sd_leave(SD_not_held);
    }
    const __u32 opt = query.has_edns ? SD_OPT + query.subnet : 0;
    const __u32 size = SD_HEADER + query.name + 4 + answer->size + opt;
    if (size > query.limit) {
        return sd_leave(SD_too_long);
    }
    if (sd_is_over(frame.source, frame.is_v4)) {
        return sd_leave(SD_rate_limited);
    }
    if (sd_tap_one_in != 0 && bpf_get_prandom_u32() % sd_tap_one_in == 0) {
        return sd_leave(SD_tapped);
    }
    return sd_leave(sd_send(context, &frame, &query, answer, size, scope) == 0 ? SD_answered : SD_no_room);
}

char sd_license[] SEC("license") = "Dual BSD/GPL";
