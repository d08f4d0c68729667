// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/probe_targets.hpp"

#include <algorithm>

namespace suanlu {

Result<FirstHop> first_hop(const Plan& plan, const PathPlan& path) {
    if (!starts_with_own_link(path.segments, plan.node)) {
        return FirstHop{path.first_sid(), false, {}};
    }
    const Segment& link = path.segments.segments.front();
    const auto sid =
        std::find_if(plan.local_sids.begin(), plan.local_sids.end(), [&link](const LocalSid& each) {
            return each.behaviour == SidBehaviour::kEndX && locator_usid(each.sid) == link.usid;
        });
    if (sid == plan.local_sids.end()) {
        return Error{Errc::kNotFound, "no link of this router has the id of segment " + link.text()};
    }
    return FirstHop{sid->next_hop, true, sid->interface};
}

std::vector<ProbeTarget> probe_targets(const Plan& plan, const NextHopMap& hops) {
    std::vector<ProbeTarget> out;
    for (const SitePlan& site : plan.sites) {
        if (!site.is_probed || site.probe_address.is_zero() || site.probe_address.is_mapped_v4()) {
            continue;
        }
        for (const PathPlan& path : site.paths) {
            if (path.destination6.is_zero()) {
                continue; // a probe is an IPv6 packet
            }
            ProbeTarget target{path.id, path.mode, path.sids, path.destination6, site.probe_address, 0, {}};
            if (starts_with_own_link(path.segments, plan.node)) {
                target.own_link = path.segments.segments.front().usid;
                const auto hop = hops.find(path.id);
                target.hop = hop == hops.end() ? NextHop{} : hop->second;
            }
            out.push_back(std::move(target));
        }
    }
    return out;
}

} // namespace suanlu
