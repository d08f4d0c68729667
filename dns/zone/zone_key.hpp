// SPDX-License-Identifier: Apache-2.0
// One private key of a zone, by ldns: ECDSA P-256 or Ed25519 (RFC 8624 section 3.1), in the files that
// ldns-keygen and dnssec-keygen write. Gives its DNSKEY and DS, and signs. One owner.
#pragma once

#include <cstdint>
#include <string>

#include "dns/record/rrset.hpp"
#include "dns/zone/ldns.hpp"

namespace suanlu::dns {

enum class KeyAlgorithm : std::uint8_t { kEcdsaP256 = 13, kEd25519 = 15 };

/// kRefused for a key that is not to sign at `unix_now` by what BIND's tools wrote into its file: not yet
/// active, inactive, revoked or deleted. Keys without such lines have no end.
Status check_key_times(const std::string& path, std::uint32_t unix_now);

class ZoneKey {
public:
    /// `is_entry_point`: the flag of keys that the zone above names (RFC 4034 section 2.1.1).
    /// kNotFound, kBadInput with file and line, kUnsupported for other algorithms.
    static Result<ZoneKey> open(const std::string& path, const DomainName& apex, bool is_entry_point);
    /// Makes a new one and writes it into `folder`, for its owner's eyes only; returns the name of its file,
    /// K<zone>+<algorithm>+<tag>.private.
    static Result<std::string> make(const std::string& folder, const DomainName& apex, KeyAlgorithm algorithm,
                                    bool is_entry_point);

    [[nodiscard]] std::uint16_t tag() const;
    [[nodiscard]] KeyAlgorithm algorithm() const;
    [[nodiscard]] Result<Record> dnskey() const;
    /// By SHA-256.
    [[nodiscard]] Result<Record> ds() const;
    /// The same in master-file form.
    [[nodiscard]] std::string ds_text() const;
    /// RRSIG rdata over `set` from `begins` to `ends` (Unix seconds).
    [[nodiscard]] Result<Bytes> sign(const DomainName& owner, const Rrset& set, std::uint32_t begins,
                                     std::uint32_t ends);

private:
    explicit ZoneKey(LdnsKey key);
    [[nodiscard]] ldns_key* key() const { return ldns_key_list_key(list_.get(), 0); }
    /// The one key, in the form that signing takes.
    LdnsKeyList list_;
};

} // namespace suanlu::dns
