// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/signer.hpp"

#include <algorithm>

#include "dns/record/rr_type.hpp"
#include "dns/zone/ldns_record.hpp"

namespace suanlu::dns {

namespace {

constexpr std::uint32_t kKeyTtl = 3600;
/// Zone key and secure entry point (RFC 4034 section 2.1.1): one key signs all.
constexpr std::uint16_t kCskFlags = 257;

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

Result<LdnsRrList> list_of(const DomainName& owner, const Rrset& set) {
    LdnsRrList list(ldns_rr_list_new());
    for (const Bytes& rdata : set.rdatas) {
        Bytes wire(owner.wire().begin(), owner.wire().end());
        put_integer(wire, set.type);
        put_integer(wire, rr_class::kIn);
        put_integer(wire, set.ttl);
        put_integer(wire, static_cast<std::uint16_t>(rdata.size()));
        put_bytes(wire, rdata);
        ldns_rr* rr = nullptr;
        std::size_t place = 0;
        const ldns_status status = ldns_wire2rr(&rr, wire.data(), wire.size(), &place, LDNS_SECTION_ANSWER);
        if (status != LDNS_STATUS_OK) {
            return ldns_error(status, owner.text() + " " + type_text(set.type));
        }
        ldns_rr_list_push_rr(list.get(), rr);
    }
    return list;
}

} // namespace

Result<Signer> Signer::open(const std::string& path, const DomainName& apex, Denial denial) {
    const LdnsFile file(std::fopen(path.c_str(), "re"));
    if (!file) {
        return Error{Errc::kNotFound, "cannot read " + path};
    }
    ldns_key* read = nullptr;
    int line = 0;
    const ldns_status status = ldns_key_new_frm_fp_l(&read, file.get(), &line);
    LdnsKey key(read);
    if (status != LDNS_STATUS_OK) {
        return ldns_error(status, path + ":" + std::to_string(line));
    }
    const ldns_signing_algorithm algorithm = ldns_key_algorithm(key.get());
    if (algorithm != LDNS_SIGN_ED25519 && algorithm != LDNS_SIGN_ECDSAP256SHA256) {
        return Error{Errc::kUnsupported, path + ": only ECDSA P-256 (13) and Ed25519 (15)"};
    }
    ldns_rdf* name = nullptr;
    const std::string text = apex.canonical().text();
    if (ldns_str2rdf_dname(&name, text.c_str()) != LDNS_STATUS_OK) {
        return Error{Errc::kBadInput, "no zone name: " + text};
    }
    ldns_key_set_pubkey_owner(key.get(), name);
    ldns_key_set_flags(key.get(), kCskFlags);
    ldns_key_set_use(key.get(), 1);
    const LdnsRr dnskey(ldns_key2rr(key.get()));
    ldns_key_set_keytag(key.get(), ldns_calc_keytag(dnskey.get()));
    return Signer(std::move(key), denial);
}

Signer::Signer(LdnsKey key, Denial denial) : denial_(denial), keys_(ldns_key_list_new()) {
    ldns_key_list_push_key(keys_.get(), key.release());
}

Result<Record> Signer::dnskey() const {
    const LdnsRr rr(ldns_key2rr(key()));
    ldns_rr_set_ttl(rr.get(), kKeyTtl);
    return record_of(*rr);
}

std::string Signer::ds_text() const {
    const LdnsRr dnskey(ldns_key2rr(key()));
    const LdnsRr ds(ldns_key_rr2ds(dnskey.get(), LDNS_SHA256));
    const std::unique_ptr<char, LdnsFree<std::free>> text(ldns_rr2str(ds.get()));
    std::string line(text.get());
    line.erase(line.find_last_not_of('\n') + 1);
    return line;
}

Status Signer::sign(const std::vector<ZoneContents*>& forms, const SignTimes& times) {
    made_ = 0;
    for (ZoneContents* zone : forms) {
        SL_TRY_VOID(sign_form(*zone, times));
    }
    for (auto entry = kept_.begin(); entry != kept_.end();) {
        entry = std::exchange(entry->second.is_used, false) ? std::next(entry) : kept_.erase(entry);
    }
    return {};
}

Status Signer::sign_form(ZoneContents& zone, const SignTimes& times) {
    SL_TRY(const Record key, dnskey());
    zone.add(key);
    add_denials(zone, denial_);
    for (auto& [owner, records] : zone.owners) {
        const DomainName* cut = zone.cut_above(owner);
        if (cut != nullptr && *cut != owner) {
            continue; // glue is not the zone's to sign
        }
        for (auto& [type, set] : records.sets) {
            if (cut == nullptr || type == rr_type::kDs || type == rr_type::kNsec) {
                SL_TRY_VOID(sign_set(owner, set, times));
            }
        }
        for (auto& [type, set] : records.class_sets) {
            for (ClassRrset::Variant& variant : set.variants) {
                SL_TRY_VOID(sign_set(owner, variant.rrset, times));
            }
        }
    }
    return {};
}

Status Signer::sign_set(const DomainName& owner, Rrset& set, const SignTimes& times) {
    if (set.rdatas.empty()) {
        return {}; // a variant that is an error
    }
    Kept& kept = kept_[identity(owner, set)];
    // One that ends too late was made by a clock that has since gone back: it may not have begun yet.
    if (kept.rdata.empty() || kept.ends < times.now + times.renew_s ||
        kept.ends > times.now + times.validity_s) {
        SL_TRY(kept.rdata, make_signature(owner, set, times));
        kept.ends = times.now + times.validity_s;
        ++made_;
    }
    kept.is_used = true;
    set.signatures = {kept.rdata};
    return {};
}

Result<Bytes> Signer::make_signature(const DomainName& owner, const Rrset& set, const SignTimes& times) {
    SL_TRY(const LdnsRrList list, list_of(owner, set));
    ldns_key_set_inception(key(), times.now - times.before_s);
    ldns_key_set_expiration(key(), times.now + times.validity_s);
    const LdnsRrList signatures(ldns_sign_public(list.get(), keys_.get()));
    if (!signatures || ldns_rr_list_rr_count(signatures.get()) != 1) {
        return Error{Errc::kBadInput, "cannot sign " + owner.text() + " " + type_text(set.type)};
    }
    SL_TRY(Record record, record_of(*ldns_rr_list_rr(signatures.get(), 0)));
    return std::move(record.rdata);
}

} // namespace suanlu::dns
