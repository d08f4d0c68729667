// SPDX-License-Identifier: Apache-2.0
// A catalog zone (RFC 9432, schema version 2): the list of zones that secondaries are to have. Unsigned and
// transferred only. Pure.
#pragma once

#include <string>
#include <vector>

#include "dns/zone/zone_contents.hpp"

namespace suanlu::dns {

struct CatalogMember {
    DomainName zone;
    /// What consumers choose their settings by (section 4.4.2); empty = not said.
    std::string group;
};

/// A member's label is the hash of its name, so that it is the same after every restart: another one would
/// make consumers forget what they know of the zone (section 5.4). kOutOfRange where `name` is too long.
Result<ZoneContents> catalog_zone(const DomainName& name, const std::vector<CatalogMember>& members,
                                  std::uint32_t serial);

} // namespace suanlu::dns
