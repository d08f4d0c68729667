// SPDX-License-Identifier: Apache-2.0
// All answers of one owner name, ready for the wire. A run holds records without header, question and OPT;
// their names are compressed against the question only. Immutable once packed, and shared by snapshots as
// long as nothing of the owner changes. Pure.
#pragma once

#include <array>
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
    kYxDomain = 6,
    kNotAuth = 9,
    kDsoTypeNi = 11,
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

/// What a run of records says beside its octets.
struct RunCounts {
    std::uint16_t answers = 0;
    std::uint16_t authority = 0;
    std::uint16_t additional = 0;
    /// Octets and additional records without those that may be left out when room is short (RFC 2181 section
    /// 9).
    std::uint16_t needed_additional = 0;
    std::uint32_t needed_octets = 0;
    std::uint16_t extended_error = extended_error::kNone;
    Rcode rcode = Rcode::kNoError;
    bool is_authoritative : 1 = true;
    /// It ends with an alias of a name that is to be looked up.
    bool leads_on : 1 = false;
};

/// Records of the sections in their order. A pointer to the zone's apex depends on the length of the
/// question; where the question may be longer than the owner (denials, referrals, wildcards) `apex_pointers`
/// lists the places of those that must be written anew.
struct Run : RunCounts {
    Bytes octets;
    std::vector<std::uint16_t> apex_pointers;
};

/// A run that somebody else holds.
struct RunView {
    const RunCounts* counts = nullptr;
    ByteView octets;
    std::span<const std::uint16_t> apex_pointers;

    RunView() = default;
    RunView(const RunCounts& what, ByteView bytes, std::span<const std::uint16_t> pointers)
        : counts(&what), octets(bytes), apex_pointers(pointers) {}
    RunView(const Run& run) : counts(&run), octets(run.octets), apex_pointers(run.apex_pointers) {}
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

/// What becomes of names that exist only below an owner.
/// kElsewhere: a DNAME says where they lead.
/// kNotReady: nobody knows yet, neither here nor below.
enum class Below : std::uint8_t { kNothing, kWildcard, kReferral, kElsewhere, kNotReady };

class OwnerAnswers;

/// An owner's answers while they are put together.
struct OwnerDraft {
    struct ByType {
        std::uint16_t type = 0;
        /// One for everybody, or what `variant_of_class` names.
        std::vector<RunPair> variants;
        /// Empty = the answer does not depend on the client.
        std::vector<std::uint16_t> variant_of_class;
    };

    /// Lower case.
    DomainName owner;
    /// Index of its zone in the snapshot.
    std::uint16_t zone = 0;
    Below below = Below::kNothing;
    std::vector<ByType> types;
    /// What an alias or a delegation says to all other types. Without it they get NODATA. kElsewhere: what
    /// names below get, the DNAME.
    std::optional<RunPair> otherwise;
    /// kWildcard: answers of "*.owner"; their runs fit any question below.
    std::shared_ptr<const OwnerAnswers> wildcard;
    /// In a signed zone: the gap that proves which types are here (by NSEC3 also that the name is), and the
    /// one that "*.owner" falls into.
    std::uint32_t own_gap = 0;
    std::uint32_t wildcard_gap = 0;
};

/// One block of memory, in the order in which a query reads it, so that few cache lines are touched:
///
///   this object | name | sets | place of each run, by class | runs: head, apex pointers, octets
///
/// Places count octets from the beginning of the block.
class OwnerAnswers {
public:
    struct Set {
        std::uint16_t type = 0;
        /// 0 = the answer does not depend on the client.
        std::uint16_t classes = 0;
        /// Of the places of its runs, one for each class or one in all.
        std::uint32_t plain_at = 0;
        /// The same with the records of DNSSEC.
        std::uint32_t signed_at = 0;
    };

    static std::shared_ptr<const OwnerAnswers> pack(const OwnerDraft& draft);

    /// Lower case.
    [[nodiscard]] ByteView name() const { return {octets_at(sizeof(OwnerAnswers)), name_bytes_}; }
    /// hash_name() of it.
    [[nodiscard]] std::uint64_t hash() const { return hash_; }
    [[nodiscard]] std::uint16_t zone() const { return zone_; }
    [[nodiscard]] Below below() const { return below_; }
    /// In ascending order of types.
    [[nodiscard]] std::span<const Set> sets() const { return {at<Set>(sets_at_), sets_}; }
    /// `number` of the client's class; one that is not known is the first.
    [[nodiscard]] RunView run(const Set& set, std::size_t number, bool is_dnssec_ok) const {
        return run_at(place_of(set, number, is_dnssec_ok));
    }
    /// Null = none of that type.
    [[nodiscard]] const Set* find(std::uint16_t type) const {
        for (const Set& set : sets()) {
            if (set.type == type) {
                return &set;
            }
        }
        return nullptr;
    }

    /// Into the caches: the beginning of the block; then the place of a run; then the run, which reads that.
    void fetch() const { fetch_lines(octets_at(0), kFirstLines); }
    void fetch_place(const Set& set, std::size_t number, bool is_dnssec_ok) const {
        fetch_lines(&place_of(set, number, is_dnssec_ok), 1);
    }
    void fetch_run(const Set& set, std::size_t number, bool is_dnssec_ok) const {
        fetch_lines(octets_at(place_of(set, number, is_dnssec_ok)), kRunLines);
    }

    [[nodiscard]] bool has_otherwise() const { return otherwise_at_[0] != 0; }
    [[nodiscard]] RunView otherwise(bool is_dnssec_ok) const {
        return run_at(otherwise_at_[is_dnssec_ok ? 1 : 0]);
    }
    [[nodiscard]] const OwnerAnswers& wildcard() const { return *wildcard_; }
    [[nodiscard]] std::uint32_t own_gap() const { return own_gap_; }
    [[nodiscard]] std::uint32_t wildcard_gap() const { return wildcard_gap_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    friend class OwnerPacker;
    struct PackedRun {
        RunCounts counts;
        std::uint32_t size = 0;
        std::uint32_t pointers = 0;
    };

    explicit OwnerAnswers(const OwnerDraft& draft);

    static constexpr std::size_t kLineBytes = 64;
    /// All of an owner with one address.
    static constexpr std::size_t kFirstLines = 3;
    /// What follows in a run the processor sees coming.
    static constexpr std::size_t kRunLines = 2;
    static void fetch_lines(const void* from, std::size_t lines) {
        for (std::size_t line = 0; line < lines; ++line) {
            __builtin_prefetch(static_cast<const std::uint8_t*>(from) + line * kLineBytes);
        }
    }

    [[nodiscard]] const std::uint32_t& place_of(const Set& set, std::size_t number, bool is_dnssec_ok) const {
        return at<std::uint32_t>(is_dnssec_ok ? set.signed_at
                                              : set.plain_at)[number < set.classes ? number : 0];
    }
    [[nodiscard]] const std::uint8_t* octets_at(std::size_t place) const {
        return reinterpret_cast<const std::uint8_t*>(this) + place;
    }
    template <class Kind>
    [[nodiscard]] const Kind* at(std::size_t place) const {
        return reinterpret_cast<const Kind*>(octets_at(place));
    }
    [[nodiscard]] RunView run_at(std::size_t place) const {
        const auto& run = *at<PackedRun>(place);
        const auto* const pointers = at<std::uint16_t>(place + sizeof run);
        const auto* const octets = reinterpret_cast<const std::uint8_t*>(pointers + run.pointers);
        return {run.counts, {octets, run.size}, {pointers, run.pointers}};
    }

    std::uint64_t hash_;
    std::uint32_t bytes_ = 0;
    std::uint32_t sets_at_ = 0;
    std::uint16_t sets_ = 0;
    std::uint16_t zone_;
    Below below_;
    std::uint8_t name_bytes_;
    std::array<std::uint32_t, 2> otherwise_at_{};
    std::uint32_t own_gap_;
    std::uint32_t wildcard_gap_;
    std::shared_ptr<const OwnerAnswers> wildcard_;
};

} // namespace suanlu::dns
