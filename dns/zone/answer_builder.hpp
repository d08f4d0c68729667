// SPDX-License-Identifier: Apache-2.0
// From the records of a zone to the answers of each owner: which records answer a question, what comes along,
// where denials come from. Everything of RFC 1034 section 4.3.2 that does not depend on the question's octets
// is decided here, once. Pure.
#pragma once

#include "dns/answer/snapshot.hpp"
#include "dns/zone/zone_contents.hpp"

namespace suanlu::dns {

struct BuiltZone {
    std::vector<Snapshot::Owner> owners;
    std::shared_ptr<const ZoneDenials> denials;
};

/// `zone` has passed check_zone. `number`: index of the zone in the snapshot to come.
BuiltZone build_answers(const ZoneContents& zone, std::uint16_t number);

/// Of a zone whose names nobody knows yet: SERVFAIL for all of them.
BuiltZone not_ready_answers(const ZoneContents& zone, std::uint16_t number);

} // namespace suanlu::dns
