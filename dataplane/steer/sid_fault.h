// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Tells the source of a packet for a SID of this router what is wrong with it: ICMPv6 "parameter problem"
// with the place of the fault (RFC 4443 section 3.4, RFC 8754 section 4.3.1.1, RFC 8986 sections 4.1
// and 4.1.1). The kernel's seg6local drops such packets without a word. What else may stop a packet, its hop
// limit, its size or the want of a route, the kernel answers.
//
// The source is the SID: an address of this router, and the one that the packet was for (RFC 4443
// section 2.2).
#ifndef SL_SID_FAULT_H
#define SL_SID_FAULT_H

#include "icmp_answer.h"
#include "transit.h"

enum { SL_HEADER_FIELD = 0x0400, SL_UPPER_LAYER = 0x0404 }; // type 4; code 0, and 4 of RFC 8754

SL_INLINE int sl_is_sid_fault(int code) {
    return code == -SL_R_sid_routing_header || code == -SL_R_sid_payload || code == -SL_R_sid_no_segment;
}

// Never about an error (RFC 4443 section 2.4 e). `upper` = where the header of type `next` begins in the
// packet.
SL_INLINE int sl_may_be_error(struct sl_pkt pkt, sl_u8 next, sl_u32 upper, sl_u32 length) {
    enum { kLeastQuery = 128, kRedirect = 137 };
    const sl_u8* icmp = pkt.cur + SL_ETHERNET + (upper & SL_MOST_OFFSET);
    if (next != SL_PROTOCOL_ICMP6) {
        return 0;
    }
    return upper >= length || upper > SL_MOST_OFFSET || icmp + 1 > pkt.end || icmp[0] < kLeastQuery ||
           icmp[0] == kRedirect;
}

// What is wrong, and where. 0, or -1 when the source is not to be told.
SL_INLINE int sl_find_fault(struct sl_pkt pkt, int code, sl_u32 length, struct sl_error6* error) {
    enum { kType = SL_IPV6 + 2, kLeft = SL_IPV6 + 3 };
    const sl_u8* ip = pkt.cur + SL_ETHERNET;
    const int is_in_header = code == -SL_R_sid_routing_header;
    if (ip + SL_IPV6 > pkt.end || (pkt.cur[0] & 1) != 0) { // the link has brought it to many
        return -1;
    }
    sl_u32 upper = SL_IPV6;
    sl_u8 next = ip[6];
    if (next == SL_NEXT_ROUTING) {
        if (ip + SL_IPV6 + 8 > pkt.end) {
            return -1;
        }
        next = ip[SL_IPV6];
        upper += ((sl_u32)ip[SL_IPV6 + 1] + 1) * 8;
        error->value = ip[kType] != 4 ? kType : kLeft;
    }
    if (!is_in_header) {
        error->value = upper;
    }
    error->kind = is_in_header ? SL_HEADER_FIELD : SL_UPPER_LAYER;
    return upper > length || sl_may_be_error(pkt, next, upper, length) ? -1 : 0;
}

// Adds the next `bytes`, an even number, and steps behind them. 0 or -1 when they are not at hand.
SL_INLINE int sl_add_next(const sl_u8** at, const sl_u8* end, int bytes, sl_u64* sum) {
    if (*at + bytes > end) {
        return -1;
    }
    sl_add_words(*at, bytes, sum);
    *at += bytes;
    return 0;
}

// Sum of the first bytes of the IP packet. 0 or -1 when they are not at hand.
SL_INLINE int sl_sum_bytes(struct sl_pkt pkt, sl_u32 bytes, sl_u64* sum) {
    const sl_u8* at = pkt.cur + SL_ETHERNET;
    for (sl_u32 i = 8; i <= SL_QUOTE6 && i <= bytes; i += 8) {
        if (sl_add_next(&at, pkt.end, 8, sum) != 0) {
            return -1;
        }
    }
    if (((bytes & 4) && sl_add_next(&at, pkt.end, 4, sum) != 0) ||
        ((bytes & 2) && sl_add_next(&at, pkt.end, 2, sum) != 0)) {
        return -1;
    }
    if (bytes & 1) {
        if (at + 1 > pkt.end) {
            return -1;
        }
        const sl_u8 last[2] = {*at, 0};
        sl_add_words(last, 2, sum);
    }
    return 0;
}

// Turns the packet into the answer. 0, or -1 with the packet as it was or cut: it is dropped then.
SL_SUBPROGRAM int sl_tell_fault(struct sl_port* port, int code) {
    struct sl_error6 error = {0, 0, 0, 0};
    struct sl_pkt pkt = sl_port_packet(port);
    if (pkt.cur + SL_ETHERNET + SL_IPV6 > pkt.end) {
        return -1;
    }
    const sl_u32 length = (sl_u32)sl_load_be16(pkt.cur + SL_ETHERNET + 4) + SL_IPV6;
    error.quote = length < SL_QUOTE6 ? length : (sl_u32)SL_QUOTE6;
    if (sl_port_length(port) < SL_ETHERNET + length || sl_port_pull(port, SL_ETHERNET + error.quote) != 0) {
        return -1;
    }
    pkt = sl_port_packet(port);
    if (sl_find_fault(pkt, code, length, &error) != 0 || sl_sum_bytes(pkt, error.quote, &error.sum) != 0 ||
        sl_spend_answer(port) != 0) {
        return -1;
    }
    sl_u8* ip = sl_make_answer(port, SL_ETHERNET, error.quote, (sl_u32)SL_IPV6 + SL_ICMP);
    pkt = sl_port_packet(port);
    const sl_u8* quoted = pkt.cur + SL_ETHERNET + SL_IPV6 + SL_ICMP;
    if (!ip || quoted + SL_IPV6 > pkt.end) {
        return -1;
    }
    sl_write_error6(ip, quoted + SL_DESTINATION, quoted + 8, &error);
    return 0;
}

#endif
