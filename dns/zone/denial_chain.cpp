// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/denial_chain.hpp"

#include <algorithm>
#include <set>

#include "dns/answer/hashed_name.hpp"
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

using Types = std::set<std::uint16_t>;

/// Without those of the chain itself.
Types types_at(const OwnerRecords& records, bool is_cut) {
    Types types;
    for (const auto& [type, set] : records.sets) {
        // Of a delegation only what the zone above it answers for (RFC 4035 section 2.3).
        if (!is_cut || type == rr_type::kNs || type == rr_type::kDs) {
            types.insert(type);
        }
    }
    for (const auto& [type, set] : records.class_sets) {
        types.insert(type);
    }
    types.erase(rr_type::kNsec);
    types.erase(rr_type::kNsec3);
    return types;
}

/// Names that the zone says something of: its own data and delegations.
std::vector<DomainName> names_of(const ZoneContents& zone) {
    std::vector<DomainName> names;
    for (const auto& [owner, records] : zone.owners) {
        const DomainName* cut = zone.cut_above(owner);
        if ((cut == nullptr || *cut == owner) && !records.is_proof_only()) {
            names.push_back(owner);
        }
    }
    return names;
}

Types types_of(const ZoneContents& zone, const DomainName& name) {
    const OwnerRecords& records = zone.owners.at(name);
    return types_at(records, name != zone.apex && records.find(rr_type::kNs) != nullptr);
}

void add_nsec(ZoneContents& zone, std::uint32_t ttl) {
    const std::vector<DomainName> chain = names_of(zone);
    for (std::size_t i = 0; i < chain.size(); ++i) {
        Types types = types_of(zone, chain[i]);
        types.insert({rr_type::kRrsig, rr_type::kNsec});
        Bytes rdata;
        const DomainName next = chain[(i + 1) % chain.size()].canonical();
        put_bytes(rdata, next.wire());
        put_bitmap(rdata, types);
        zone.owners.at(chain[i]).sets[rr_type::kNsec] = {rr_type::kNsec, ttl, {std::move(rdata)}, {}};
    }
}

/// Algorithm, flags, iterations, length of the salt (RFC 5155 section 3.2).
constexpr std::array<std::uint8_t, 5> kParameters{1, 0, 0, 0, 0};

/// By hash; empty non-terminals have no types (RFC 5155 section 7.1).
std::map<NameHash, Types> hashed_names(const ZoneContents& zone) {
    std::map<NameHash, Types> chain;
    for (const DomainName& name : names_of(zone)) {
        DomainName at = name.canonical();
        Types types = types_of(zone, name);
        if (types != Types{rr_type::kNs}) { // nothing at a delegation without DS is signed
            types.insert(rr_type::kRrsig);
        }
        chain[hash_of_name(at.wire())] = std::move(types);
        while (at != zone.apex && chain.try_emplace(hash_of_name((at = at.parent()).wire())).second) {
        }
    }
    return chain;
}

void add_nsec3(ZoneContents& zone, std::uint32_t ttl) {
    zone.owners.at(zone.apex).sets[rr_type::kNsec3Param] = {
        rr_type::kNsec3Param, 0, {Bytes(kParameters.begin(), kParameters.end())}, {}};
    const std::map<NameHash, Types> chain = hashed_names(zone);
    for (auto entry = chain.begin(); entry != chain.end(); ++entry) {
        const auto next = std::next(entry) == chain.end() ? chain.begin() : std::next(entry);
        Bytes rdata(kParameters.begin(), kParameters.end());
        rdata.push_back(kNameHashBytes);
        put_bytes(rdata, next->first);
        put_bitmap(rdata, entry->second);
        const HashedLabel label = label_of(entry->first);
        const DomainName owner = *zone.apex.child(text_of(std::span(label).subspan(1)));
        zone.owners[owner].sets[rr_type::kNsec3] = {rr_type::kNsec3, ttl, {std::move(rdata)}, {}};
    }
}

} // namespace

void add_denials(ZoneContents& zone, Denial kind) {
    const Rrset soa = *zone.find(zone.apex)->find(rr_type::kSoa);
    WireReader minimum(soa.rdatas[0], soa.rdatas[0].size() - 4);
    const std::uint32_t ttl = std::min(soa.ttl, *minimum.integer<std::uint32_t>()); // RFC 9077
    kind == Denial::kNsec ? add_nsec(zone, ttl) : add_nsec3(zone, ttl);
}

} // namespace suanlu::dns
