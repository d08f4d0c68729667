// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/zone_contents.hpp"

#include <algorithm>

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

constexpr std::size_t kSerialFromEnd = 20;

class GivenSet final : public ClassSource {
public:
    explicit GivenSet(ClassRrset set) : set_(std::move(set)) {}
    [[nodiscard]] ClassRrset set(std::uint16_t) const override { return set_; }

private:
    ClassRrset set_;
};

} // namespace

bool OwnerRecords::is_proof_only() const {
    return class_sets.empty() && sets.size() == 1 && sets.begin()->first == rr_type::kNsec3;
}

ClassSet::ClassSet(std::vector<ClassRrset::Variant> variants, std::vector<std::uint16_t> variant_of_class)
    : source_(std::make_shared<GivenSet>(ClassRrset{std::move(variants), std::move(variant_of_class)})) {
}

const DomainName* ZoneContents::cut_above(const DomainName& name) const {
    const DomainName* highest = nullptr;
    for (DomainName at = name; at != apex && !at.is_root(); at = at.parent()) {
        const auto found = owners.find(at);
        if (found != owners.end() && found->second.find(rr_type::kNs) != nullptr) {
            highest = &found->first;
        }
    }
    return highest;
}

const DomainName* ZoneContents::dname_above(const DomainName& name) const {
    for (DomainName at = name; at != apex && !at.is_root();) {
        at = at.parent();
        const auto found = owners.find(at);
        if (found != owners.end() && found->second.find(rr_type::kDname) != nullptr) {
            return &found->first;
        }
    }
    return nullptr;
}

void ZoneContents::add(const Record& record) {
    const auto [place, is_new] =
        owners[record.owner].sets.try_emplace(record.type, Rrset{record.type, record.ttl, {}, {}});
    Rrset& set = place->second;
    set.ttl = std::min(set.ttl, record.ttl);
    if (std::find(set.rdatas.begin(), set.rdatas.end(), record.rdata) == set.rdatas.end()) {
        set.rdatas.push_back(record.rdata);
    }
}

std::uint32_t serial_of(const Bytes& soa) {
    WireReader reader(soa, soa.size() - kSerialFromEnd);
    return *reader.integer<std::uint32_t>();
}

std::uint32_t serial_of(const ZoneContents& zone) {
    return serial_of(zone.owners.at(zone.apex).sets.at(rr_type::kSoa).rdatas.at(0));
}

void set_serial(ZoneContents& zone, std::uint32_t serial) {
    Bytes& soa = zone.owners.at(zone.apex).sets.at(rr_type::kSoa).rdatas.at(0);
    Bytes octets;
    put_integer(octets, serial);
    std::copy(octets.begin(), octets.end(), soa.end() - kSerialFromEnd);
}

std::uint16_t covered_type(const Record& record) {
    return record.type == rr_type::kRrsig && record.rdata.size() > 1
               ? static_cast<std::uint16_t>(record.rdata[0] << 8U | record.rdata[1])
               : record.type;
}

namespace {

/// In canonical order all that is below an owner follows it.
Status check_below_dnames(const ZoneContents& zone) {
    const DomainName* dname = nullptr;
    for (const auto& [owner, records] : zone.owners) {
        if (dname != nullptr && owner.is_at_or_below(*dname) && !records.is_proof_only()) {
            return below_dname(owner, *dname);
        }
        if (records.find(rr_type::kDname) != nullptr) {
            dname = &owner;
        }
    }
    return {};
}

} // namespace

Error below_dname(const DomainName& name, const DomainName& dname) {
    return {Errc::kBadInput, name.text() + " lies below the DNAME of " + dname.text()};
}

Status check_zone(const ZoneContents& zone) {
    const OwnerRecords* apex = zone.find(zone.apex);
    const Rrset* soa = apex == nullptr ? nullptr : apex->find(rr_type::kSoa);
    if (soa == nullptr || soa->rdatas.size() != 1 || soa->rdatas[0].size() < 22) {
        return Error{Errc::kBadInput, zone.apex.text() + " has not exactly one SOA"};
    }
    if (apex->find(rr_type::kNs) == nullptr) {
        return Error{Errc::kBadInput, zone.apex.text() + " has no NS"};
    }
    for (const auto& [owner, records] : zone.owners) {
        if (!owner.is_at_or_below(zone.apex)) {
            return Error{Errc::kBadInput, owner.text() + " is outside of " + zone.apex.text()};
        }
        if (owner != zone.apex && records.find(rr_type::kSoa) != nullptr) {
            return Error{Errc::kBadInput, "a second SOA, of " + owner.text()};
        }
        const Rrset* alias = records.find(rr_type::kCname);
        const auto may_be_beside = [](const auto& set) {
            return set.first == rr_type::kCname || set.first == rr_type::kNsec;
        };
        if (alias != nullptr && (alias->rdatas.size() != 1 || !records.class_sets.empty() ||
                                 !std::all_of(records.sets.begin(), records.sets.end(), may_be_beside))) {
            return Error{Errc::kBadInput, owner.text() + " has other data beside its CNAME"};
        }
    }
    return check_below_dnames(zone);
}

} // namespace suanlu::dns
