// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/kernel_feed.hpp"

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

NextHopMap KernelFeed::resolve(const Plan& plan) {
    NextHopMap out;
    for (const SitePlan& site : plan.sites) {
        for (const PathPlan& path : site.paths) {
            const auto hop = resolve(plan, path);
            const std::string why = hop ? "" : hop.error().text();
            if (std::string& last = complaints_[path.id]; last != why) {
                last = why;
                if (!hop) {
                    log_warn("next-hop.failed", {{"path", path.id.value}, {"why", why}});
                }
            }
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
