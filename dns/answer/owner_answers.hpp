// SPDX-License-Identifier: Apache-2.0
// All answers of one owner name, ready for the wire. A run holds records without header, question and OPT;
// their names are compressed against the question only. Immutable once built, and shared by snapshots as long
// as nothing of the owner changes. Pure.
#pragma once

#include <memory>
#include <optional>

#include "dns/record/domain_name.hpp"

namespace suanlu::dns {

/// RFC 1035 section 4.1.1 and its registry.
enum class Rcode : std::uint8_t {
    kNoError = 0,
    kFormErr = 1,
    kServFail = 2,
    kNxDomain = 3,
    kNotImp = 4,
    kRefused = 5,
    kNotAuth = 9,
    kBadVers = 16,
    kBadCookie = 23,
};

/// Extended DNS errors (RFC 8914 section 4).
namespace extended_error {
inline constexpr std::uint16_t kOther = 0;
inline constexpr std::uint16_t kStaleAnswer = 3;
inline constexpr std::uint16_t kNotReady = 14;
inline constexpr std::uint16_t kProhibited = 18;
inline constexpr std::uint16_t kNotAuthoritative = 20;
inline constexpr std::uint16_t kNotSupported = 21;
inline constexpr std::uint16_t kInvalidData = 24;
inline constexpr std::uint16_t kNone = 0xffff;
} // namespace extended_error

/// Records of the sections in their order. A pointer to the zone's apex depends on the length of the
/// question; where the question may be longer than the owner (denials, referrals, wildcards) `apex_pointers`
/// lists the places of those that must be written anew.
struct Run {
    Bytes octets;
    std::vector<std::uint16_t> apex_pointers;
    std::uint16_t answers = 0;
    std::uint16_t authority = 0;
    std::uint16_t additional = 0;
    /// Octets and additional records without those that may be left out when room is short (RFC 2181 section
    /// 9).
    std::uint32_t needed_octets = 0;
    std::uint16_t needed_additional = 0;
    Rcode rcode = Rcode::kNoError;
    bool is_authoritative = true;
    std::uint16_t extended_error = extended_error::kNone;
};

/// Without and with the records of DNSSEC.
struct RunPair {
    Run plain;
    Run signed_run;
    bool has_signed = false;

    [[nodiscard]] const Run& of(bool is_dnssec_ok) const {
        return is_dnssec_ok && has_signed ? signed_run : plain;
    }
};

struct OwnerAnswers {
    struct ByType {
        std::uint16_t type = 0;
        /// One for everybody, or what `variant_of_class` names.
        std::vector<RunPair> variants;
        /// Empty = the answer does not depend on the client.
        std::vector<std::uint16_t> variant_of_class;
    };
    /// What becomes of names that exist only below this one.
    /// kNotReady: nobody knows yet, neither here nor below.
    enum class Below : std::uint8_t { kNothing, kWildcard, kReferral, kNotReady };

    /// Lower case.
    DomainName owner;
    /// Index of its zone in the snapshot.
    std::uint16_t zone = 0;
    Below below = Below::kNothing;
    /// In ascending order.
    std::vector<ByType> types;
    /// What an alias or a delegation says to all other types. Without it they get NODATA.
    std::optional<RunPair> otherwise;
    /// kWildcard: answers of "*.owner"; their runs fit any question below.
    std::shared_ptr<const OwnerAnswers> wildcard;
    /// In a signed zone: the gap that proves which types are here (by NSEC3 also that the name is), and the
    /// one that "*.owner" falls into.
    std::uint32_t own_gap = 0;
    std::uint32_t wildcard_gap = 0;
};

} // namespace suanlu::dns
