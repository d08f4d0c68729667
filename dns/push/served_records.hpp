// SPDX-License-Identifier: Apache-2.0
// The records of one name as a snapshot serves them to one class of clients, taken back out of its wire
// answers: what a subscriber of DNS Push holds. Literally those of the name (RFC 8765 section 6.2.1): no
// wildcard matches, no alias is followed; and none of DNSSEC, for the channel is secure. Pure.
#pragma once

#include <map>

#include "dns/answer/snapshot.hpp"
#include "dns/record/rrset.hpp"

namespace suanlu::dns {

/// Where a name is in a snapshot.
struct ServedName {
    enum class Standing : std::uint8_t { kOurs, kNotOurs, kNotReady };

    Standing standing = Standing::kNotOurs;
    /// Null = no record has this name. Lives as long as the snapshot.
    const OwnerAnswers* owner = nullptr;
    /// That of the client.
    std::uint16_t class_number = 0;
};

ServedName find_name(const Snapshot& snapshot, const DomainName& name, const Ip6& client);

/// By type; `type` may be ANY. An answer that is an error has no records.
std::map<std::uint16_t, Rrset> records_of(const Snapshot& snapshot, const DomainName& name,
                                          const ServedName& found, std::uint16_t type);

} // namespace suanlu::dns
