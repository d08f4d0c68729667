// SPDX-License-Identifier: Apache-2.0
// The CNAMEs that lead from one name of a zone to another (RFC 1034 section 3.6.2), as far as they stay
// inside the zone. Pure.
#pragma once

#include <vector>

#include "dns/zone/run_writer.hpp"
#include "dns/zone/zone_contents.hpp"

namespace suanlu::dns {

struct AliasPath {
    std::vector<const Rrset*> aliases;
    /// Where they lead.
    DomainName end;
    /// What is there; null = nothing of this zone.
    const OwnerRecords* records = nullptr;
    /// There are more aliases, or the same again.
    bool is_open = false;
};

/// From a name that the zone answers for, which outlives what points into it.
AliasPath follow_aliases(const ZoneContents& zone, const DomainName& name);

/// Writes the aliases that begin at `name`; returns where they lead. `is_floating`: the first one under the
/// question's own name.
DomainName add_aliases(RunWriter& writer, const DomainName& name, const std::vector<const Rrset*>& aliases,
                       bool is_floating, bool is_dnssec);

} // namespace suanlu::dns
