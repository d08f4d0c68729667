// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/zone_file.hpp"

#include "dns/record/rr_type.hpp"
#include "dns/zone/ldns_record.hpp"

namespace suanlu::dns {

namespace {

constexpr std::uint32_t kDefaultTtl = 3600;

Status check_record(const Record& record, const DomainName& apex) {
    if (!record.owner.is_at_or_below(apex)) {
        return Error{Errc::kBadInput, record.owner.text() + " is outside of " + apex.text()};
    }
    switch (record.type) {
    case rr_type::kDname:
        return Error{Errc::kUnsupported, "DNAME is not served"};
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

Result<ZoneContents> read_zone_text(std::FILE& file, const std::string& name, const DomainName& apex) {
    ZoneContents zone{apex, {}};
    std::uint32_t ttl = kDefaultTtl;
    ldns_rdf* origin = nullptr;
    if (ldns_str2rdf_dname(&origin, apex.text().c_str()) != LDNS_STATUS_OK) {
        return Error{Errc::kBadInput, "no zone name: " + apex.text()};
    }
    ldns_rdf* previous = nullptr;
    int line = 1;
    Status status;
    while (status && std::feof(&file) == 0) {
        const int first = line;
        ldns_rr* rr = nullptr;
        const ldns_status read = ldns_rr_new_frm_fp_l(&rr, &file, &ttl, &origin, &previous, &line);
        const LdnsRr owned(rr);
        if (read == LDNS_STATUS_SYNTAX_EMPTY || read == LDNS_STATUS_SYNTAX_TTL ||
            read == LDNS_STATUS_SYNTAX_ORIGIN) {
            continue;
        }
        if (read != LDNS_STATUS_OK) {
            status = ldns_error(read, "record");
        } else if (auto record = record_of(*rr); !record) {
            status = std::move(record).error();
        } else if (status = check_record(*record, apex); status) {
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
    const LdnsFile file(std::fopen(path.c_str(), "re"));
    if (!file) {
        return Error{Errc::kNotFound, "cannot read " + path};
    }
    return read_zone_text(*file, path, apex);
}

} // namespace suanlu::dns
