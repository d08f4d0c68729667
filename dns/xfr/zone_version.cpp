// SPDX-License-Identifier: Apache-2.0
#include "dns/xfr/zone_version.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

/// Of SOA rdata (RFC 1035 section 3.3.13).
constexpr std::size_t kSerialFromEnd = 20;
constexpr std::size_t kMostDifferences = 1000;

std::size_t bytes_of(const std::vector<Record>& records) {
    std::size_t bytes = 0;
    for (const Record& record : records) {
        bytes += transfer_bytes(record);
    }
    return bytes;
}

bool signs_soa(const Record& record) {
    return record.type == rr_type::kRrsig && covered_type(record) == rr_type::kSoa;
}

/// All but the SOA.
std::vector<Record> records_of(const DomainName& owner, const OwnerRecords& records) {
    std::vector<Record> out;
    for (const auto& [type, set] : records.sets) {
        for (const Bytes& rdata : type == rr_type::kSoa ? std::vector<Bytes>{} : set.rdatas) {
            out.push_back({owner, type, set.ttl, rdata});
        }
        for (const Bytes& signature : set.signatures) {
            out.push_back({owner, rr_type::kRrsig, set.ttl, signature});
        }
    }
    std::sort(out.begin(), out.end(), is_before);
    return out;
}

void add_soa(const ZoneContents& zone, ZoneVersion& version) {
    const Rrset& soa = zone.owners.at(zone.apex).sets.at(rr_type::kSoa);
    version.soa = {zone.apex, rr_type::kSoa, soa.ttl, soa.rdatas.at(0)};
}

bool is_denial(const Record& record) {
    const std::uint16_t type = covered_type(record);
    return type == rr_type::kNsec || type == rr_type::kNsec3;
}

std::set<std::uint16_t> types_of(const std::vector<Record>& records) {
    std::set<std::uint16_t> types;
    for (const Record& record : records) {
        types.insert(covered_type(record));
    }
    return types;
}

/// The end where the owner has no records.
std::vector<VersionPart>::iterator part_at(std::vector<VersionPart>& parts, const DomainName& owner) {
    const auto part =
        std::lower_bound(parts.begin(), parts.end(), owner,
                         [](const auto& each, const DomainName& than) { return each->front().owner < than; });
    return part != parts.end() && (*part)->front().owner == owner ? part : parts.end();
}

/// Calls `use` with the parts of each owner, null where one version has none; not for parts that are shared.
template <class Use>
void for_each_other(const ZoneVersion& from, const ZoneVersion& to, const Use& use) {
    auto a = from.parts.begin();
    auto b = to.parts.begin();
    while (a != from.parts.end() || b != to.parts.end()) {
        const bool has_a =
            b == to.parts.end() || (a != from.parts.end() && !((*b)->front().owner < (*a)->front().owner));
        const bool has_b =
            a == from.parts.end() || (b != to.parts.end() && !((*a)->front().owner < (*b)->front().owner));
        const std::vector<Record>* old = has_a ? (a++)->get() : nullptr;
        const std::vector<Record>* next = has_b ? (b++)->get() : nullptr;
        if (old != next) {
            use(old, next);
        }
    }
}

} // namespace

bool is_before(const Record& a, const Record& b) {
    if (const auto order = a.owner <=> b.owner; order != 0) {
        return order < 0;
    }
    return std::tie(a.type, a.ttl, a.rdata) < std::tie(b.type, b.ttl, b.rdata);
}

std::size_t transfer_bytes(const Record& record) {
    return record.owner.size() + 10 + record.rdata.size();
}

std::size_t transfer_bytes(const ZoneDifference& step) {
    return transfer_bytes(step.from) + bytes_of(step.removed) + transfer_bytes(step.to) +
           bytes_of(step.added);
}

ZoneContents canonical_zone(const ZoneContents& zone) {
    ZoneContents out{zone.apex, {}};
    for (const auto& [owner, records] : zone.owners) {
        OwnerRecords common{records.sets, {}};
        for (const auto& [type, source] : records.class_sets) {
            const ClassRrset set = source.make();
            const Rrset& first =
                set.variants[set.variant_of_class.empty() ? 0 : set.variant_of_class[0]].rrset;
            const auto any = std::find_if(set.variants.begin(), set.variants.end(),
                                          [](const auto& variant) { return !variant.rrset.rdatas.empty(); });
            if (!first.rdatas.empty()) {
                common.sets.emplace(type, first);
            } else if (any != set.variants.end()) {
                common.sets.emplace(type, any->rrset);
            }
        }
        if (!common.sets.empty()) {
            out.owners.emplace(owner, std::move(common));
        }
    }
    return out;
}

ZoneVersion version_of(const ZoneContents& zone) {
    ZoneVersion version;
    add_soa(zone, version);
    version.bytes = transfer_bytes(version.soa);
    for (const auto& [owner, records] : zone.owners) {
        std::vector<Record> part = records_of(owner, records);
        version.bytes += bytes_of(part);
        if (!part.empty()) {
            version.parts.push_back(std::make_shared<const std::vector<Record>>(std::move(part)));
        }
    }
    return version;
}

std::optional<ZoneVersion> updated(const ZoneVersion& before, const ZoneContents& part,
                                   const std::vector<DomainName>& changed) {
    ZoneVersion version = before;
    if (part.find(part.apex) != nullptr) {
        add_soa(part, version);
    }
    for (const DomainName& owner : changed) {
        const OwnerRecords* now = part.find(owner);
        const auto place = part_at(version.parts, owner);
        if (now == nullptr || place == version.parts.end()) {
            return std::nullopt;
        }
        std::vector<Record> records = records_of(owner, *now);
        std::erase_if(records, is_denial);
        std::ranges::copy_if(**place, std::back_inserter(records), is_denial);
        std::sort(records.begin(), records.end(), is_before);
        if (types_of(records) != types_of(**place)) {
            return std::nullopt;
        }
        version.bytes += bytes_of(records) - bytes_of(**place);
        *place = std::make_shared<const std::vector<Record>>(std::move(records));
    }
    return version;
}

namespace {

Record without_serial(Record soa) {
    std::fill_n(soa.rdata.end() - kSerialFromEnd, 4, std::uint8_t{0});
    return soa;
}

std::vector<Record> without_signatures(const std::vector<Record>* part) {
    std::vector<Record> out = part == nullptr ? std::vector<Record>() : *part;
    std::erase_if(out, [](const Record& record) { return record.type == rr_type::kRrsig; });
    return out;
}

} // namespace

bool is_same_but_signatures(const ZoneVersion& a, const ZoneVersion& b) {
    bool is_same = without_serial(a.soa) == without_serial(b.soa);
    for_each_other(a, b, [&](const auto* old, const auto* next) {
        is_same = is_same && without_signatures(old) == without_signatures(next);
    });
    return is_same;
}

bool is_same_but_serial(const ZoneVersion& a, const ZoneVersion& b) {
    bool is_same = without_serial(a.soa) == without_serial(b.soa);
    for_each_other(a, b, [&](const auto* old, const auto* next) {
        // The one signature that may differ stands at the same place in both.
        is_same = is_same && old != nullptr && next != nullptr &&
                  std::equal(old->begin(), old->end(), next->begin(), next->end(),
                             [](const Record& x, const Record& y) {
                                 return x == y || (signs_soa(x) && signs_soa(y));
                             });
    });
    return is_same;
}

ZoneDifference difference(const ZoneVersion& from, const ZoneVersion& to) {
    ZoneDifference out{from.soa, {}, to.soa, {}, 0};
    for_each_other(from, to, [&](const auto* old, const auto* next) {
        static const std::vector<Record> kNone;
        const std::vector<Record>& a = old == nullptr ? kNone : *old;
        const std::vector<Record>& b = next == nullptr ? kNone : *next;
        std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out.removed),
                            is_before);
        std::set_difference(b.begin(), b.end(), a.begin(), a.end(), std::back_inserter(out.added), is_before);
    });
    out.bytes = transfer_bytes(out);
    return out;
}

const std::shared_ptr<const ZoneDifference>* ZoneHistory::since(std::uint32_t serial) const {
    std::size_t bytes = 0;
    for (auto step = differences.rbegin(); step != differences.rend(); ++step) {
        bytes += (*step)->bytes;
        if (bytes > newest->bytes) {
            return nullptr; // RFC 1995 section 4: the whole zone is less
        }
        if (serial_of((*step)->from.rdata) == serial) {
            return &*step;
        }
    }
    return nullptr;
}

std::uint32_t serial_after(const ZoneHistory* history, const ZoneVersion& candidate,
                           std::uint32_t kept_bits) {
    if (history == nullptr || is_later_serial(candidate.serial(), history->newest->serial())) {
        return candidate.serial();
    }
    const ZoneVersion& newest = *history->newest;
    if (is_same_but_serial(newest, candidate)) {
        return newest.serial();
    }
    std::uint32_t next = newest.serial() + 1;
    while (((next ^ candidate.serial()) & kept_bits) != 0) {
        ++next;
    }
    return next;
}

std::vector<std::shared_ptr<const ZoneDifference>>
newest_of(std::vector<std::shared_ptr<const ZoneDifference>> steps, std::size_t most_bytes) {
    std::size_t bytes = 0;
    auto first = steps.end();
    while (first != steps.begin() && static_cast<std::size_t>(steps.end() - first) < kMostDifferences) {
        bytes += (*std::prev(first))->bytes;
        if (bytes > most_bytes) {
            break;
        }
        --first;
    }
    steps.erase(steps.begin(), first);
    return steps;
}

std::shared_ptr<const ZoneHistory> extend(const ZoneHistory* history, ZoneVersion next,
                                          std::size_t most_bytes) {
    auto out = std::make_shared<ZoneHistory>();
    out->newest = std::make_shared<const ZoneVersion>(std::move(next));
    if (history == nullptr) {
        return out;
    }
    std::vector<std::shared_ptr<const ZoneDifference>> steps = history->differences;
    steps.push_back(std::make_shared<const ZoneDifference>(difference(*history->newest, *out->newest)));
    out->differences = newest_of(std::move(steps), most_bytes);
    return out;
}

} // namespace suanlu::dns
