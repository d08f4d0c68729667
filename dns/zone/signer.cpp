// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/signer.hpp"

#include <algorithm>
#include <set>

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

constexpr std::uint32_t kKeyTtl = 3600;

std::string identity(const DomainName& owner, const Rrset& set) {
    Bytes out;
    const DomainName canonical = owner.canonical();
    put_bytes(out, canonical.wire());
    put_integer(out, set.type);
    put_integer(out, set.ttl);
    std::vector<Bytes> rdatas = set.rdatas;
    std::sort(rdatas.begin(), rdatas.end());
    for (const Bytes& rdata : rdatas) {
        put_integer(out, static_cast<std::uint16_t>(rdata.size()));
        put_bytes(out, rdata);
    }
    return std::string(text_of(out));
}

bool is_of_keys(std::uint16_t type) {
    return type == rr_type::kDnskey || type == rr_type::kCds || type == rr_type::kCdnskey;
}

void add_as(ZoneContents& zone, Record record, std::uint16_t type) {
    record.owner = zone.apex;
    record.type = type;
    record.ttl = kKeyTtl;
    zone.add(record);
}

} // namespace

Result<Signer> Signer::open(const KeyList& list, const DomainName& apex, Denial denial) {
    Signer signer(list, denial);
    for (const ListedKey& listed : list.keys) {
        SL_TRY(ZoneKey key, ZoneKey::open(list.path_of(listed), apex, listed.is_named_above()));
        signer.keys_.push_back(std::move(key));
    }
    SL_TRY_VOID(signer.check_algorithms());
    return signer;
}

/// RFC 4035 section 2.2, RFC 6840 section 5.11: each algorithm of the DNSKEY set signs every set of the zone.
Status Signer::check_algorithms() const {
    const auto some = [&](KeyAlgorithm algorithm, bool (ListedKey::*does)() const) {
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            if (keys_[i].algorithm() == algorithm && (list_.keys[i].*does)()) {
                return true;
            }
        }
        return false;
    };
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        const KeyAlgorithm algorithm = keys_[i].algorithm();
        const bool is_said = list_.keys[i].has_dnskey() || list_.keys[i].has_ds();
        const bool signs = some(algorithm, &ListedKey::signs_zone) && some(algorithm, &ListedKey::signs_keys);
        if (algorithm != keys_.front().algorithm() && is_said && !signs) {
            return Error{Errc::kUnsupported, list_.path_of(list_.keys[i]) +
                                                 ": keys of two algorithms, and each " +
                                                 "would have to sign all (RFC 4035 section 2.2)"};
        }
    }
    return {};
}

std::vector<std::string> Signer::ds_texts() const {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        if (list_.keys[i].has_ds()) {
            out.push_back(keys_[i].ds_text());
        }
    }
    return out;
}

Status Signer::sign(const std::vector<ZoneContents*>& forms, const SignTimes& times) {
    SL_TRY_VOID(list_.check(times.now));
    for (ZoneContents* zone : forms) {
        SL_TRY_VOID(sign_form(*zone, times));
    }
    return {};
}

Status Signer::sign(const DomainName& owner, ClassRrset& set, const SignTimes& times) {
    for (ClassRrset::Variant& variant : set.variants) {
        SL_TRY_VOID(sign_set(owner, variant.rrset, times));
    }
    return {};
}

Status Signer::sign(ZoneContents& zone, const std::vector<DomainName>& owners, const SignTimes& times) {
    for (const DomainName& owner : owners) {
        if (const auto records = zone.owners.find(owner); records != zone.owners.end()) {
            SL_TRY_VOID(sign_owner(zone, owner, records->second, times));
        }
    }
    return {};
}

Status Signer::add_keys(ZoneContents& zone) const {
    OwnerRecords& apex = zone.owners.at(zone.apex);
    for (const std::uint16_t type : {rr_type::kDnskey, rr_type::kCds, rr_type::kCdnskey}) {
        apex.sets.erase(type);
    }
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        const ListedKey& listed = list_.keys[i];
        SL_TRY(const Record dnskey, keys_[i].dnskey());
        if (listed.has_dnskey()) {
            add_as(zone, dnskey, rr_type::kDnskey);
        }
        if (list_.has_child_records && listed.has_ds()) { // RFC 7344 section 3
            SL_TRY(const Record ds, keys_[i].ds());
            add_as(zone, ds, rr_type::kCds);
            add_as(zone, dnskey, rr_type::kCdnskey);
        }
    }
    return {};
}

void Signer::keep_signatures_of(const Record& soa,
                                std::span<const std::shared_ptr<const std::vector<Record>>> parts) {
    const auto is_apex = [&](const auto& part) { return part->front().owner == soa.owner; };
    const auto at_apex = std::find_if(parts.begin(), parts.end(), is_apex);
    if (at_apex == parts.end() || !has_keys_of(**at_apex)) {
        return;
    }
    for (const auto& part : parts) {
        std::vector<Record> records = *part;
        if (is_apex(part)) {
            records.push_back(soa);
        }
        keep(records);
    }
}

/// A tag alone says not whose a signature is.
bool Signer::has_keys_of(const std::vector<Record>& apex) const {
    std::set<Bytes> ours;
    for (const ZoneKey& key : keys_) {
        if (auto dnskey = key.dnskey()) {
            ours.insert(std::move(dnskey->rdata));
        }
    }
    return std::all_of(apex.begin(), apex.end(), [&](const Record& record) {
        return record.type != rr_type::kDnskey || ours.contains(record.rdata);
    });
}

void Signer::keep(const std::vector<Record>& owner) {
    std::map<std::uint16_t, Rrset> sets;
    for (const Record& record : owner) {
        Rrset& set =
            sets.try_emplace(covered_type(record), Rrset{covered_type(record), 0, {}, {}}).first->second;
        set.ttl = record.ttl;
        (record.type == rr_type::kRrsig ? set.signatures : set.rdatas).push_back(record.rdata);
    }
    for (const auto& [type, set] : sets) {
        const std::string signed_text = identity(owner.front().owner, set);
        for (const Bytes& signature : set.signatures) {
            // RFC 4034 section 3.1: type, algorithm, labels, TTL, then when it ends, when it begins, the tag.
            WireReader reader(signature, std::min<std::size_t>(8, signature.size()));
            const auto ends = reader.integer<std::uint32_t>();
            const auto begins = reader.integer<std::uint32_t>();
            const auto tag = reader.integer<std::uint16_t>();
            if (ends && begins && tag) {
                kept_[{*tag, signed_text}] = {signature, *ends, false};
            }
        }
    }
}

Signer::KeptPlace Signer::forget_unless_used(KeptPlace entry) {
    return std::exchange(entry->second.is_used, false) ? std::next(entry) : kept_.erase(entry);
}

void Signer::forget_unused() {
    for (auto entry = kept_.begin(); entry != kept_.end();) {
        entry = forget_unless_used(entry);
    }
}

void Signer::forget_unused(const std::vector<DomainName>& owners) {
    for (const DomainName& owner : owners) {
        const DomainName canonical = owner.canonical();
        const std::string first(text_of(canonical.wire())); // what an identity begins with
        for (const ZoneKey& key : keys_) {
            const std::uint16_t tag = key.tag();
            for (auto entry = kept_.lower_bound({tag, first}); entry != kept_.end() &&
                                                               entry->first.first == tag &&
                                                               entry->first.second.starts_with(first);) {
                entry = forget_unless_used(entry);
            }
        }
    }
}

Status Signer::sign_form(ZoneContents& zone, const SignTimes& times) {
    SL_TRY_VOID(add_keys(zone));
    add_denials(zone, denial_);
    for (auto& [owner, records] : zone.owners) {
        SL_TRY_VOID(sign_owner(zone, owner, records, times));
    }
    return {};
}

Status Signer::sign_owner(const ZoneContents& zone, const DomainName& owner, OwnerRecords& records,
                          const SignTimes& times) {
    const DomainName* cut = zone.cut_above(owner);
    if (cut != nullptr && *cut != owner) {
        return {}; // glue is not the zone's to sign
    }
    for (auto& [type, set] : records.sets) {
        if (cut == nullptr || type == rr_type::kDs || type == rr_type::kNsec) {
            SL_TRY_VOID(sign_set(owner, set, times));
        }
    }
    return {};
}

Status Signer::sign_set(const DomainName& owner, Rrset& set, const SignTimes& times) {
    if (set.rdatas.empty()) {
        return {}; // a variant that is an error
    }
    set.signatures.clear();
    const std::string signed_text = identity(owner, set);
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        if (is_of_keys(set.type) ? list_.keys[i].signs_keys() : list_.keys[i].signs_zone()) {
            SL_TRY(Bytes signature, signature_of(keys_[i], owner, set, signed_text, times));
            set.signatures.push_back(std::move(signature));
        }
    }
    return {};
}

Result<Bytes> Signer::signature_of(ZoneKey& key, const DomainName& owner, const Rrset& set,
                                   const std::string& signed_text, const SignTimes& times) {
    Kept& kept = kept_[{key.tag(), signed_text}];
    // One that ends too late was made by a clock that has since gone back: it may not have begun yet.
    if (kept.rdata.empty() || kept.ends < times.now + times.renew_s ||
        kept.ends > times.now + times.validity_s) {
        SL_TRY(kept.rdata, key.sign(owner, set, times.now - times.before_s, times.now + times.validity_s));
        kept.ends = times.now + times.validity_s;
        ++made_;
    }
    kept.is_used = true;
    return kept.rdata;
}

std::uint32_t Signer::first_end() const {
    std::uint32_t first = 0xffffffff;
    for (const auto& [what, kept] : kept_) {
        first = std::min(first, kept.ends);
    }
    return first;
}

} // namespace suanlu::dns
