// SPDX-License-Identifier: Apache-2.0
// Signs a zone with the keys of a list: DNSKEY, CDS and CDNSKEY (RFC 7344), the chain of denials (RFC 4034,
// 4035, 5155) and RRSIGs. Signatures are kept by what they sign and by whom, so that signing again costs only
// what changed or is about to end. One owner, one thread.
#pragma once

#include <cstdint>
#include <map>

#include "dns/zone/denial_chain.hpp"
#include "dns/zone/key_list.hpp"

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
    /// Opens the key files. kUnsupported where the zone would say an algorithm that does not sign all of it.
    static Result<Signer> open(const KeyList& list, const DomainName& apex, Denial denial = Denial::kNsec);

    /// Adds DNSKEY, NSEC or NSEC3, and signatures to `zone`, in place of those that it has. An error where
    /// the list does not pass its check.
    Status sign(ZoneContents& zone, const SignTimes& times) { return sign({&zone}, times); }
    /// The same of several forms of one zone, which share signatures. Sets for classes are signed one by one,
    /// when they are made.
    Status sign(const std::vector<ZoneContents*>& forms, const SignTimes& times);
    Status sign(const DomainName& owner, ClassRrset& set, const SignTimes& times);
    /// Signs what some owners of a signed zone say now; its names and types are those that were signed.
    Status sign(ZoneContents& zone, const std::vector<DomainName>& owners, const SignTimes& times);

    /// Drops the signatures that nobody asked for since the last call, of all owners or of some.
    void forget_unused();
    void forget_unused(const std::vector<DomainName>& owners);

    /// Takes over what another signer of the zone made: a rollover signs anew only what it must.
    void keep_signatures_of(Signer& other) { kept_.swap(other.kept_); }
    /// The same of the zone as it was signed before a restart, all but `soa` in `parts`, one for each owner;
    /// nothing where its DNSKEY set has keys that are not ours.
    void keep_signatures_of(const Record& soa,
                            std::span<const std::shared_ptr<const std::vector<Record>>> parts);

    [[nodiscard]] const KeyList& keys() const { return list_; }
    /// DS (SHA-256) in master-file form of the keys that the zone above has to know.
    [[nodiscard]] std::vector<std::string> ds_texts() const;
    /// Signatures made so far; the others were kept.
    [[nodiscard]] std::size_t made() const { return made_; }
    /// Unix seconds at which the first signature ends.
    [[nodiscard]] std::uint32_t first_end() const;

private:
    struct Kept {
        Bytes rdata;
        std::uint32_t ends = 0;
        bool is_used = false;
    };

    using KeptPlace = std::map<std::pair<std::uint16_t, std::string>, Kept>::iterator;
    Signer(KeyList list, Denial denial) : list_(std::move(list)), denial_(denial) {}
    [[nodiscard]] Status check_algorithms() const;
    Status add_keys(ZoneContents& zone) const;
    Status sign_form(ZoneContents& zone, const SignTimes& times);
    Status sign_owner(const ZoneContents& zone, const DomainName& owner, OwnerRecords& records,
                      const SignTimes& times);
    [[nodiscard]] bool has_keys_of(const std::vector<Record>& apex) const;
    void keep(const std::vector<Record>& owner);
    KeptPlace forget_unless_used(KeptPlace entry);
    Status sign_set(const DomainName& owner, Rrset& set, const SignTimes& times);
    Result<Bytes> signature_of(ZoneKey& key, const DomainName& owner, const Rrset& set,
                               const std::string& signed_text, const SignTimes& times);

    KeyList list_;
    Denial denial_;
    /// In the order of the list.
    std::vector<ZoneKey> keys_;
    /// By tag of the key, and by owner, type, TTL and rdata.
    std::map<std::pair<std::uint16_t, std::string>, Kept> kept_;
    std::size_t made_ = 0;
};

} // namespace suanlu::dns
