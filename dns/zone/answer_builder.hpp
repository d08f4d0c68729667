// SPDX-License-Identifier: Apache-2.0
// From the records of a zone to the answers of each owner: which records answer a question, what comes along,
// where denials come from. Everything of RFC 1034 section 4.3.2 that does not depend on the question's octets
// is decided here, once. Pure.
#pragma once

#include <functional>
#include <set>

#include "dns/answer/snapshot.hpp"
#include "dns/zone/zone_contents.hpp"

namespace suanlu::dns {

/// Which names there are, and of which the answers lie with other names.
struct ZoneNames {
    std::set<DomainName> all;
    std::vector<DomainName> aliases;
};

struct BuiltZone {
    /// In canonical order.
    std::vector<Snapshot::Owner> owners;
    std::shared_ptr<const ZoneDenials> denials;
    std::shared_ptr<const ZoneNames> names;
};

/// Signs a set that was made for the builder, which keeps nothing but answers.
using SignClassSet = std::function<Status(const DomainName& owner, ClassRrset& set)>;

/// `zone` has passed check_zone. `number`: index of the zone in the snapshot to come. An error is the
/// signer's.
Result<BuiltZone> build_answers(const ZoneContents& zone, std::uint16_t number, const SignClassSet& sign);
/// Of a zone whose sets for classes need no signature.
BuiltZone build_answers(const ZoneContents& zone, std::uint16_t number);

/// The same for a zone of which `before` was built when only `changed` were others, as ComputedZone::update
/// says it: what did not change is shared.
Result<BuiltZone> update_answers(const BuiltZone& before, const ZoneContents& zone, std::uint16_t number,
                                 const std::vector<DomainName>& changed, const SignClassSet& sign);

/// Of a zone whose names nobody knows yet: SERVFAIL for all of them.
BuiltZone not_ready_answers(const ZoneContents& zone, std::uint16_t number);

} // namespace suanlu::dns
