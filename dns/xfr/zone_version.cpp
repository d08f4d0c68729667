// SPDX-License-Identifier: Apache-2.0
#include "dns/xfr/zone_version.hpp"

#include <algorithm>
#include <tuple>

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

/// Of SOA rdata (RFC 1035 section 3.3.13).
constexpr std::size_t kSerialFromEnd = 20;
constexpr std::size_t kMostDifferences = 1000;

bool is_before(const Record& a, const Record& b) {
    if (const auto order = a.owner <=> b.owner; order != 0) {
        return order < 0;
    }
    return std::tie(a.type, a.ttl, a.rdata) < std::tie(b.type, b.ttl, b.rdata);
}

std::size_t bytes_of(const Record& record) {
    return record.owner.size() + 10 + record.rdata.size();
}

std::size_t bytes_of(const std::vector<Record>& records) {
    std::size_t bytes = 0;
    for (const Record& record : records) {
        bytes += bytes_of(record);
    }
    return bytes;
}

bool signs_soa(const Record& record) {
    return record.type == rr_type::kRrsig && record.rdata.size() > 1 && record.rdata[0] == 0 &&
           record.rdata[1] == rr_type::kSoa;
}

void add_set(const DomainName& owner, const Rrset& set, ZoneVersion& version) {
    for (const Bytes& rdata : set.rdatas) {
        if (set.type == rr_type::kSoa) {
            version.soa = {owner, set.type, set.ttl, rdata};
        } else {
            version.records.push_back({owner, set.type, set.ttl, rdata});
        }
    }
    for (const Bytes& signature : set.signatures) {
        version.records.push_back({owner, rr_type::kRrsig, set.ttl, signature});
    }
}

} // namespace

ZoneContents canonical_zone(const ZoneContents& zone) {
    ZoneContents out{zone.apex, {}};
    for (const auto& [owner, records] : zone.owners) {
        OwnerRecords common{records.sets, {}};
        for (const auto& [type, set] : records.class_sets) {
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
    for (const auto& [owner, records] : zone.owners) {
        for (const auto& [type, set] : records.sets) {
            add_set(owner, set, version);
        }
    }
    std::sort(version.records.begin(), version.records.end(), is_before);
    version.bytes = bytes_of(version.soa) + bytes_of(version.records);
    return version;
}

bool is_same_but_serial(const ZoneVersion& a, const ZoneVersion& b) {
    const auto without_serial = [](const Record& soa) {
        Record out = soa;
        std::fill_n(out.rdata.end() - kSerialFromEnd, 4, std::uint8_t{0});
        return out;
    };
    // The one signature that may differ stands at the same place in both.
    return without_serial(a.soa) == without_serial(b.soa) &&
           std::equal(
               a.records.begin(), a.records.end(), b.records.begin(), b.records.end(),
               [](const Record& x, const Record& y) { return x == y || (signs_soa(x) && signs_soa(y)); });
}

ZoneDifference difference(const ZoneVersion& from, const ZoneVersion& to) {
    ZoneDifference out{from.soa, {}, to.soa, {}, 0};
    const auto only_in = [](const ZoneVersion& here, const ZoneVersion& there, std::vector<Record>& into) {
        std::set_difference(here.records.begin(), here.records.end(), there.records.begin(),
                            there.records.end(), std::back_inserter(into), is_before);
    };
    only_in(from, to, out.removed);
    only_in(to, from, out.added);
    out.bytes = bytes_of(out.from) + bytes_of(out.removed) + bytes_of(out.to) + bytes_of(out.added);
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

std::uint32_t serial_after(const ZoneHistory* history, const ZoneVersion& candidate) {
    if (history == nullptr || is_later_serial(candidate.serial(), history->newest->serial())) {
        return candidate.serial();
    }
    const ZoneVersion& newest = *history->newest;
    return is_same_but_serial(newest, candidate) ? newest.serial() : newest.serial() + 1;
}

std::shared_ptr<const ZoneHistory> extend(const ZoneHistory* history, ZoneVersion next,
                                          std::size_t most_bytes) {
    auto out = std::make_shared<ZoneHistory>();
    out->newest = std::make_shared<const ZoneVersion>(std::move(next));
    if (history == nullptr) {
        return out;
    }
    auto step = std::make_shared<const ZoneDifference>(difference(*history->newest, *out->newest));
    std::size_t bytes = step->bytes;
    auto first = history->differences.end();
    for (std::size_t count = 1; first != history->differences.begin() && count < kMostDifferences; ++count) {
        bytes += (*std::prev(first))->bytes;
        if (bytes > most_bytes) {
            break;
        }
        --first;
    }
    if (step->bytes <= most_bytes) {
        out->differences.assign(first, history->differences.end());
        out->differences.push_back(std::move(step));
    }
    return out;
}

} // namespace suanlu::dns
