// SPDX-License-Identifier: Apache-2.0
// Signs a zone with one key (CSK): DNSKEY, the chain of denials (RFC 4034, 4035, 5155) and RRSIGs, by ldns.
// Signatures are kept by what they sign, so that signing again costs only what changed or is about to end.
// One owner, one thread.
#pragma once

#include <cstdint>
#include <map>

#include "dns/zone/denial_chain.hpp"
#include "dns/zone/ldns.hpp"
#include "dns/zone/zone_contents.hpp"

namespace suanlu::dns {

struct SignTimes {
    /// Unix seconds.
    std::uint32_t now = 0;
    /// Signatures begin so much earlier, for resolvers whose clocks are behind.
    std::uint32_t before_s = 3600;
    std::uint32_t validity_s = 14 * 86400;
    /// A signature that ends earlier than this from now is made anew.
    std::uint32_t renew_s = 7 * 86400;
};

class Signer {
public:
    /// A private key as ldns-keygen and dnssec-keygen write it, of ECDSA P-256 (13) or Ed25519 (15).
    /// kBadInput with the file and line; kUnsupported for other algorithms.
    static Result<Signer> open(const std::string& path, const DomainName& apex,
                               Denial denial = Denial::kNsec);

    /// Adds DNSKEY, NSEC or NSEC3, and signatures to `zone`, in place of those that it has.
    Status sign(ZoneContents& zone, const SignTimes& times) { return sign({&zone}, times); }
    /// The same of several forms of one zone, which share signatures.
    Status sign(const std::vector<ZoneContents*>& forms, const SignTimes& times);

    /// DS of the key (SHA-256) in master-file form: what the zone above needs.
    [[nodiscard]] std::string ds_text() const;
    /// Signatures made by the last `sign`; the others were kept.
    [[nodiscard]] std::size_t made() const { return made_; }

private:
    struct Kept {
        Bytes rdata;
        std::uint32_t ends = 0;
        bool is_used = false;
    };

    Signer(LdnsKey key, Denial denial);
    Status sign_form(ZoneContents& zone, const SignTimes& times);
    Status sign_set(const DomainName& owner, Rrset& set, const SignTimes& times);
    Result<Bytes> make_signature(const DomainName& owner, const Rrset& set, const SignTimes& times);
    [[nodiscard]] Result<Record> dnskey() const;

    [[nodiscard]] ldns_key* key() const { return ldns_key_list_key(keys_.get(), 0); }

    Denial denial_;
    /// The one key, in the form that signing takes.
    LdnsKeyList keys_;
    /// By owner, type, TTL and rdata.
    std::map<std::string, Kept> kept_;
    std::size_t made_ = 0;
};

} // namespace suanlu::dns
