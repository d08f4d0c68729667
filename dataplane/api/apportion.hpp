// SPDX-License-Identifier: Apache-2.0
// How many slots each site gets, and which: quotas by largest remainder, then the fewest changes against what
// is in force (no slot changes owner that need not). Pure functions, the same on every ingress.
#pragma once

#include <cstdint>
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
