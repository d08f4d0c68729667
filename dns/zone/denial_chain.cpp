// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/denial_chain.hpp"

#include <algorithm>
#include <set>

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

/// RFC 4034 section 4.1.2: per window of 256 types its number, the length of its bitmap, the bitmap.
void put_bitmap(Bytes& out, const std::set<std::uint16_t>& types) {
    for (auto type = types.begin(); type != types.end();) {
        const unsigned window = *type >> 8U;
        Bytes bits;
        for (; type != types.end() && *type >> 8U == window; ++type) {
            const std::size_t octet = (*type & 0xffU) / 8;
            bits.resize(std::max(bits.size(), octet + 1));
            bits[octet] = static_cast<std::uint8_t>(bits[octet] | 0x80U >> (*type & 7U));
        }
        out.push_back(static_cast<std::uint8_t>(window));
        out.push_back(static_cast<std::uint8_t>(bits.size()));
        put_bytes(out, bits);
    }
}

std::set<std::uint16_t> types_at(const OwnerRecords& records, bool is_cut) {
    std::set<std::uint16_t> types{rr_type::kRrsig, rr_type::kNsec};
    for (const auto& [type, set] : records.sets) {
        // Of a delegation only what the zone above it answers for (RFC 4035 section 2.3).
        if (!is_cut || type == rr_type::kNs || type == rr_type::kDs) {
            types.insert(type);
        }
    }
    for (const auto& [type, set] : records.class_sets) {
        types.insert(type);
    }
    return types;
}

} // namespace

void add_denials(ZoneContents& zone) {
    const Rrset soa = *zone.find(zone.apex)->find(rr_type::kSoa);
    WireReader minimum(soa.rdatas[0], soa.rdatas[0].size() - 4);
    const std::uint32_t ttl = std::min(soa.ttl, *minimum.integer<std::uint32_t>()); // RFC 9077
    std::vector<DomainName> chain;
    for (const auto& [owner, records] : zone.owners) {
        const DomainName* cut = zone.cut_above(owner);
        if (cut == nullptr || *cut == owner) {
            chain.push_back(owner);
        }
    }
    for (std::size_t i = 0; i < chain.size(); ++i) {
        OwnerRecords& records = zone.owners.at(chain[i]);
        const bool is_cut = i > 0 && records.find(rr_type::kNs) != nullptr;
        Bytes rdata;
        const DomainName next = chain[(i + 1) % chain.size()].canonical();
        put_bytes(rdata, next.wire());
        put_bitmap(rdata, types_at(records, is_cut));
        records.sets[rr_type::kNsec] = {rr_type::kNsec, ttl, {std::move(rdata)}, {}};
    }
}

} // namespace suanlu::dns
