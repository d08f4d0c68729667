// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Rows that suanlu-dns writes and its XDP front reads. Shared by C for eBPF and C++: fixed sizes, no padding
// that is not named. Numbers are in host order unless the name ends in _be.
#ifndef SD_FRONT_H
#define SD_FRONT_H

#include <linux/types.h>

enum {
    SD_NAME = 64,       // octets of a question's name that the front looks at; longer ones go to the sockets
    SD_OCTETS = 500,    // of the records of one answer
    SD_UDP_LEAST = 512, // RFC 1035 section 4.2.1
    SD_UDP_MOST = 1232, // as dns/answer: fits every path
    SD_QUESTIONS = 262144,
    SD_CLASS_PREFIXES = 1048576,
    SD_CELLS = 4194304,
    SD_ANSWERS = 131072, // 64 MiB
    SD_RATE_PREFIXES = 65536,
    SD_RATE_BURST_NS = 1000000000
};

// An address and port that the server listens at. IPv4 is mapped.
struct sd_endpoint {
    __u8 address[16];
    __u16 port_be;
    __u16 pad;
};

// Name in lower case as on the wire, zeros behind it.
struct sd_question {
    __u8 name[SD_NAME];
    __u16 type_be;
    __u8 is_dnssec_ok;
    __u8 pad;
};

// Where the answers of a question are: `classes` cells from `first` on, one for each class of clients. With
// 0 there is one cell, and the answer does not depend on the client.
struct sd_place {
    __u32 first;
    __u32 classes;
};

// Longest-prefix-match trie of client classes; `scope` in bits of the client's own family (RFC 7871).
struct sd_class_key {
    __u32 length;
    __u8 address[16];
};
struct sd_class {
    __u16 number;
    __u16 scope;
};

// Records of an answer, ready for the wire behind this very question.
struct sd_answer {
    __u16 size; // 0 = this class has to ask the sockets
    __u16 sum;  // folded sum of the octets as 16-bit words, the first at an even place
    __u8 is_authoritative;
    __u8 rcode;
    __u16 answers;
    __u16 authority;
    __u16 additional; // without OPT
    __u8 octets[SD_OCTETS];
};

enum sd_reason {
#define SD_REASON(name, text) SD_##name,
#include "front_reasons.def"
#undef SD_REASON
    SD_REASONS
};

#endif
