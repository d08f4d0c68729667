// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/zone_file.hpp"

#include "core/support/whole_file.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/zone/ldns_record.hpp"
#include "dns/zone/master_text.hpp"

namespace suanlu::dns {

namespace {

constexpr std::uint32_t kDefaultTtl = 3600;

/// What a set may not have beside it, of which check_zone would not know the line.
Status check_beside(const Record& record, const ZoneContents& zone) {
    const OwnerRecords* there = zone.find(record.owner);
    if (there == nullptr) {
        return {};
    }
    if (record.type == rr_type::kSoa && there->find(rr_type::kSoa) != nullptr) {
        return Error{Errc::kBadInput, "a second SOA"};
    }
    if (there->find(rr_type::kCname) != nullptr || record.type == rr_type::kCname) {
        return Error{Errc::kBadInput, record.owner.text() + " has other data beside its CNAME"};
    }
    return {};
}

/// RFC 6672 sections 2.3 and 2.4: one DNAME, not at a delegation, and nothing below it.
Status check_dname(const Record& record, const ZoneContents& zone) {
    if (const DomainName* above = zone.dname_above(record.owner)) {
        return below_dname(record.owner, *above);
    }
    const OwnerRecords* there = zone.find(record.owner);
    const auto has = [&](std::uint16_t type) {
        return record.type == type || (there != nullptr && there->find(type) != nullptr);
    };
    if (!has(rr_type::kDname)) {
        return {};
    }
    if (record.type == rr_type::kDname && there != nullptr && there->find(rr_type::kDname) != nullptr) {
        return Error{Errc::kBadInput, record.owner.text() + " has two DNAMEs"};
    }
    if (record.owner != zone.apex && has(rr_type::kNs)) {
        return Error{Errc::kBadInput, record.owner.text() + " has a DNAME beside its NS"};
    }
    if (record.owner.is_wildcard()) {
        return Error{Errc::kUnsupported, "a DNAME of a wildcard is not served"};
    }
    const auto next = zone.owners.upper_bound(record.owner);
    if (next != zone.owners.end() && next->first.is_at_or_below(record.owner)) {
        return below_dname(next->first, record.owner);
    }
    return {};
}

Status check_record(const Record& record, const ZoneContents& zone) {
    if (!record.owner.is_at_or_below(zone.apex)) {
        return Error{Errc::kBadInput, record.owner.text() + " is outside of " + zone.apex.text()};
    }
    if (record.type == rr_type::kSoa && record.owner != zone.apex) {
        return Error{Errc::kBadInput, "an SOA that is not of " + zone.apex.text()};
    }
    SL_TRY_VOID(check_beside(record, zone));
    SL_TRY_VOID(check_dname(record, zone));
    switch (record.type) {
    case rr_type::kRrsig:
    case rr_type::kNsec:
    case rr_type::kNsec3:
    case rr_type::kNsec3Param:
        return Error{Errc::kUnsupported,
                     type_text(record.type) + " is made here, not read: give the unsigned zone"};
    default:
        return {};
    }
}

} // namespace

Result<ZoneContents> read_zone_text(std::string text, const std::string& name, const DomainName& apex) {
    SL_TRY_VOID(check_master_text(text).map_error([&](Error e) {
        return Error{e.code, name + ":" + e.detail};
    }));
    text += '\n'; // no stream over nothing
    const LdnsFile file(::fmemopen(text.data(), text.size(), "r"));
    ZoneContents zone{apex, {}};
    std::uint32_t ttl = kDefaultTtl;
    ldns_rdf* origin = nullptr;
    if (ldns_str2rdf_dname(&origin, apex.text().c_str()) != LDNS_STATUS_OK) {
        return Error{Errc::kBadInput, "no zone name: " + apex.text()};
    }
    ldns_rdf* previous = nullptr;
    int line = 1;
    Status status;
    while (status && std::feof(file.get()) == 0) {
        const int first = line;
        ldns_rr* rr = nullptr;
        const ldns_status read = ldns_rr_new_frm_fp_l(&rr, file.get(), &ttl, &origin, &previous, &line);
        const LdnsRr owned(rr);
        if (read == LDNS_STATUS_SYNTAX_EMPTY || read == LDNS_STATUS_SYNTAX_TTL ||
            read == LDNS_STATUS_SYNTAX_ORIGIN) {
            continue;
        }
        if (read != LDNS_STATUS_OK) {
            status = ldns_error(read, "record");
        } else if (auto record = record_of(*rr); !record) {
            status = std::move(record).error();
        } else if (status = check_record(*record, zone); status) {
            zone.add(*record);
        }
        status = std::move(status).map_error(
            [&](Error e) { return std::move(e).with(name + ":" + std::to_string(first)); });
    }
    ldns_rdf_deep_free(origin);
    ldns_rdf_deep_free(previous);
    SL_TRY_VOID(std::move(status));
    SL_TRY_VOID(check_zone(zone).map_error([&](Error e) { return std::move(e).with(name); }));
    return zone;
}

Result<ZoneContents> read_zone_file(const std::string& path, const DomainName& apex) {
    SL_TRY(std::string text, read_whole_file(path));
    return read_zone_text(std::move(text), path, apex);
}

} // namespace suanlu::dns
