// SPDX-License-Identifier: Apache-2.0
// Where the packets of a path leave this router, and which paths it probes: by its own routes, or, when the
// path begins with one of this router's links, over that link whatever the routes say. Sites that take no
// more probes are probed by others, as the Plan says. Pure; an error names the path's segment.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/model/plan.hpp"
#include "dataplane/api/dataplane.hpp"

namespace suanlu {

using NextHopMap = std::map<PathId, NextHop>;

struct FirstHop {
    /// A destination that the routes know, or the neighbour on the link.
    Ip6 towards;
    /// True: only a neighbour on a link of this router counts, no way around.
    bool is_own_link = false;
    /// The link's interface when the neighbour's address does not tell it; else empty.
    std::string interface;

    bool operator==(const FirstHop&) const = default;
};

/// kNotFound: the path begins with a link of this router that has no SID in the Plan.
Result<FirstHop> first_hop(const Plan& plan, const PathPlan& path);

struct ProbeTarget {
    PathId path;
    /// How its packets are encapsulated.
    EncapMode mode = EncapMode::kUsid;
    /// SIDs before the last.
    std::vector<Ip6> sids;
    /// The path's last SID, or its whole uSID list.
    Ip6 outer_destination;
    /// The site's reflector.
    Ip6 destination;
    /// Local id of the link of this router that the path begins with; 0 = it goes by route.
    std::uint16_t own_link = 0;
    /// Where to send over that link; unresolved: it cannot be sent.
    NextHop hop;

    /// The same session goes on over another next hop.
    [[nodiscard]] bool is_same_session(const ProbeTarget& other) const {
        return path == other.path && mode == other.mode && sids == other.sids &&
               outer_destination == other.outer_destination && destination == other.destination &&
               own_link == other.own_link;
    }
    bool operator==(const ProbeTarget&) const = default;
};

/// Every path of every site that this router probes, in the order of the Plan.
std::vector<ProbeTarget> probe_targets(const Plan& plan, const NextHopMap& hops);

} // namespace suanlu
