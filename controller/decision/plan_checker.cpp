// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/plan_checker.hpp"

#include <algorithm>
#include <set>

#include "core/model/segment_list.hpp"

namespace suanlu {

namespace {

// A client's smallest IPv6 packet (RFC 8200 section 5) plus the outer header.
constexpr std::uint32_t kOuterHeader = 40;
constexpr std::uint32_t kLeastOuterMtu = 1280 + kOuterHeader;

Error refuse(PlanCheck check, const std::string& where, const std::string& why) {
    return {Errc::kRefused, std::string(to_text(check)) + ": " + where + ": " + why};
}

/// "A>B" links in a row from the ingress to the egress, no router twice. Gives the routers passed.
Result<std::vector<std::string>> walk(const PathPlan& path, const std::string& from,
                                      const std::string& where) {
    std::vector<std::string> passed{from};
    for (const std::string& link : path.links) {
        const std::size_t arrow = link.find('>');
        if (arrow == std::string::npos || link.substr(0, arrow) != passed.back()) {
            return refuse(PlanCheck::kPath, where, "link " + link + " does not begin at " + passed.back());
        }
        const std::string next = link.substr(arrow + 1);
        if (std::find(passed.begin(), passed.end(), next) != passed.end()) {
            return refuse(PlanCheck::kPath, where, "passes " + next + " twice");
        }
        passed.push_back(next);
    }
    if (passed.back() != path.egress) {
        return refuse(PlanCheck::kPath, where,
                      "ends at " + passed.back() + ", not at the egress " + path.egress);
    }
    return passed;
}

Status check_segments(const PathPlan& path, const std::vector<std::string>& passed,
                      const std::string& where) {
    auto at = passed.begin();
    for (const Segment& segment : path.segments.segments) {
        at = std::find(at, passed.end(), segment.node);
        if (at == passed.end()) {
            return refuse(PlanCheck::kSegments, where, "segment " + segment.node + " is not on the way");
        }
    }
    if (path.segments.segments.empty() || path.segments.segments.back().node != path.egress) {
        return refuse(PlanCheck::kSegments, where,
                      "the segment list does not end at the egress " + path.egress);
    }
    return {};
}

Status check_destination(const PathPlan& path, const Site& site, const std::string& from,
                         const Inventory& inventory, const std::string& where) {
    const auto a = std::find_if(site.attachments.begin(), site.attachments.end(),
                                [&path](const Attachment& x) { return x.egress == path.egress; });
    if (a == site.attachments.end()) {
        return refuse(PlanCheck::kPath, where,
                      "egress " + path.egress + " has no attachment of " + site.name);
    }
    const auto packed = pack_usid(inventory.sid_block, written_part(path.segments, from), a->sid6);
    if (!packed || *packed != path.destination6) {
        return refuse(PlanCheck::kSegments, where,
                      "destination " + path.destination6.text() + " is not the segment list's");
    }
    return {};
}

/// The least MTU of the links and the attachment, from the inventory alone.
Status check_mtu(const PathPlan& path, const Site& site, const std::vector<std::string>& passed,
                 const Inventory& inventory, const std::string& where) {
    if (path.mtu.value < kLeastOuterMtu) {
        return refuse(PlanCheck::kMtu, where,
                      "MTU " + std::to_string(path.mtu.value) + " is below " +
                          std::to_string(kLeastOuterMtu));
    }
    for (std::size_t k = 0; k + 1 < passed.size(); ++k) {
        const Bytes link = inventory.link_mtu(passed[k], passed[k + 1]);
        if (path.mtu > link) {
            return refuse(PlanCheck::kMtu, where,
                          "MTU " + std::to_string(path.mtu.value) + " is above the " +
                              std::to_string(link.value) + " of " + passed[k] + ">" + passed[k + 1]);
        }
    }
    for (const Attachment& a : site.attachments) {
        if (a.egress == path.egress && path.mtu.value > a.mtu.value + kOuterHeader) {
            return refuse(PlanCheck::kMtu, where,
                          "MTU " + std::to_string(path.mtu.value) + " is above the attachment's " +
                              std::to_string(a.mtu.value));
        }
    }
    return {};
}

Status check_path(const PathPlan& path, const Site& site, const Router& router, const Inventory& inventory) {
    const std::string where = router.name + " to " + site.name + " through " + path.egress;
    if (site_of(path.id) != site.id) {
        return refuse(PlanCheck::kPath, where,
                      "path id " + std::to_string(path.id.value) + " belongs to another site");
    }
    if (path.segments.segments.size() + 1 > router.msd) {
        return refuse(PlanCheck::kMsd, where,
                      std::to_string(path.segments.segments.size() + 1) + " ids, the MSD is " +
                          std::to_string(router.msd));
    }
    SL_TRY(const std::vector<std::string> passed, walk(path, router.name, where));
    SL_TRY_VOID(check_segments(path, passed, where));
    SL_TRY_VOID(check_mtu(path, site, passed, inventory, where));
    return check_destination(path, site, router.name, inventory, where);
}

Status check_shares(const std::vector<SiteShare>& shares, const Plan& plan, const std::string& service,
                    const Inventory& inventory, bool must_have_path) {
    std::uint64_t sum = 0;
    for (const SiteShare& share : shares) {
        sum += share.ppm;
        const Site* site = inventory.site(share.site);
        if (site == nullptr || Inventory::hosted(*site, service) == nullptr) {
            return refuse(PlanCheck::kShares, service,
                          "site " + std::to_string(share.site.value) + " does not host it");
        }
        const bool has_path = std::any_of(plan.sites.begin(), plan.sites.end(), [&share](const SitePlan& s) {
            return s.id == share.site && !s.paths.empty();
        });
        if (must_have_path && share.ppm > 0 && !has_path) {
            return refuse(PlanCheck::kBlackHole, service,
                          "share on " + site->name + " without a path from " + plan.node);
        }
    }
    if (sum != 0 && sum != kWholeShare) {
        return refuse(PlanCheck::kShares, service, "shares sum to " + std::to_string(sum) + " ppm");
    }
    return {};
}

} // namespace

std::string_view to_text(PlanCheck check) {
    switch (check) {
#define SUANLU_PLAN_CHECK(word, name, about)                                                                 \
    case PlanCheck::name:                                                                                    \
        return word;
#include "controller/decision/plan_checks.def"
#undef SUANLU_PLAN_CHECK
    }
    return "unknown";
}

std::string check_of(const Error& refusal) {
    return refusal.detail.substr(0, refusal.detail.find(':'));
}

Status check_plan(const Plan& plan, const Inventory& inventory) {
    const Router* router = inventory.router(plan.node);
    if (router == nullptr) {
        return refuse(PlanCheck::kPath, plan.node, "no such router");
    }
    for (const LocalSid& sid : plan.local_sids) {
        // The SID of a link is known to its router alone: block and local id, no node.
        const bool is_link = sid.behaviour == SidBehaviour::kEndX && inventory.sid_block.contains(sid.sid) &&
                             locator_usid(sid.sid) >= kFirstLocalUsid;
        if (!is_link && !router->locator.contains(sid.sid)) {
            return refuse(PlanCheck::kSegments, plan.node,
                          "SID " + sid.sid.text() + " is outside its locator");
        }
    }
    std::set<PathId> ids;
    for (const SitePlan& s : plan.sites) {
        const Site* site = inventory.site(s.id);
        if (site == nullptr || s.paths.size() > kPathsPerSite) {
            return refuse(PlanCheck::kPath, plan.node,
                          "site " + s.name + " is unknown or has too many paths");
        }
        for (const PathPlan& path : s.paths) {
            if (!ids.insert(path.id).second) {
                return refuse(PlanCheck::kPath, plan.node,
                              "path id " + std::to_string(path.id.value) + " is used twice");
            }
            SL_TRY_VOID(check_path(path, *site, *router, inventory));
        }
    }
    for (const ServicePlan& service : plan.services) {
        SL_TRY_VOID(check_shares(service.shares, plan, service.name, inventory, true));
        SL_TRY_VOID(check_shares(service.static_shares, plan, service.name, inventory, false));
    }
    return {};
}

} // namespace suanlu
