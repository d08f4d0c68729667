// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/zone_proofs.hpp"

#include <algorithm>
#include <set>

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

std::uint32_t negative_ttl(const Rrset& soa) {
    WireReader reader(soa.rdatas[0], soa.rdatas[0].size() - 4);
    return std::min(soa.ttl, *reader.integer<std::uint32_t>()); // RFC 2308 section 5
}

} // namespace

ZoneProofs::ZoneProofs(const ZoneContents& zone, Gaps known)
    : is_hashed_(zone.find(zone.apex)->find(rr_type::kNsec3Param) != nullptr),
      is_signed_(is_hashed_ || zone.find(zone.apex)->find(rr_type::kNsec) != nullptr) {
    auto denials = std::make_shared<ZoneDenials>();
    denials->apex = zone.apex.canonical();
    denials->is_hashed = is_hashed_;
    const Rrset& soa = *zone.find(zone.apex)->find(rr_type::kSoa);
    Rrset negative = soa;
    negative.ttl = negative_ttl(soa);
    denials->soa = both(is_signed_, [&](bool is_dnssec) {
        RunWriter writer(zone.apex, zone.apex, true);
        writer.add(Section::kAuthority, zone.apex, negative, is_dnssec);
        return std::move(writer).finish();
    });
    denials->gaps = known ? std::move(known) : make_gaps(zone);
    denials_ = std::move(denials);
}

ZoneProofs::Gaps ZoneProofs::make_gaps(const ZoneContents& zone) const {
    auto gaps = std::make_shared<std::vector<ZoneDenials::Gap>>();
    for (const auto& [owner, records] : zone.owners) {
        if (const Rrset* proof = records.find(is_hashed_ ? rr_type::kNsec3 : rr_type::kNsec)) {
            RunWriter writer(zone.apex, owner, true);
            writer.add(Section::kAuthority, owner, *proof, true);
            Run run = std::move(writer).finish();
            run.octets.shrink_to_fit(); // kept as long as the names of the zone, one for each
            gaps->push_back({owner.canonical(), std::move(run)});
        }
    }
    return gaps;
}

std::uint32_t ZoneProofs::gap(const DomainName& name) const {
    return denials_->gaps->empty() ? 0
                                   : static_cast<std::uint32_t>(gap_of(*denials_, name.canonical().wire()));
}

void ZoneProofs::append_denial(RunWriter& writer, const DomainName& name, const DomainName& encloser,
                               bool is_dnssec) const {
    writer.append(denials_->soa.of(is_dnssec));
    if (!is_dnssec) {
        return;
    }
    std::set<std::uint32_t> gaps;
    DomainName next_closer = name;
    while (is_hashed_ && name != encloser && next_closer.parent() != encloser) {
        next_closer = next_closer.parent();
    }
    gaps.insert(gap(next_closer));
    if (const auto wildcard = encloser.child("*"); name != encloser && wildcard) {
        gaps.insert(gap(*wildcard));
    }
    if (is_hashed_) {
        gaps.insert(gap(encloser));
    }
    for (const std::uint32_t proof : gaps) {
        writer.append((*denials_->gaps)[proof].run);
    }
}

} // namespace suanlu::dns
