// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/agent_metrics.hpp"

#include <cmath>

namespace suanlu {

namespace {

void show_core(MetricRegistry& r, const AgentCore& core) {
    const AgentCoreCounters& c = core.counters();
    r.count_to("suanlu_agent_plans_applied_total", "Plans put in force", {},
               static_cast<double>(c.plans_applied));
    r.count_to("suanlu_agent_plans_repeated_total", "Plans that were in force already", {},
               static_cast<double>(c.plans_repeated));
    for (const auto& [code, count] : c.plans_refused) {
        r.count_to("suanlu_agent_plans_refused_total", "Plans refused, by reason", {{"code", code}},
                   static_cast<double>(count));
    }
    r.count_to("suanlu_agent_path_changes_total", "Changes of a site's path", {},
               static_cast<double>(c.path_changes));
    r.count_to("suanlu_agent_engine_errors_total", "Calls that the engine refused", {},
               static_cast<double>(c.engine_errors));
    r.count_to("suanlu_agent_liveness_guard_total", "Times most sites failed at once", {},
               static_cast<double>(core.guard_count()));
    r.count_to("suanlu_agent_self_suspected_total",
               "Times static weights served because most sites were gone at once", {},
               static_cast<double>(c.self_suspected));
    r.set("suanlu_agent_told_sites", "Sites whose state others probe and the controller tells", {},
          static_cast<double>(core.told_sites()));
    r.set("suanlu_agent_plan_generation", "Generation of the Plan in force", {},
          static_cast<double>(core.applied().generation));
    for (const auto mode : {AgentMode::kLive, AgentMode::kLastGood, AgentMode::kStatic, AgentMode::kAnycast,
                            AgentMode::kSelfSuspect}) {
        r.set("suanlu_agent_mode", "1 for the state the agent is in", {{"mode", std::string(to_text(mode))}},
              core.mode() == mode ? 1 : 0);
    }
    if (core.plan() != nullptr) {
        for (const SitePlan& site : core.plan()->sites) {
            r.set("suanlu_agent_site_liveness", "0 alive, 1 suspect, 2 dead", {{"site", site.name}},
                  static_cast<double>(core.liveness(site.id)));
        }
    }
}

void show_probes(MetricRegistry& r, const ProbeCounters& p) {
    r.count_to("suanlu_agent_probes_sent_total", "STAMP probes sent", {}, static_cast<double>(p.sent));
    r.count_to("suanlu_agent_probes_received_total", "STAMP answers", {}, static_cast<double>(p.received));
    r.count_to("suanlu_agent_probe_send_errors_total", "Probes that the kernel would not send", {},
               static_cast<double>(p.send_errors));
    r.count_to("suanlu_agent_probe_strays_total", "Packets on the probe port that answer nothing", {},
               static_cast<double>(p.strays));
    r.set("suanlu_agent_probe_targets", "Paths probed", {}, static_cast<double>(p.targets));
    r.set("suanlu_agent_probe_interval_seconds", "Between two probes of one path", {},
          std::chrono::duration<double>(p.interval).count());
    r.set("suanlu_agent_probe_realtime", "1 when the prober runs under SCHED_FIFO", {},
          p.is_realtime ? 1 : 0);
}

void show_sids(MetricRegistry& r, const Seg6Counters& s) {
    r.set("suanlu_agent_sids", "SID routes of ours in the kernel", {}, static_cast<double>(s.in_kernel));
    r.set("suanlu_agent_sids_waiting", "SIDs of links whose interface is away", {},
          static_cast<double>(s.waiting));
    r.count_to("suanlu_agent_sid_changes_total", "SID routes added or removed", {{"change", "add"}},
               static_cast<double>(s.added));
    r.count_to("suanlu_agent_sid_changes_total", "SID routes added or removed", {{"change", "remove"}},
               static_cast<double>(s.removed));
    r.count_to("suanlu_agent_sid_errors_total", "SID routes that the kernel refused", {},
               static_cast<double>(s.errors));
    r.count_to("suanlu_agent_sid_repairs_total", "SID routes put back after somebody removed them", {},
               static_cast<double>(s.repaired));
}

void show_services(MetricRegistry& r, const EngineCounters& engine, const Plan& plan) {
    for (const ServicePlan& service : plan.services) {
        const auto found = engine.services.find(service.id);
        const EngineServiceCount count =
            found == engine.services.end() ? EngineServiceCount{} : found->second;
        const MetricLabels labels{{"service", service.name}};
        r.count_to("suanlu_agent_service_packets_total", "Packets steered, by service", labels,
                   static_cast<double>(count.packets));
        r.count_to("suanlu_agent_service_bytes_total", "Bytes of those, before encapsulation", labels,
                   static_cast<double>(count.bytes));
        r.count_to("suanlu_agent_service_drops_total", "Packets of a service that were dropped", labels,
                   static_cast<double>(count.drops));
        r.count_to("suanlu_agent_service_new_flows_total", "New flows, by service", labels,
                   static_cast<double>(count.new_flows));
    }
}

void show_sites(MetricRegistry& r, const EngineCounters& engine, const Plan& plan) {
    std::map<SiteId, std::uint64_t> starts;
    for (const auto& [service, count] : engine.services) {
        for (const auto& [site, flows] : count.new_flows_by_site) {
            starts[site] += flows;
        }
    }
    for (const SitePlan& site : plan.sites) {
        const auto found = engine.sites.find(site.id);
        const EngineSiteCount count = found == engine.sites.end() ? EngineSiteCount{} : found->second;
        r.count_to("suanlu_agent_site_new_flows_total", "New flows, by site", {{"site", site.name}},
                   static_cast<double>(starts[site.id]));
        r.count_to("suanlu_agent_site_named_packets_total", "Packets whose QUIC connection id named the site",
                   {{"site", site.name}}, static_cast<double>(count.named));
        for (const PathPlan& path : site.paths) {
            const auto rank = path.id.value % kPathsPerSite;
            const EnginePathCount& part = count.paths[rank];
            const MetricLabels labels{{"site", site.name}, {"rank", std::to_string(rank)}};
            r.count_to("suanlu_agent_path_packets_total", "Packets sent, by site and rank of the path",
                       labels, static_cast<double>(part.packets));
            r.count_to("suanlu_agent_path_bytes_total", "Bytes of those, before encapsulation", labels,
                       static_cast<double>(part.bytes));
            r.count_to("suanlu_agent_path_drops_total", "Packets dropped after the path was chosen", labels,
                       static_cast<double>(part.drops));
        }
    }
}

void show_ports(MetricRegistry& r, const std::vector<EnginePort>& ports) {
    std::vector<MirroredValue> up, packets, bytes, missed, errors, unpolled;
    for (const EnginePort& port : ports) {
        const MetricLabels labels{{"interface", port.interface}, {"role", port.role}};
        const auto both = [&](std::vector<MirroredValue>& rows, std::uint64_t received, std::uint64_t sent) {
            for (const auto& [direction, count] : {std::pair("received", received), {"sent", sent}}) {
                rows.push_back({labels, static_cast<double>(count)});
                rows.back().labels["direction"] = direction;
            }
        };
        up.push_back({labels, port.is_down ? 0.0 : 1.0});
        both(packets, port.received, port.sent);
        both(bytes, port.received_bytes, port.sent_bytes);
        missed.push_back({labels, static_cast<double>(port.missed)});
        errors.push_back({labels, static_cast<double>(port.errors)});
        unpolled.push_back({labels, static_cast<double>(port.unpolled_queues)});
    }
    r.mirror_gauge("suanlu_agent_port_up", "1 while a port of the engine has a link", up);
    r.mirror_counter("suanlu_agent_port_packets_total", "Packets by port, as the device counts them",
                     packets);
    r.mirror_counter("suanlu_agent_port_bytes_total", "Bytes of those", bytes);
    r.mirror_counter("suanlu_agent_port_missed_total",
                     "Packets that came while the device had no buffer or descriptor", missed);
    r.mirror_counter("suanlu_agent_port_errors_total", "Packets that came damaged or could not be sent",
                     errors);
    r.mirror_gauge("suanlu_agent_port_unpolled_queues",
                   "Receive queues of a port's interface that the engine does not poll", unpolled);
}

MirroredHistogram histogram_of(const EngineStage& stage, const MetricLabels& labels) {
    MirroredHistogram out{labels, {}, stage.bursts, static_cast<double>(stage.ns) * 1e-9};
    for (std::size_t i = 0; i + 1 < stage.bursts.size(); i++) {
        out.bounds.push_back(std::ldexp(1.0, static_cast<int>(i)) / 1e9);
    }
    return out;
}

void show_stages(MetricRegistry& r, const std::vector<EngineStage>& stages) {
    std::vector<MirroredValue> packets;
    std::vector<MirroredHistogram> bursts;
    for (const EngineStage& stage : stages) {
        const MetricLabels labels{{"stage", stage.name}};
        packets.push_back({labels, static_cast<double>(stage.packets)});
        bursts.push_back(histogram_of(stage, labels));
    }
    r.mirror_counter("suanlu_agent_stage_packets_total", "Packets in bursts of which a stage was timed",
                     packets);
    r.mirror_histogram("suanlu_agent_stage_burst_seconds",
                       "How long a stage of the engine took for a burst, of those that were timed", bursts);
}

} // namespace

void show_engine_state(MetricRegistry& registry, const EngineState& engine) {
    show_ports(registry, engine.ports);
    show_stages(registry, engine.stages);
}

void show_agent_metrics(MetricRegistry& registry, const AgentCore& core, const Seg6Counters* sids,
                        const ProbeCounters& probes) {
    show_core(registry, core);
    show_probes(registry, probes);
    if (sids != nullptr) {
        show_sids(registry, *sids);
    }
}

void show_engine_metrics(MetricRegistry& r, const EngineCounters& engine, const Plan* plan) {
    for (const auto& [reason, packets] : engine.reasons) {
        r.count_to("suanlu_agent_packets_total",
                   "Packets by what became of them and why (reasons.md); one packet may count for several",
                   {{"reason", reason}}, static_cast<double>(packets));
    }
    if (plan != nullptr) {
        show_services(r, engine, *plan);
        show_sites(r, engine, *plan);
    }
}

void show_host_metrics(MetricRegistry& registry, std::uint64_t save_errors, std::uint64_t routes_by_tables) {
    registry.count_to("suanlu_agent_plan_save_errors_total",
                      "Plans that could not be kept for the next start", {},
                      static_cast<double>(save_errors));
    registry.count_to(
        "suanlu_agent_routes_by_tables_total",
        "Look-ups of an IPv6 route that the kernel answered with unreachable against its own tables", {},
        static_cast<double>(routes_by_tables));
}

void show_placement_metrics(MetricRegistry& r, const PlacementCount& p, const AgentCore& core,
                            std::uint64_t lost) {
    r.set("suanlu_agent_placed_services", "Services whose new flows have a second choice by cost", {},
          static_cast<double>(p.services));
    r.set("suanlu_agent_placement_no_room",
          "Services without second choices because the cost rows are used up", {},
          static_cast<double>(p.no_room));
    r.set("suanlu_agent_placed_sites", "Pairs of service and site with a cost row", {},
          static_cast<double>(p.sites));
    r.set("suanlu_agent_placed_sites_fresh", "Those with news young enough to count", {},
          static_cast<double>(p.fresh));
    const auto count = [&r](const char* what, std::uint64_t value) {
        r.count_to("suanlu_agent_site_loads_total",
                   "Reports of sites for second choices, by what became of them", {{"outcome", what}},
                   static_cast<double>(value));
    };
    count("used", p.loads_used);
    count("late", p.loads_late);
    count("unasked", p.loads_unasked);
    count("unknown", core.counters().loads_unknown);
    count("lost", lost);
}

} // namespace suanlu
