// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/plan_gate.hpp"

#include <algorithm>

#include "core/model/segment_list.hpp"

namespace suanlu {

namespace {

bool is_inside(const std::vector<Prefix6>& prefixes, const Ip6& address) {
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](const Prefix6& prefix) { return prefix.contains(address); });
}

bool is_inside(const std::vector<Prefix6>& prefixes, const Prefix6& inner) {
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](const Prefix6& prefix) { return prefix.contains(inner); });
}

Error refused(const std::string& field, const std::string& why) {
    return Error{Errc::kRefused, field + ": " + why};
}

std::string item(const char* list, std::size_t index) {
    return std::string(list) + "[" + std::to_string(index) + "]";
}

/// block:id::/48 with an id that no node has (RFC 9800: LIB): the SID of a link, known to this node alone.
bool is_link_sid(const Plan& plan, const LocalSid& sid) {
    return sid.behaviour == SidBehaviour::kEndX && plan.sid_block.contains(sid.sid) &&
           sid.sid.length == plan.sid_block.length + 16 && locator_usid(sid.sid) >= kFirstLocalUsid;
}

Status check_sids(const PlanRules& rules, const Plan& plan) {
    for (std::size_t i = 0; i < plan.local_sids.size(); ++i) {
        const Prefix6& sid = plan.local_sids[i].sid;
        if (!is_inside(rules.sid_blocks, sid)) {
            return refused(item("local_sids", i) + ".sid", sid.text() + " is outside allow.sid_blocks");
        }
        if (is_link_sid(plan, plan.local_sids[i])) {
            continue;
        }
        if (!rules.locator.contains(sid)) {
            return refused(item("local_sids", i) + ".sid",
                           sid.text() + " is outside this node's locator " + rules.locator.text());
        }
    }
    return {};
}

Status check_path(const Plan& plan, const std::string& at, const PathPlan& path) {
    std::vector<Ip6> sids = path.sids;
    sids.push_back(path.destination6);
    sids.push_back(path.destination4);
    for (const Ip6& sid : sids) {
        if (!sid.is_zero() && !plan.sid_block.contains(sid)) {
            return refused(at, sid.text() + " is outside sid_block " + plan.sid_block.text());
        }
    }
    return {};
}

Status check_services(const PlanRules& rules, const Plan& plan) {
    for (std::size_t i = 0; i < plan.services.size(); ++i) {
        for (const Ip6& address : plan.services[i].addresses) {
            if (!is_inside(rules.service_prefixes, address)) {
                return refused(item("services", i) + ".addresses",
                               address.text() + " is outside allow.service_prefixes");
            }
        }
        for (const Prefix6& prefix : plan.services[i].traffic.prefixes) {
            if (!is_inside(rules.service_prefixes, prefix)) {
                return refused(item("services", i) + ".prefixes",
                               prefix.text() + " is outside allow.service_prefixes");
            }
        }
    }
    return {};
}

} // namespace

Status check_allowed(const PlanRules& rules, const Plan& plan) {
    if (plan.node != rules.node) {
        return Error{Errc::kBadInput, "node: this Plan is for " + plan.node + ", this node is " + rules.node};
    }
    if (!is_inside(rules.sid_blocks, plan.sid_block)) {
        return refused("sid_block", plan.sid_block.text() + " is outside allow.sid_blocks");
    }
    SL_TRY_VOID(check_sids(rules, plan));
    for (std::size_t s = 0; s < plan.sites.size(); ++s) {
        for (std::size_t p = 0; p < plan.sites[s].paths.size(); ++p) {
            SL_TRY_VOID(check_path(plan, item("sites", s) + "." + item("paths", p) + ".destination",
                                   plan.sites[s].paths[p]));
        }
    }
    return check_services(rules, plan);
}

Result<PlanOrder> check_order(const PlanId& in_force, const std::string& session, const PlanId& offered) {
    if (!session.empty() && offered.controller != session) {
        return Error{Errc::kConflict,
                     "id.controller: " + offered.controller + " is not " + session + ", whose session lives"};
    }
    if (in_force.controller.empty() || in_force.controller != offered.controller) {
        return PlanOrder::kNewer;
    }
    if (offered == in_force) {
        return PlanOrder::kRepeated;
    }
    if (!offered.is_newer_than(in_force)) {
        return Error{Errc::kConflict, "id: " + offered.text() + " is older than " + in_force.text()};
    }
    return PlanOrder::kNewer;
}

} // namespace suanlu
