// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// How a packet becomes an ICMP error about itself, which goes back out of the interface that the packet came
// in by: what is too big (too_big.h), and what no SID of this router can be asked for (sid_fault.h). A
// thousand a second on each CPU, and as many at once (RFC 4443 section 2.4 f).
//
//   | Ethernet and tags as they came, addresses exchanged | IP 40 or 20 | ICMP 8 | begin of the packet |
#ifndef SL_ICMP_ANSWER_H
#define SL_ICMP_ANSWER_H

#include "parse_odd.h"
#include "spend.h"
#include "words.h"

// The most of a packet that an ICMPv6 error quotes: 1280 bytes with both headers (RFC 4443 section 2.4 c).
enum { SL_QUOTE6 = 1232 };
enum { SL_ANSWER_GAP_NS = 1000000, SL_ANSWER_BURST_NS = 1000000000 };
enum { SL_MOST_LINK = 22 }; // Ethernet and two tags

// 0 = this answer may go.
SL_INLINE int sl_spend_answer(struct sl_port* port) {
    return sl_spend(sl_port_answer_budget(port), sl_port_now(port), SL_ANSWER_GAP_NS, SL_ANSWER_BURST_NS);
}

// Carries are folded by sl_fold.
SL_INLINE void sl_add_eight(const sl_u8* at, sl_u64* sum) {
    sl_u64 word = 0;
    sl_copy8(&word, at);
    *sum += (word & 0xffffffff) + (word >> 32);
}

SL_INLINE void sl_add_words(const sl_u8* at, int bytes, sl_u64* sum) {
    for (int i = 0; i < bytes; i += 2) {
        sl_u16 word = 0;
        sl_copy2(&word, at + i);
        *sum += word;
    }
}

// RFC 1071, on values in memory order: to be stored as they are.
SL_INLINE sl_u16 sl_fold(sl_u64 sum) {
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (sl_u16)~sum;
}

// Ethernet header and tags from `from` to the front, addresses exchanged. Both have SL_MOST_LINK bytes.
SL_INLINE void sl_turn_ethernet(sl_u8* to, const sl_u8* from, sl_u32 length) {
    for (int i = 0; i < 6; i += 2) {
        sl_copy2(to + i, from + 6 + i);
        sl_copy2(to + 6 + i, from + i);
    }
    for (sl_u32 i = 12; i < SL_MOST_LINK; i += 2) {
        if (i < length) {
            sl_copy2(to + i, from + i);
        }
    }
}

// Leaves `quote` bytes of the IP packet at `l3` with room for `head` bytes in front of them: 40 at least in
// all. The link's header is turned; it is kept aside because a push need not carry it along (tc makes room
// behind it). Where the answer's IP header begins; null when it cannot be, with the packet as it was or cut.
SL_INLINE sl_u8* sl_make_answer(struct sl_port* port, sl_u32 l3, sl_u32 quote, sl_u32 head) {
    sl_u8 ethernet[24];
    struct sl_pkt pkt = sl_port_packet(port);
    if (pkt.cur + SL_MOST_LINK > pkt.end) {
        return 0;
    }
    __builtin_memcpy(ethernet, pkt.cur, SL_MOST_LINK);
    if (sl_port_cut(port, l3 + quote) != 0 || sl_port_push(port, head) != 0) {
        return 0;
    }
    pkt = sl_port_packet(port);
    sl_u8* ip = pkt.cur + (l3 & 31);
    if (pkt.cur + SL_MOST_LINK > pkt.end || ip + SL_IPV6 + SL_ICMP > pkt.end) {
        return 0;
    }
    sl_turn_ethernet(pkt.cur, ethernet, l3);
    return ip;
}

// What an ICMPv6 error says (RFC 4443 section 3).
struct sl_error6 {
    sl_u32 kind;  // type << 8 | code
    sl_u32 value; // MTU or pointer: below 2^16
    sl_u32 quote; // bytes behind its header
    sl_u64 sum;   // of these
};

// `ip` has room for the header and 8 bytes of ICMPv6, the addresses have 16 bytes.
SL_INLINE void sl_write_error6(sl_u8* ip, const sl_u8* from, const sl_u8* to, const struct sl_error6* error) {
    const sl_u32 length = (sl_u32)SL_ICMP + error->quote;
    sl_u8* icmp = ip + SL_IPV6;
    sl_u64 sum = error->sum;
    sl_u8 pseudo[4] = {(sl_u8)(length >> 8), (sl_u8)length, 0, SL_PROTOCOL_ICMP6};
    sl_store_be16(ip, 0x6000);
    sl_store_be16(ip + 2, 0);
    sl_store_be16(ip + 4, length);
    ip[6] = SL_PROTOCOL_ICMP6;
    ip[7] = 64;
    for (int i = 0; i < 16; i += 8) {
        sl_copy8(ip + 8 + i, from + i);
        sl_copy8(ip + 24 + i, to + i);
    }
    sl_store_be16(icmp, error->kind);
    sl_store_be16(icmp + 2, 0);
    sl_store_be16(icmp + 4, 0);
    sl_store_be16(icmp + 6, error->value);
    sl_add_words(ip + 8, 32 + SL_ICMP, &sum); // addresses, ICMP
    sl_add_words(pseudo, 4, &sum);
    const sl_u16 check = sl_fold(sum);
    sl_copy2(icmp + 2, &check);
}

#endif
