// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Answers a packet that is too big for its path, as the router that it is (RFC 8201, RFC 1191): ICMPv6
// "packet too big" or ICMPv4 "fragmentation needed" with the size that fits (icmp_answer.h).
//
// The source is the service's address: an ingress need not have one that the client's network would accept,
// and the client has a route to this one. IPv4 packets that allow fragmentation are answered as well, since
// nothing here fragments and silence would be a black hole.
#ifndef SL_TOO_BIG_H
#define SL_TOO_BIG_H

#include "icmp_answer.h"

// Quoted bytes in blocks of 11 words: 14 blocks with IPv6, 6 make 556 bytes with IPv4 and ICMP (RFC 1812
// section 4.3.2.3 says 576 at most).
enum { SL_QUOTE_BLOCK = 88, SL_QUOTE6_BLOCKS = 14, SL_QUOTE4_BLOCKS = 6, SL_QUOTE4 = 528 };

// No answers to nobody: multicast, unspecified, loopback (RFC 4443 section 2.4 e, RFC 1812 section 4.3.2.7).
SL_INLINE int sl_may_be_answered(const struct sl_flow* flow) {
    const sl_u8* source = flow->source.b;
    if (flow->version == 4) {
        return source[12] != 0 && source[12] != 127 && source[12] < 224;
    }
    return source[0] != 0 && source[0] != 0xff;
}

// Adds a block of words in memory order. 0 or -1 when it is not there.
SL_INLINE int sl_add_block(const sl_u8* at, const sl_u8* end, sl_u64* sum) {
    if (at + SL_QUOTE_BLOCK > end) {
        return -1;
    }
    for (int i = 0; i < SL_QUOTE_BLOCK; i += 8) {
        sl_add_eight(at + i, sum);
    }
    return 0;
}

SL_INLINE void sl_write_too_big4(sl_u8* ip, const struct sl_flow* flow, sl_u16 fits, sl_u64 sum) {
    sl_u8* icmp = ip + SL_IPV4;
    sl_u64 header = 0;
    sl_store_be16(ip, 0x45c0); // precedence of routing and errors, RFC 1812 section 4.3.2.5
    sl_store_be16(ip + 2, (sl_u32)SL_IPV4 + SL_ICMP + SL_QUOTE4);
    sl_store_be16(ip + 4, 0);
    sl_store_be16(ip + 6, 0x4000);
    ip[8] = 64;
    ip[9] = SL_PROTOCOL_ICMP;
    sl_store_be16(ip + 10, 0);
    sl_copy4(ip + 12, flow->destination.b + 12);
    sl_copy4(ip + 16, flow->source.b + 12);
    sl_add_words(ip, SL_IPV4, &header);
    const sl_u16 header_check = sl_fold(header);
    sl_copy2(ip + 10, &header_check);
    sl_store_be16(icmp, 0x0304); // unreachable, fragmentation needed
    sl_store_be16(icmp + 2, 0);
    sl_store_be16(icmp + 4, 0);
    sl_store_be16(icmp + 6, fits);
    sl_add_words(icmp, SL_ICMP, &sum);
    const sl_u16 check = sl_fold(sum);
    sl_copy2(icmp + 2, &check);
}

// Sum of what will be quoted. 0 or -1 when the packet has fewer bytes at hand.
SL_INLINE int sl_sum_quote(struct sl_pkt pkt, const struct sl_flow* flow, sl_u64* sum) {
    const sl_u32 blocks = flow->version == 6 ? SL_QUOTE6_BLOCKS : SL_QUOTE4_BLOCKS;
    if (flow->l3 > 22) {
        return -1;
    }
    const sl_u8* ip = pkt.cur + flow->l3;
    for (sl_u32 i = 0; i < SL_QUOTE6_BLOCKS; i++) {
        if (i < blocks && sl_add_block(ip + i * SL_QUOTE_BLOCK, pkt.end, sum) != 0) {
            return -1;
        }
    }
    return 0;
}

// Turns the packet into the answer. 0, or -1 with the packet as it was or cut: it is dropped then.
SL_SUBPROGRAM int sl_answer_too_big(struct sl_port* port, const struct sl_flow* flow, sl_u16 fits) {
    sl_u64 sum = 0;
    if (!flow) {
        return -1;
    }
    const sl_u32 quote = flow->version == 6 ? (sl_u32)SL_QUOTE6 : (sl_u32)SL_QUOTE4;
    const sl_u32 head = (sl_u32)(flow->version == 6 ? SL_IPV6 : SL_IPV4) + SL_ICMP;
    if (!sl_may_be_answered(flow) || sl_port_pull(port, flow->l3 + quote) != 0 ||
        sl_sum_quote(sl_port_packet(port), flow, &sum) != 0 || sl_spend_answer(port) != 0) {
        return -1;
    }
    sl_u8* ip = sl_make_answer(port, flow->l3, quote, head);
    if (!ip) {
        return -1;
    }
    if (flow->version == 6) {
        const struct sl_error6 error = {0x0200, fits, SL_QUOTE6, sum}; // packet too big, code 0
        sl_write_error6(ip, flow->destination.b, flow->source.b, &error);
    } else {
        sl_write_too_big4(ip, flow, fits, sum);
    }
    return 0;
}

#endif
