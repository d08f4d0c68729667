// SPDX-License-Identifier: Apache-2.0
#include "dns/xfr/catalog_zone.hpp"

#include <algorithm>
#include <span>

#include "dns/answer/hashed_name.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

/// Nobody asks for these records by name (section 4).
constexpr std::uint32_t kTtl = 0;
constexpr std::uint32_t kRefresh = 3600;
constexpr std::uint32_t kRetry = 600;
constexpr std::uint32_t kExpire = 2147483646;
/// Of SOA and NS (section 4.1).
const std::string_view kNobody("\7invalid\0", 9);

Bytes text_rdata(std::string_view text) {
    Bytes out(1 + text.size());
    out[0] = static_cast<std::uint8_t>(text.size());
    std::copy(text.begin(), text.end(), out.begin() + 1);
    return out;
}

Bytes soa_rdata(std::uint32_t serial) {
    Bytes out;
    for (int names = 0; names < 2; ++names) {
        out.insert(out.end(), kNobody.begin(), kNobody.end());
    }
    for (const std::uint32_t value : {serial, kRefresh, kRetry, kExpire, std::uint32_t{0}}) {
        put_integer(out, value);
    }
    return out;
}

} // namespace

Result<ZoneContents> catalog_zone(const DomainName& name, const std::vector<CatalogMember>& members,
                                  std::uint32_t serial) {
    ZoneContents zone{name, {}};
    zone.add({name, rr_type::kSoa, kTtl, soa_rdata(serial)});
    zone.add({name, rr_type::kNs, kTtl, Bytes(kNobody.begin(), kNobody.end())});
    SL_TRY(const DomainName version, name.child("version"));
    zone.add({version, rr_type::kTxt, kTtl, text_rdata("2")});
    SL_TRY(const DomainName zones, name.child("zones"));
    for (const CatalogMember& member : members) {
        const DomainName canonical = member.zone.canonical();
        const HashedLabel label = label_of(hash_of_name(canonical.wire()));
        SL_TRY(const DomainName owner, zones.child(text_of(std::span(label).subspan(1))));
        zone.add({owner, rr_type::kPtr, kTtl, Bytes(canonical.wire().begin(), canonical.wire().end())});
        if (!member.group.empty()) {
            SL_TRY(const DomainName group, owner.child("group"));
            zone.add({group, rr_type::kTxt, kTtl, text_rdata(member.group)});
        }
    }
    return zone;
}

} // namespace suanlu::dns
