// SPDX-License-Identifier: Apache-2.0
// The part of AgentCore that writes reports.
#include <algorithm>

#include "dataplane/agent/agent_core.hpp"

namespace suanlu {

namespace {

/// Exceptions and new flows per report, of each: they are samples, not accounting.
constexpr std::size_t kFlowsPerReport = 100;

double seconds_of(Duration d) {
    return std::chrono::duration<double>(d).count();
}

Duration duration_of(Seconds s) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(s.value));
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

void AgentCore::report_counts(IngressReport& out, const EngineCounters& counters) const {
    out.reasons = counters.reasons;
    // Sites without flows are told too: growth counts from the first report of a site.
    std::map<ServiceId, const ServicePlan*> plans;
    for (std::size_t i = 0; plan_ && i < plan_->services.size(); ++i) {
        plans[plan_->services[i].id] = &plan_->services[i];
    }
    for (const auto& [service, count] : counters.services) {
        const auto plan = plans.find(service);
        if (plan == plans.end()) {
            continue; // of an earlier Plan: nobody has a name for it any more
        }
        IngressServiceCount row;
        row.service = plan->second->name;
        row.client_class = config_.client_class;
        row.new_flows = count.new_flows;
        row.packets = count.packets;
        row.bytes = count.bytes;
        row.drops = count.drops;
        for (const SiteShare& share : plan->second->shares) {
            row.new_flows_by_site[site_name(share.site)] = 0;
        }
        for (const auto& [site, flows] : count.new_flows_by_site) {
            if (sites_.contains(site)) {
                row.new_flows_by_site[site_name(site)] = flows;
            }
        }
        out.services.push_back(std::move(row));
    }
    for (const auto& [id, count] : counters.sites) {
        const auto site = sites_.find(id);
        if (site == sites_.end()) {
            continue;
        }
        for (const PathState& path : site->second.paths()) {
            const EnginePathCount& part = count.paths[path.plan.id.value % kPathsPerSite];
            out.path_counts.push_back(
                {path.plan.id, site->second.plan().name, part.packets, part.bytes, part.drops});
        }
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

Duration AgentCore::named_timeout(SiteId site) const {
    Duration longest{0};
    for (std::size_t i = 0; plan_ && i < plan_->services.size(); ++i) {
        const ServicePlan& service = plan_->services[i];
        const QuicServers& quic = service.traffic.quic;
        if (quic.length > 0 && std::any_of(quic.servers.begin(), quic.servers.end(),
                                           [site](const auto& each) { return each.site == site; })) {
            longest = std::max(longest, duration_of(service.affinity_timeout));
        }
    }
    return longest;
}

void AgentCore::report_rests(IngressReport& out, const EngineCounters& counters, MonoTime now) {
    std::erase_if(drains_, [this](const auto& entry) {
        const auto site = sites_.find(entry.first);
        return site == sites_.end() || !site->second.plan().is_draining;
    });
    const bool any = std::any_of(sites_.begin(), sites_.end(),
                                 [](const auto& entry) { return entry.second.plan().is_draining; });
    if (!any) {
        return;
    }
    const auto lives = engine_.occupancy();
    if (!lives && lives.error().code != Errc::kUnsupported) {
        expect(lives.error(), "occupancy");
        return;
    }
    for (const auto& [id, site] : sites_) {
        if (!site.plan().is_draining) {
            continue;
        }
        const auto count = counters.sites.find(id);
        const std::uint64_t named = count == counters.sites.end() ? 0 : count->second.named;
        // Where nothing is steered, nothing lives because of us.
        out.rests[site.plan().name] = lives ? rest_of(id, *lives, named, now) : SiteRest{0, 0, true, false};
    }
}

SiteRest AgentCore::rest_of(SiteId site, const Occupancy& lives, std::uint64_t named, MonoTime now) {
    DrainWatch& watch = drains_.try_emplace(site, DrainWatch{lives.looks, named, now}).first->second;
    if (named != watch.named) {
        watch.named = named;
        watch.last_named = now;
    }
    SiteRest rest;
    if (const auto row = lives.sites.find(site); row != lives.sites.end()) {
        rest.slots = row->second.slots;
        rest.exceptions = row->second.exceptions;
    }
    // The look that was going on when the drain began may have passed an entry that came before it.
    rest.is_counted = lives.looks >= watch.looks + 2;
    // As an entry would be, a flow is over when its timeout has passed without a packet.
    rest.is_named = now - watch.last_named < named_timeout(site);
    return rest;
}

IngressReport AgentCore::report(MonoTime now) {
    IngressReport out;
    out.node = config_.rules.node;
    out.boot_id = config_.boot_id;
    out.sequence = ++sequence_;
    out.uptime_s = seconds_of(now - started_);
    out.mode = std::string(to_text(mode()));
    out.engine = engine_.state();
    report_paths(out);
    const auto counters = engine_.counters();
    if (counters) {
        report_counts(out, *counters);
    } else {
        expect(counters.error(), "counters");
    }
    report_flows(out);
    if (counters) { // without them nobody can say that a site is empty
        report_rests(out, *counters, now);
    }
    return out;
}

} // namespace suanlu
