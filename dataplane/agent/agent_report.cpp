// SPDX-License-Identifier: Apache-2.0
// The part of AgentCore that writes reports.
#include <algorithm>

#include "dataplane/agent/agent_core.hpp"

namespace suanlu {

namespace {

/// Flow samples per report: they are samples, not accounting.
constexpr std::size_t kFlowsPerReport = 200;

double seconds_of(Duration d) {
    return std::chrono::duration<double>(d).count();
}

std::string endpoint_text(const EngineFlow& flow) {
    const std::string address = flow.source.text();
    const std::string port = ":" + std::to_string(flow.source_port);
    return flow.source.is_mapped_v4() ? address + port : "[" + address + "]" + port;
}

} // namespace

void AgentCore::report_paths(IngressReport& out) const {
    for (const auto& [id, site] : sites_) {
        for (const PathState& path : site.paths()) {
            if (path.probe == ProbeState::kUnknown) {
                continue; // not measured yet is neither up nor down
            }
            out.paths.push_back({path.plan.id, site.plan().name, path.probe == ProbeState::kUp, path.delay,
                                 path.sent, path.received});
        }
        // Nothing that says otherwise is no proof of life: a site that nobody here has probed is unknown.
        const auto& paths = site.paths();
        const bool is_measured = std::any_of(paths.begin(), paths.end(), [](const PathState& path) {
            return path.probe != ProbeState::kUnknown;
        });
        if (is_measured || liveness_.of(id) != SiteLiveness::kAlive) {
            out.sites[site.plan().name] = liveness_.of(id);
        }
    }
}

void AgentCore::report_counts(IngressReport& out) {
    const auto counters = engine_.counters();
    if (!counters) {
        expect(counters.error(), "counters");
        return;
    }
    out.reasons = counters->reasons;
    // Sites without flows are told too: growth counts from the first report of a site.
    std::map<ServiceId, const ServicePlan*> plans;
    for (std::size_t i = 0; plan_ && i < plan_->services.size(); ++i) {
        plans[plan_->services[i].id] = &plan_->services[i];
    }
    for (const auto& [service, count] : counters->services) {
        IngressServiceCount row;
        row.service = service_name(service);
        row.client_class = config_.client_class;
        row.new_flows = count.new_flows;
        row.packets = count.packets;
        row.bytes = count.bytes;
        row.drops = count.drops;
        if (const auto plan = plans.find(service); plan != plans.end()) {
            for (const SiteShare& share : plan->second->shares) {
                row.new_flows_by_site[site_name(share.site)] = 0;
            }
        }
        for (const auto& [site, flows] : count.new_flows_by_site) {
            row.new_flows_by_site[site_name(site)] = flows;
        }
        out.services.push_back(std::move(row));
    }
}

void AgentCore::report_flows(IngressReport& out) {
    const auto flows = engine_.flows(kFlowsPerReport);
    if (!flows) {
        expect(flows.error(), "flows");
        return;
    }
    for (const EngineFlow& flow : *flows) {
        out.flows.push_back({service_name(flow.service), endpoint_text(flow), site_name(flow.site),
                             flow.is_exception ? "exception" : "sample", seconds_of(flow.age)});
    }
}

void AgentCore::report_rests(IngressReport& out) {
    std::erase_if(drained_since_, [this](const auto& entry) {
        const auto site = sites_.find(entry.first);
        return site == sites_.end() || !site->second.plan().is_draining;
    });
    const bool any = std::any_of(sites_.begin(), sites_.end(),
                                 [](const auto& entry) { return entry.second.plan().is_draining; });
    if (!any) {
        return;
    }
    const auto now = engine_.occupancy();
    if (!now && now.error().code != Errc::kUnsupported) {
        expect(now.error(), "occupancy");
        return;
    }
    for (const auto& [id, site] : sites_) {
        if (!site.plan().is_draining) {
            continue;
        }
        SiteRest& rest = out.rests[site.plan().name];
        if (!now) {
            rest.is_counted = true; // nothing is steered here, so nothing lives there because of us
            continue;
        }
        const std::uint64_t since = drained_since_.try_emplace(id, now->looks).first->second;
        const auto row = now->sites.find(id);
        rest.slots = row == now->sites.end() ? 0 : row->second.slots;
        rest.exceptions = row == now->sites.end() ? 0 : row->second.exceptions;
        // The look that was going on when the drain began may have passed an entry that came before it.
        rest.is_counted = now->looks >= since + 2;
    }
}

IngressReport AgentCore::report(MonoTime now) {
    IngressReport out;
    out.node = config_.rules.node;
    out.boot_id = config_.boot_id;
    out.sequence = ++sequence_;
    out.uptime_s = seconds_of(now - started_);
    out.mode = std::string(to_text(mode()));
    report_paths(out);
    report_counts(out);
    report_flows(out);
    report_rests(out);
    return out;
}

} // namespace suanlu
