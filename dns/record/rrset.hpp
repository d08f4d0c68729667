// SPDX-License-Identifier: Apache-2.0
// Resource records as octets, uncompressed: what zone files, the computed zone and signers hand to the
// builder of answers. Class IN. Pure values.
#pragma once

#include "dns/record/domain_name.hpp"

namespace suanlu::dns {

struct Record {
    DomainName owner;
    std::uint16_t type = 0;
    std::uint32_t ttl = 0;
    Bytes rdata;

    bool operator==(const Record&) const = default;
};

/// All records of one owner and type; one TTL (RFC 2181 section 5.2).
struct Rrset {
    std::uint16_t type = 0;
    std::uint32_t ttl = 0;
    std::vector<Bytes> rdatas;
    /// Rdata of the RRSIG records that cover it; empty in an unsigned zone.
    std::vector<Bytes> signatures;

    bool operator==(const Rrset&) const = default;
};

} // namespace suanlu::dns
