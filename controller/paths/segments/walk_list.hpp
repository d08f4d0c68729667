// SPDX-License-Identifier: Apache-2.0
// The checker: walks a segment list over the topology as the routers would, over every equal-cost path at
// once, and either says which links it may use and between which delays it stays, or why it must not be used.
// It knows nothing of how lists are made. Pure.
#pragma once

#include "controller/paths/segments/forwarding.hpp"
#include "controller/paths/segments/usid.hpp"

namespace suanlu::paths {

struct WalkRules {
    /// Longest delay that any equal-cost path may have, microseconds; kInfinite = delays may be unknown.
    std::uint32_t delay_bound = kInfinite;
    /// By link: what may be used at all (legal area, protection, affinity); empty = everything.
    std::vector<bool> admitted;
    /// Elements that are down while the routers still forward as before (repairs).
    Failure broken;
    /// A router may be passed by two segments, as in a chain of functions. Loops inside a segment never may.
    bool may_revisit = false;
    /// Every link must carry packets of this size.
    Bytes mtu{0};
    /// Check what the routers can impose, process and take off.
    std::optional<PackOptions> depths;
    bool has_function = false; ///< a service's id follows the list
};

struct WalkedList {
    /// Every link that a packet may take, ascending.
    std::vector<std::uint32_t> links;
    /// The one walk that every packet takes; empty when there are several (or none was needed).
    Walk walk;
    bool is_single = true;
    std::uint32_t shortest_delay = 0; ///< microseconds; kInfinite when a link's delay is unknown
    std::uint32_t longest_delay = 0;
    Bytes mtu{kInfinite}; ///< smallest; kInfinite for a list that uses no link
    std::uint32_t end = kNone;
};

/// kBadInput: a segment that nobody can follow, a loop, a black hole, a link that is down. kRefused: a bound.
/// kOutOfRange: MSD, MTU. The text names the segment and the router.
Result<WalkedList> walk_list(Forwarding& forwarding, std::uint32_t from, std::span<const PathSegment> list,
                             const WalkRules& rules = {});

} // namespace suanlu::paths
