// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/zone_key.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <optional>

#include "core/support/whole_file.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/zone/ldns_record.hpp"

namespace suanlu::dns {

namespace {

constexpr std::uint16_t kZoneKey = 256;
constexpr std::uint16_t kSecureEntryPoint = 1;
constexpr std::uint16_t kKeyBits = 256;
constexpr std::uintmax_t kMostKeyBytes = 1U << 16U;

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

/// Gives a key what makes it this zone's, its tag among it.
Status assign(ldns_key& key, const DomainName& apex, bool is_entry_point) {
    ldns_rdf* name = nullptr;
    const std::string text = apex.canonical().text();
    if (ldns_str2rdf_dname(&name, text.c_str()) != LDNS_STATUS_OK) {
        return Error{Errc::kBadInput, "no zone name: " + text};
    }
    ldns_key_set_pubkey_owner(&key, name);
    ldns_key_set_flags(&key, is_entry_point ? kZoneKey | kSecureEntryPoint : kZoneKey);
    ldns_key_set_use(&key, 1);
    const LdnsRr dnskey(ldns_key2rr(&key));
    ldns_key_set_keytag(&key, ldns_calc_keytag(dnskey.get()));
    return {};
}

} // namespace

ZoneKey::ZoneKey(LdnsKey key) : list_(ldns_key_list_new()) {
    ldns_key_list_push_key(list_.get(), key.release());
}

Result<ZoneKey> ZoneKey::open(const std::string& path, const DomainName& apex, bool is_entry_point) {
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
    SL_TRY_VOID(assign(*key, apex, is_entry_point));
    return ZoneKey(std::move(key));
}

namespace {

/// What BIND's tools write beside a key, "20260131235959" in UTC; nothing when it stands not there.
std::optional<std::uint32_t> time_of(std::string_view text, std::string_view field) {
    const std::size_t at = text.find("\n" + std::string(field) + ": ");
    std::tm parts{};
    if (at == std::string_view::npos ||
        ::strptime(std::string(text.substr(at + field.size() + 3, 14)).c_str(), "%Y%m%d%H%M%S", &parts) ==
            nullptr) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(::timegm(&parts));
}

} // namespace

Status check_key_times(const std::string& path, std::uint32_t unix_now) {
    SL_TRY(const std::string text, read_whole_file(path, kMostKeyBytes));
    for (const char* const field : {"Revoke", "Inactive", "Delete"}) {
        if (const auto time = time_of(text, field); time && *time <= unix_now) {
            return Error{Errc::kRefused, path + ": its time is over, " + field +
                                             " is past: make a new key, or " +
                                             "take the line out if the key is to go on signing"};
        }
    }
    if (const auto time = time_of(text, "Activate"); time && *time > unix_now) {
        return Error{Errc::kRefused,
                     path + ": its time has not come, Activate is ahead, or this clock is behind"};
    }
    return {};
}

Result<std::string> ZoneKey::make(const std::string& folder, const DomainName& apex, KeyAlgorithm algorithm,
                                  bool is_entry_point) {
    const LdnsKey key(ldns_key_new_frm_algorithm(static_cast<ldns_signing_algorithm>(algorithm), kKeyBits));
    if (!key) {
        return Error{Errc::kUnsupported, "this ldns makes no key of that algorithm"};
    }
    SL_TRY_VOID(assign(*key, apex, is_entry_point));
    std::array<char, 32> numbers{};
    std::snprintf(numbers.data(), numbers.size(), "+%03u+%05u.private", static_cast<unsigned>(algorithm),
                  static_cast<unsigned>(ldns_key_keytag(key.get())));
    const std::string name = "K" + apex.canonical().text() + numbers.data();
    const std::string path = folder + "/" + name;
    const int handle = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const LdnsFile file(handle < 0 ? nullptr : ::fdopen(handle, "w"));
    if (!file) {
        return Error{Errc::kUnreachable, "cannot write " + path};
    }
    ldns_key_print(file.get(), key.get());
    if (std::fflush(file.get()) != 0 || ::fsync(handle) != 0) {
        return Error{Errc::kUnreachable, "cannot write " + path};
    }
    return name;
}

std::uint16_t ZoneKey::tag() const {
    return ldns_key_keytag(key());
}

KeyAlgorithm ZoneKey::algorithm() const {
    return static_cast<KeyAlgorithm>(ldns_key_algorithm(key()));
}

Result<Record> ZoneKey::dnskey() const {
    const LdnsRr rr(ldns_key2rr(key()));
    return record_of(*rr);
}

Result<Record> ZoneKey::ds() const {
    const LdnsRr dnskey(ldns_key2rr(key()));
    const LdnsRr ds(ldns_key_rr2ds(dnskey.get(), LDNS_SHA256));
    return record_of(*ds);
}

std::string ZoneKey::ds_text() const {
    const LdnsRr dnskey(ldns_key2rr(key()));
    const LdnsRr ds(ldns_key_rr2ds(dnskey.get(), LDNS_SHA256));
    const std::unique_ptr<char, LdnsFree<std::free>> text(ldns_rr2str(ds.get()));
    std::string line(text.get());
    line.erase(line.find_last_not_of('\n') + 1);
    return line;
}

Result<Bytes> ZoneKey::sign(const DomainName& owner, const Rrset& set, std::uint32_t begins,
                            std::uint32_t ends) {
    SL_TRY(const LdnsRrList list, list_of(owner, set));
    ldns_key_set_inception(key(), begins);
    ldns_key_set_expiration(key(), ends);
    const LdnsRrList signatures(ldns_sign_public(list.get(), list_.get()));
    if (!signatures || ldns_rr_list_rr_count(signatures.get()) != 1) {
        return Error{Errc::kBadInput, "cannot sign " + owner.text() + " " + type_text(set.type)};
    }
    SL_TRY(Record record, record_of(*ldns_rr_list_rr(signatures.get(), 0)));
    return std::move(record.rdata);
}

} // namespace suanlu::dns
