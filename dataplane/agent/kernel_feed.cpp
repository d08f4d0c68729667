// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/kernel_feed.hpp"

#include <algorithm>

#include "core/support/log.hpp"

namespace suanlu {

Result<std::unique_ptr<KernelFeed>> KernelFeed::open() {
    SL_TRY(auto hops, NextHops::open());
    return std::unique_ptr<KernelFeed>(new KernelFeed(std::move(hops)));
}

Result<NextHop> KernelFeed::resolve(const Plan& plan, const PathPlan& path) {
    SL_TRY(const FirstHop hop, first_hop(plan, path));
    return hop.is_own_link ? hops_->resolve_on_link(hop.towards, hop.interface) : hops_->resolve(hop.towards);
}

void KernelFeed::complain(const std::string& about, const std::string& why) {
    std::string& last = complaints_[about];
    if (last != why && !why.empty()) {
        log_warn("next-hop.failed", {{"of", about}, {"why", why}});
    }
    last = why;
}

std::vector<EngineSid> KernelFeed::engine_sids(const Plan& plan) {
    std::vector<EngineSid> out;
    for (const LocalSid& sid : plan.local_sids) {
        if (sid.behaviour == SidBehaviour::kEnd || sid.behaviour == SidBehaviour::kEndX) {
            continue;
        }
        if (has_table(sid.behaviour)) {
            out.push_back(EngineSid{sid.sid, sid.behaviour, {}, 0, sid.table});
            continue;
        }
        const auto hop = hops_->resolve_on_link(sid.next_hop, sid.interface);
        complain("SID " + sid.sid.text(), hop ? "" : hop.error().text());
        EngineSid& row = out.emplace_back(EngineSid{sid.sid, sid.behaviour, hop ? *hop : NextHop{}, 0, 0});
        row.mtu = static_cast<std::uint16_t>(std::min(hops_->mtu(row.hop.interface_index), 65535U));
    }
    return out;
}

NextHopMap KernelFeed::resolve(const Plan& plan) {
    NextHopMap out;
    for (const SitePlan& site : plan.sites) {
        for (const PathPlan& path : site.paths) {
            const auto hop = resolve(plan, path);
            complain("path " + std::to_string(path.id.value), hop ? "" : hop.error().text());
            if (hop) {
                out[path.id] = *hop;
            }
        }
    }
    return out;
}

void KernelFeed::refresh_services(const Plan& plan, AgentCore& core, MonoTime now) {
    for (const ServicePlan& service : plan.services) {
        RouteKind best = RouteKind::kUnreachable;
        std::vector<Ip6> addresses = service.addresses;
        for (const Prefix6& prefix : service.traffic.prefixes) {
            addresses.push_back(prefix.address);
        }
        for (const Ip6& address : addresses) {
            const auto answer = hops_->route(address);
            if (answer && (answer->kind == RouteKind::kUsable || best == RouteKind::kUnreachable)) {
                best = answer->kind;
            }
        }
        core.set_route_usable(service.id, best == RouteKind::kUsable, std::string(to_text(best)), now);
    }
}

} // namespace suanlu
