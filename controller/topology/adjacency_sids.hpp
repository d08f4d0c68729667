// SPDX-License-Identifier: Apache-2.0
// Local 16-bit ids for links (End.X, RFC 8986 section 4.2, with NEXT-C-SID): which id a direction of a link
// has at its first router, and the local SID that its agent programs for it. An id follows from the link's
// ends and address alone, so that it survives restarts and the coming and going of others; two links of one
// router that want the same id are settled in the order of their ends. Only agents program them: links of
// other routers have none, and neither has a link whose far address nobody knows. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/model/link.hpp"
#include "core/model/site.hpp"

namespace suanlu {

struct AdjacencySid {
    std::string from;
    std::string to;
    /// Distinguishes parallel links; zero when there is only one.
    Ip6 local;
    /// The neighbour's address on the link.
    Ip6 next_hop;
    std::uint16_t usid = 0;

    auto operator<=>(const AdjacencySid&) const = default;
};

/// Ids that something else of a router has: functions behind its node id, which follow it in a list as its
/// links do.
using FunctionIds = std::map<std::string, std::set<std::uint16_t>>;

/// Sorted by (from, to, local). Links that are down keep their ids. A router with more links than ids gives
/// none to the last of them.
std::vector<AdjacencySid> number_adjacencies(const std::vector<Router>& routers,
                                             const std::vector<const LinkState*>& links,
                                             const FunctionIds& functions);

/// What `router` has to program for its links, `block` being the domain's.
std::vector<LocalSid> local_sids_of(const Router& router, const Prefix6& block,
                                    const std::vector<AdjacencySid>& adjacencies);

} // namespace suanlu
