// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/record_text.hpp"

#include "dns/record/records.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/zone/ldns_record.hpp"

namespace suanlu::dns {

namespace {

constexpr std::uint32_t kDefaultTtl = 3600;

Status check_rdata(const Record& record) {
    switch (record.type) {
    case rr_type::kSvcb:
    case rr_type::kHttps: {
        SL_TRY([[maybe_unused]] const auto svcb, read_svcb(record.rdata));
        return {};
    }
    case rr_type::kCmp: {
        SL_TRY([[maybe_unused]] const auto cmp, read_cmp(record.rdata));
        return {};
    }
    default:
        return {};
    }
}

} // namespace

Error ldns_error(ldns_status status, std::string_view context) {
    return {Errc::kBadInput, std::string(context) + ": " + ldns_get_errorstr_by_id(status)};
}

Result<Record> record_of(const ldns_rr& rr) {
    if (ldns_rr_get_class(&rr) != LDNS_RR_CLASS_IN) {
        return Error{Errc::kRefused, "a class other than IN"};
    }
    std::uint8_t* octets = nullptr;
    std::size_t size = 0;
    const ldns_status status = ldns_rr2wire(&octets, &rr, LDNS_SECTION_ANSWER, &size);
    const LdnsOctets owned(octets);
    if (status != LDNS_STATUS_OK) {
        return ldns_error(status, "record");
    }
    Record record;
    WireReader reader(ByteView(octets, size));
    SL_TRY(record.owner, DomainName::read_plain(reader));
    SL_TRY(record.type, reader.integer<std::uint16_t>());
    SL_TRY([[maybe_unused]] const auto rr_class, reader.integer<std::uint16_t>());
    SL_TRY(record.ttl, reader.integer<std::uint32_t>());
    SL_TRY(const auto length, reader.integer<std::uint16_t>());
    SL_TRY(const ByteView rdata, reader.take(length));
    record.rdata.assign(rdata.begin(), rdata.end());
    SL_TRY_VOID(check_rdata(record));
    return record;
}

Result<Record> parse_record(const std::string& line) {
    ldns_rr* rr = nullptr;
    const ldns_status status = ldns_rr_new_frm_str(&rr, line.c_str(), kDefaultTtl, nullptr, nullptr);
    const LdnsRr owned(rr);
    if (status != LDNS_STATUS_OK) {
        return ldns_error(status, "record");
    }
    return record_of(*owned);
}

} // namespace suanlu::dns
