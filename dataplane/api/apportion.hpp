// SPDX-License-Identifier: Apache-2.0
// How many slots each site gets, and which: quotas by largest remainder, then the fewest changes against what
// is in force (no slot changes owner that need not). Pure functions, the same on every ingress.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/model/ids.hpp"

namespace suanlu {

/// A site as one service sees it.
struct Candidate {
    SiteId site;
    /// Share of new flows; any unit, only ratios count. 0 = last resort.
    std::uint32_t ppm = 0;
    /// Alive, not suspect, and with a path.
    bool takes_new = false;
    bool is_dead = false;
    /// Among the service's cost rows; 0xffff = it has none.
    std::uint16_t rank = 0xffff;
};

/// Finds a candidate by its site at once. The candidates outlive it.
class CandidateIndex {
public:
    explicit CandidateIndex(std::span<const Candidate> candidates);
    /// Position among the candidates; none = no candidate.
    [[nodiscard]] std::optional<std::size_t> position(SiteId site) const {
        const auto found = site.value < positions_.size() ? positions_[site.value] : 0;
        return found == 0 ? std::nullopt : std::optional<std::size_t>(found - 1);
    }
    /// Null = no candidate.
    [[nodiscard]] const Candidate* find(SiteId site) const {
        const auto at = position(site);
        return at ? &candidates_[*at] : nullptr;
    }

private:
    std::span<const Candidate> candidates_;
    /// By site id; 1 + the position, 0 = no candidate.
    std::vector<std::uint32_t> positions_;
};

/// One slot as the editor sees it; site 0 = none.
struct SlotOwner {
    SiteId next;
    SiteId base;
    /// May not move now (minimum stay): released last.
    bool is_held = false;
};

/// Slots per candidate, in the order given; they sum to `slots` when a candidate is not dead, else all are 0.
/// Without any positive share the living share equally.
std::vector<std::uint32_t> slot_quotas(std::span<const Candidate> candidates, std::uint32_t slots);

/// The new owner of every slot. Exactly as many slots change as the quotas force; released are first those
/// that have not settled on the site, then those least suited by rendezvous; freed slots prefer to stay on
/// their base.
std::vector<SiteId> edit_owners(ServiceId service, std::span<const SlotOwner> owners,
                                std::span<const Candidate> candidates);

/// First candidate in the slot's rendezvous order that may take new flows (those with a share before those
/// without); none = SiteId{}.
SiteId first_eligible(ServiceId service, std::uint32_t slot, std::span<const Candidate> candidates);
/// The same among all that are not dead, eligible ones first: who inherits a slot when its base dies.
SiteId survivor(ServiceId service, std::uint32_t slot, std::span<const Candidate> candidates);

} // namespace suanlu
