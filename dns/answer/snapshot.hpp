// SPDX-License-Identifier: Apache-2.0
// All that queries are answered from, at one moment. Immutable: workers read it without locks and drop it
// between two batches (snapshot_exchange.hpp). Making the next one copies a table of pointers; answers of
// owners that did not change are shared. Pure.
#pragma once

#include "dns/answer/client_classes.hpp"
#include "dns/answer/message_stream.hpp"
#include "dns/answer/name_hash.hpp"
#include "dns/answer/owner_answers.hpp"
#include "dns/answer/server_options.hpp"

namespace suanlu::dns {

/// What a zone says about names that are not there.
struct ZoneDenials {
    DomainName apex;
    /// SOA in the authority section; signed: with its RRSIG.
    RunPair soa;
    struct Gap {
        /// Lower case; the gap is from here to the next one.
        DomainName from;
        /// NSEC or NSEC3, and its RRSIG.
        Run run;
    };
    /// In canonical order, of NSEC the apex first; empty in an unsigned zone. Shared until a name or type is
    /// new or gone.
    std::shared_ptr<const std::vector<Gap>> gaps = std::make_shared<const std::vector<Gap>>();
    /// By NSEC3: gaps lie between hashes (hashed_name.hpp).
    bool is_hashed = false;
};

/// Hashes of those suffixes of a query's name that may exist.
struct NameTrail {
    /// By the label at which a suffix begins, from `first` on; the root's comes last.
    std::array<std::uint64_t, kMostLabels + 1> hash_of;
    std::size_t first = 0;
};

class Snapshot {
public:
    using Owner = std::shared_ptr<const OwnerAnswers>;

    Snapshot(std::vector<Owner> owners, std::vector<std::shared_ptr<const ZoneDenials>> zones,
             std::shared_ptr<const ClientClasses> classes, ServerOptions options = {},
             std::shared_ptr<const StreamAnswerer> streams = nullptr);

    /// Fills `trail`, and fetches into the caches where the longest suffix is looked for.
    void trace(const Query& query, NameTrail& trail) const;
    /// Whom the longest suffix belongs to, by its hash alone; null = look closer. Fetched into the caches.
    [[nodiscard]] const OwnerAnswers* guess(const NameTrail& trail) const;
    /// The owner of a query's name, or the closest one above it; null outside of all zones. `skipped` gets
    /// the number of labels in front of that owner.
    [[nodiscard]] const OwnerAnswers* closest(const Query& query, const NameTrail& trail,
                                              std::size_t& skipped) const;

    /// What the zone above says at the apex `owner`, where that zone is here too: to answer for DS (RFC 4035
    /// section 3.1.4.1). Null otherwise.
    [[nodiscard]] const OwnerAnswers* cut_at(const OwnerAnswers& owner) const;

    [[nodiscard]] const ZoneDenials& zone(const OwnerAnswers& owner) const { return *zones_[owner.zone()]; }
    [[nodiscard]] const ClientClasses& classes() const { return *classes_; }
    [[nodiscard]] const std::vector<Owner>& owners() const { return owners_; }
    [[nodiscard]] const ServerOptions& options() const { return options_; }
    /// Who answers transfers and signed queries; null = nobody.
    [[nodiscard]] const StreamAnswerer* streams() const { return streams_.get(); }

private:
    struct Slot {
        std::uint64_t hash = 0;
        const OwnerAnswers* owner = nullptr;
    };

    enum class Place : std::uint8_t { kServed, kCut, kBelowCut };
    /// Where an owner of one zone is when the others are served here too (RFC 1034 section 4.3.2, step 2).
    [[nodiscard]] Place place_of(const OwnerAnswers& owner) const;
    void insert(const OwnerAnswers& owner);
    [[nodiscard]] std::size_t slot_of(std::uint64_t hash) const { return hash & (slots_.size() - 1); }
    [[nodiscard]] const OwnerAnswers* find(std::uint64_t hash, ByteView name) const;

    std::vector<Owner> owners_;
    std::vector<std::shared_ptr<const ZoneDenials>> zones_;
    std::shared_ptr<const ClientClasses> classes_;
    ServerOptions options_;
    std::shared_ptr<const StreamAnswerer> streams_;
    /// Open addressing, at most half full.
    std::vector<Slot> slots_;
    std::size_t most_labels_ = 0;
    /// Owners that are another zone's apex.
    std::vector<const OwnerAnswers*> cuts_;
};

/// Index of the gap that `name` (lower case) lies in or begins; the zone must have gaps.
std::size_t gap_of(const ZoneDenials& zone, ByteView name);

} // namespace suanlu::dns
