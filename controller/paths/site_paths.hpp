// SPDX-License-Identifier: Apache-2.0
// The paths from an ingress to a site: the fastest one that can be pinned, and one that shares as little with
// it as the topology allows, through another attachment where there is one. Every list is proven by walking
// it before it is given out. Links that no node SID pins are named by their adjacency SIDs, where the link's
// router is an agent's; a link of the ingress itself is taken by sending over it and is not written. Stable:
// a path that is still good keeps its place and its id, because live flows are on it. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/paths/segments/forwarding.hpp"
#include "core/model/plan.hpp"
#include "core/model/site.hpp"

namespace suanlu {

/// A path in use gives way only to one that is faster by this factor.
inline constexpr double kPathHysteresis = 1.25;

struct SitePathRequest {
    const Site* site = nullptr;
    std::string ingress;
    Prefix6 sid_block;
    /// What was given out last; empty the first time.
    std::vector<PathPlan> previous;
};

/// Best first: the fastest, its backup, then one through every other attachment. At most kPathsPerSite.
/// Delays include the access link. kNotFound when no attachment can be reached; the error says why for each
/// attachment.
Result<std::vector<PathPlan>> compile_site_paths(paths::Forwarding& forwarding,
                                                 const SitePathRequest& request);

/// Proves a path against a topology: the destination spells the list, the list leads to the egress over
/// exactly the links it names, within its MTU and its delay (the path's delay has the access link on top).
Status check_path(paths::Forwarding& forwarding, const std::string& ingress, const PathPlan& path);

} // namespace suanlu
