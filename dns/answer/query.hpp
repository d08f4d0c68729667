// SPDX-License-Identifier: Apache-2.0
// One query, read strictly and without allocation. What is wrong with it is one of query_faults.def and a
// place in the octets. Pure; any thread, one Query each.
#pragma once

#include <array>

#include "core/model/ip6.hpp"
#include "dns/record/domain_name.hpp"

namespace suanlu::dns {

inline constexpr std::size_t kHeaderBytes = 12;

/// DNS EDNS0 option codes of IANA.
namespace edns_option {
inline constexpr std::uint16_t kNsid = 3;
inline constexpr std::uint16_t kClientSubnet = 8;
inline constexpr std::uint16_t kCookie = 10;
inline constexpr std::uint16_t kKeepalive = 11;
inline constexpr std::uint16_t kPadding = 12;
inline constexpr std::uint16_t kExtendedError = 15;
} // namespace edns_option

enum class QueryFault : std::uint8_t {
#define SL_QUERY_FAULT(fault, code, answer, error, meaning) code,
#include "dns/answer/query_faults.def"
#undef SL_QUERY_FAULT
    kNone,
};
inline constexpr std::size_t kQueryFaults = static_cast<std::size_t>(QueryFault::kNone);

/// Label of metrics: "client_subnet".
std::string_view to_text(QueryFault fault);

/// EDNS Client Subnet (RFC 7871 section 6).
struct ClientSubnet {
    /// IPv4 mapped.
    Ip6 address;
    /// 1 = IPv4, 2 = IPv6; 0 with no bits = the client wants its address left out (RFC 7871 section 7.1.2).
    std::uint16_t family = 0;
    std::uint8_t source_bits = 0;

    bool is_given = false;

    [[nodiscard]] bool is_present() const { return is_given; }
};

struct Query {
    /// Question name in lower case; as it came it stands behind the header.
    std::array<std::uint8_t, kMostNameBytes> name;
    std::uint8_t name_bytes = 0;
    /// Place of each label in `name`, without the root.
    std::array<std::uint8_t, 128> label_at;
    std::uint8_t labels = 0;

    std::uint16_t type = 0;
    std::uint16_t rr_class = 0;
    /// The question is whole: it may be echoed.
    bool has_question = false;
    bool has_edns = false;
    bool is_dnssec_ok = false;
    bool wants_nsid = false;
    bool wants_padding = false;
    bool wants_keepalive = false;
    /// The first COOKIE option: a client cookie and perhaps a server cookie; part of the message.
    ByteView cookie;
    /// A TSIG record is among the additional ones (RFC 8945).
    bool is_signed = false;
    std::uint16_t udp_bytes = 512;
    ClientSubnet subnet;
    /// Where reading stopped when there is a fault.
    std::uint16_t fault_offset = 0;

    [[nodiscard]] ByteView name_view() const { return {name.data(), name_bytes}; }
};

/// Reads `bytes` into `query`. kNone: well-formed, and of opcode QUERY; without a question only where a
/// cookie is all that the client asks for (RFC 7873 section 5.4).
QueryFault parse_query(ByteView bytes, Query& query);

} // namespace suanlu::dns
