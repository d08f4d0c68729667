// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/show.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/support/text_table.hpp"

namespace suanlu {

namespace {

template <class List>
std::string joined(const List& list, const char* between) {
    std::string out;
    for (const auto& item : list) {
        out += (out.empty() ? "" : between) + item;
    }
    return out.empty() ? "-" : out;
}

/// "R1 alive, R2 dead", in the order of the names.
std::string liveness_text(const v1::SiteView& site) {
    std::vector<std::string> parts;
    for (const auto& [ingress, state] : site.liveness()) {
        parts.push_back(ingress + " " + state);
    }
    std::sort(parts.begin(), parts.end());
    return joined(parts, ", ");
}

/// "fresh", "fresh, empty", "fresh, draining: 12 slots, 3 exceptions, 1 silent".
std::string state_text(const v1::SiteView& site) {
    if (site.drain().empty() || site.drain() == "empty") {
        return site.state() + (site.drain().empty() ? "" : ", empty");
    }
    return site.state() + ", draining: " + std::to_string(site.live_slots()) + " slots, " +
           std::to_string(site.live_exceptions()) + " exceptions" +
           (site.named_ingresses() == 0 ? ""
                                        : ", QUIC flows by connection id (not counted) at " +
                                              std::to_string(site.named_ingresses()) + " ingresses") +
           (site.silent_ingresses() == 0 ? "" : ", " + std::to_string(site.silent_ingresses()) + " silent");
}

std::string plan_number(std::uint64_t epoch, std::uint64_t generation) {
    return generation == 0 ? "-" : std::to_string(epoch) + "/" + std::to_string(generation);
}

std::string or_dash(const std::string& text) {
    return text.empty() ? "-" : text;
}

std::string show_paths(const v1::PlanView& plan, bool colour) {
    TextTable table({"SITE", ">RANK", "EGRESS", "SEGMENTS", "DESTINATION", ">DELAY", ">MTU", "MEASURED"});
    for (const auto& path : plan.paths()) {
        std::string measured = path.measured_state();
        if (measured == "up") {
            measured += " " + seconds_text(path.measured_delay_us() * 1e-6);
        }
        table.add({path.site(), std::to_string(path.rank()), path.egress(), joined(path.segments(), " "),
                   path.destination(), seconds_text(path.delay_us() * 1e-6), std::to_string(path.mtu()),
                   measured});
    }
    return table.text(colour);
}

std::string show_shares(const v1::PlanView& plan) {
    std::string out;
    std::string last;
    for (const auto& share : plan.shares()) {
        out += share.ingress() == last ? ", " : (last.empty() ? "" : "\n") + share.ingress() + ": ";
        out += share.site() + " " + percent_text(share.share());
        last = share.ingress();
    }
    return out + "\n";
}

std::string why(const v1::CandidateView& c) {
    return c.rejected_by().empty() ? (c.share_given() > 0 ? "chosen" : "candidate")
                                   : "rejected: " + c.rejected_by();
}

/// "gains at -3.1 ms (-42 %)": of the delay; "-" when nothing would.
std::string flip_text(const v1::CandidateView& c) {
    if (c.flip() != "gains" && c.flip() != "loses") {
        return "-";
    }
    const std::string sign = c.flip_s() < 0 ? "-" : "+";
    std::string out = c.flip() + " at " + sign + seconds_text(std::abs(c.flip_s()));
    if (c.has_flip_delay_percent()) {
        out += " (" + sign + percent_text(std::abs(c.flip_delay_percent()) / 100) + " of its path)";
    }
    return out;
}

/// Names and counts in the order of the names.
template <class Map>
std::map<std::string, std::uint64_t> sorted(const Map& counts) {
    return {counts.begin(), counts.end()};
}

std::string show_service_counts(const v1::CounterView& view, bool colour) {
    TextTable table({"SERVICE", ">NEW FLOWS", ">PACKETS", ">BYTES", ">DROPS", "NEW FLOWS BY SITE"});
    for (const auto& service : view.services()) {
        std::vector<std::string> sites;
        for (const auto& [site, flows] : sorted(service.new_flows_by_site())) {
            sites.push_back(site + " " + std::to_string(flows));
        }
        table.add({service.service(), std::to_string(service.new_flows()), std::to_string(service.packets()),
                   std::to_string(service.bytes()), std::to_string(service.drops()), joined(sites, ", ")});
    }
    return table.text(colour);
}

std::string show_path_counts(const v1::CounterView& view, bool colour) {
    TextTable table({"SITE", ">RANK", ">PACKETS", ">BYTES", ">DROPS"});
    for (const auto& path : view.paths()) {
        table.add({path.site(), std::to_string(path.rank()), std::to_string(path.packets()),
                   std::to_string(path.bytes()), std::to_string(path.drops())});
    }
    return table.text(colour);
}

/// Only those that have happened.
std::string show_reasons(const v1::CounterView& view, bool colour) {
    TextTable table({"REASON", ">PACKETS"});
    for (const auto& [reason, packets] : sorted(view.reasons())) {
        if (packets != 0) {
            table.add({reason, std::to_string(packets)});
        }
    }
    return table.text(colour);
}

std::string show_ports(const v1::EngineState& engine, bool colour) {
    TextTable table({"PORT", "ROLE", "STATE", ">RECEIVED", ">SENT", ">MISSED", ">ERRORS"});
    for (const auto& port : engine.ports()) {
        table.add({port.interface(), port.role(), port.down() ? "down" : "up",
                   std::to_string(port.received()), std::to_string(port.sent()),
                   std::to_string(port.missed()), std::to_string(port.errors())});
    }
    std::string out = table.text(colour);
    for (const auto& port : engine.ports()) {
        if (port.unpolled_queues() > 0) {
            out += port.interface() + ": not polled are " + std::to_string(port.unpolled_queues()) +
                   " of its receive queues; what comes by them is not steered\n";
        }
    }
    return out;
}

/// What that part of the bursts took at most; the buckets are powers of two.
std::string quantile_text(const v1::EngineStage& stage, double part) {
    const auto all = std::accumulate(stage.bursts().begin(), stage.bursts().end(), std::uint64_t{0});
    std::uint64_t seen = 0;
    for (int i = 0; i < stage.bursts_size(); i++) {
        seen += stage.bursts(i);
        if (seen > 0 && static_cast<double>(seen) >= part * static_cast<double>(all)) {
            return "<" + number_text(std::ldexp(1e-3, i), 1) + " us";
        }
    }
    return "-";
}

std::string show_stages(const v1::EngineState& engine, bool colour) {
    TextTable table({"STAGE", ">PACKETS", ">PER PACKET", ">BURST P50", ">P99", ">P99.9"});
    for (const auto& stage : engine.stages()) {
        const auto packets = static_cast<double>(stage.packets());
        const std::string mean =
            packets > 0 ? number_text(static_cast<double>(stage.nanoseconds()) / packets, 1) + " ns" : "-";
        table.add({stage.name(), std::to_string(stage.packets()), mean, quantile_text(stage, 0.5),
                   quantile_text(stage, 0.99), quantile_text(stage, 0.999)});
    }
    return table.text(colour);
}

/// Only what is not simply live.
std::string show_fallbacks(const v1::ServiceList& list) {
    std::string out;
    for (const auto& service : list.services()) {
        for (const auto& state : service.fallbacks()) {
            if (state.mode() != "live") {
                out += service.name() + " at " + state.ingress() + ": " + state.mode() + ", " +
                       state.reason() + "\n";
            }
        }
    }
    return out.empty() ? out : "\n" + out;
}

std::string show_inputs(const v1::ExplainReply& reply) {
    const v1::FallbackView& state = reply.fallback();
    std::string out = "state: " + state.mode() + ", " + state.reason() + " (liveness " + state.liveness() +
                      ", load " + state.load() + ", path " + state.path() + ", telemetry " +
                      state.telemetry() + ")\n" + "inputs: decided " + seconds_text(reply.decided_age_s()) +
                      " ago, ingress report " + seconds_text(reply.ingress_report_age_s()) + " old, links " +
                      seconds_text(reply.links_age_s()) + " old; " + number_text(reply.jobs_per_flow(), 2) +
                      " jobs per flow (" + reply.jobs_per_flow_source() + ")\n";
    return reply.refusal().empty() ? out : out + "refused: " + reply.refusal() + "\n";
}

/// Every part of every candidate's cost; a rejected site has none that counts.
std::string show_terms(const v1::ExplainReply& reply, bool colour) {
    TextTable table({"SITE", "TERM", ">VALUE", ">AGE", "SOURCE", "WHY"});
    for (const auto& c : reply.candidates()) {
        for (const auto& term : c.terms()) {
            table.add({&term == &c.terms(0) ? c.site() : "", term.name(),
                       term.unit() == "s" ? seconds_text(term.value())
                                          : number_text(term.value(), 3) + " " + term.unit(),
                       term.has_age_s() ? seconds_text(term.age_s()) : "-", term.source(),
                       or_dash(term.why())});
        }
    }
    return table.text(colour);
}

} // namespace

std::string show(const v1::SiteList& list, bool colour) {
    TextTable table({"SITE", ">ID", "KIND", "STATE", ">AGE", ">SKEW", "EGRESSES", "SERVICE", ">USABLE",
                     ">TOTAL", ">RUNNING", ">WAITING", ">RATE/SLOT", ">LOAD", "LIVENESS"});
    for (const auto& site : list.sites()) {
        const bool never = site.state() == "never-reported";
        const std::vector<std::string> head{site.name(),
                                            std::to_string(site.id()),
                                            site.kind(),
                                            state_text(site),
                                            never ? "-" : seconds_text(site.age_s()),
                                            never ? "-" : number_text(site.clock_skew_s(), 3) + " s",
                                            joined(site.egresses(), ",")};
        if (site.instances().empty()) {
            std::vector<std::string> row = head;
            row.insert(row.end(), {"-", "-", "-", "-", "-", "-", "-", liveness_text(site)});
            table.add(row);
        }
        for (const auto& instance : site.instances()) {
            const bool is_first = &instance == &site.instances(0);
            std::vector<std::string> row = is_first ? head : std::vector<std::string>(head.size());
            row.insert(row.end(),
                       {instance.service(), number_text(instance.slots_usable(), 1),
                        number_text(instance.slots_total(), 0), number_text(instance.running(), 0),
                        number_text(instance.waiting(), 0), number_text(instance.rate_per_slot(), 1),
                        percent_text(instance.utilisation()), is_first ? liveness_text(site) : ""});
            table.add(row);
        }
    }
    return table.text(colour);
}

std::string show(const v1::LinkList& list, bool colour) {
    TextTable table({"FROM", "TO", ">METRIC", ">DELAY", "STATE", "SOURCE", ">AGE"});
    for (const auto& link : list.links()) {
        table.add({link.from(), link.to(), std::to_string(link.igp_metric()),
                   link.has_delay_us() ? seconds_text(link.delay_us() * 1e-6) : "unknown",
                   link.up() ? "up" : "down", link.source(), seconds_text(link.age_s())});
    }
    return table.text(colour);
}

std::string show(const v1::ServiceList& list, bool colour) {
    TextTable table(
        {"SERVICE", ">ID", "ADDRESS", "PORT", "AFFINITY", "POLICY", ">FLOWS/S", "INGRESS", "SITE", ">SHARE"});
    for (const auto& service : list.services()) {
        std::vector<std::string> head{service.name(),
                                      std::to_string(service.id()),
                                      joined(service.addresses(), ","),
                                      service.transport() + "/" + std::to_string(service.port()),
                                      service.affinity(),
                                      service.policy(),
                                      number_text(service.arrivals_per_s(), 1)};
        if (service.shares().empty()) {
            head.insert(head.end(), {"-", "-", "-"});
            table.add(head);
        }
        for (const auto& share : service.shares()) {
            std::vector<std::string> row =
                &share == &service.shares(0) ? head : std::vector<std::string>(head.size());
            row.insert(row.end(), {share.ingress(), share.site(), percent_text(share.share())});
            table.add(row);
        }
    }
    return table.text(colour) + show_fallbacks(list);
}

std::string show(const v1::PlanList& list, bool colour) {
    TextTable table({"NODE", "PLAN", ">APPLIED", "AGENT", "SIDS", "NOTE"});
    for (const auto& plan : list.plans()) {
        table.add({plan.node(), plan_number(plan.epoch(), plan.generation()),
                   plan.applied_generation() == 0 ? "-" : std::to_string(plan.applied_generation()),
                   plan.agent_state(), std::to_string(plan.local_sids().size()), or_dash(plan.refusal())});
    }
    std::string out = table.text(colour);
    for (const auto& plan : list.plans()) {
        if (!plan.paths().empty()) {
            out += "\n" + plan.node() + "\n" + show_paths(plan, colour) + show_shares(plan);
        }
    }
    return out;
}

std::string show_agents(const v1::PlanList& list, bool colour) {
    TextTable table({"NODE", "STATE", "MODE", "ENGINE", "PLAN", ">APPLIED", "NOTE"});
    for (const auto& plan : list.plans()) {
        table.add({plan.node(), plan.agent_state(), or_dash(plan.agent_mode()), or_dash(plan.engine()),
                   plan_number(plan.epoch(), plan.generation()),
                   plan.applied_generation() == 0 ? "-" : std::to_string(plan.applied_generation()),
                   or_dash(plan.refusal())});
    }
    return table.text(colour);
}

std::string show(const v1::FlowList& list, bool colour) {
    TextTable table({"INGRESS", "SERVICE", "SOURCE", "SITE", "KIND", ">AGE"});
    for (const auto& flow : list.flows()) {
        table.add({flow.ingress(), flow.service(), flow.source(), flow.site(), flow.kind(),
                   seconds_text(flow.age_s())});
    }
    return table.text(colour) + "note: " + list.note() + "\n";
}

std::string show(const v1::CounterList& list, bool colour) {
    std::string out;
    for (const auto& view : list.ingresses()) {
        out += (out.empty() ? "" : "\n") + view.ingress() + ", reported " + seconds_text(view.age_s()) +
               " ago\n";
        out += show_service_counts(view, colour) + "\n" + show_path_counts(view, colour) + "\n" +
               show_reasons(view, colour);
        for (const auto& [kind, rows] : sorted(view.left_out())) {
            if (rows != 0) {
                out += "left out of its reports: " + std::to_string(rows) + " rows of unknown " + kind + "\n";
            }
        }
    }
    return out.empty() ? "no ingress has reported\n" : out;
}

std::string show(const v1::EngineList& list, bool colour) {
    std::string out;
    for (const auto& view : list.ingresses()) {
        const auto& engine = view.engine();
        out += (out.empty() ? "" : "\n") + view.ingress() + ", " +
               (engine.name().empty() ? "engine not said" : engine.name()) + ", reported " +
               seconds_text(view.age_s()) + " ago\n";
        if (engine.ports_size() > 0) {
            out += show_ports(engine, colour);
        }
        if (engine.stages_size() > 0) {
            out += "\n" + show_stages(engine, colour);
        }
    }
    return out.empty() ? "no ingress has reported\n" : out;
}

std::string show(const v1::ExplainReply& reply, bool colour) {
    std::string out = "service " + reply.service() + " from " + reply.ingress() + ", policy " +
                      reply.policy() + ", plan generation " + std::to_string(reply.generation()) + "\n" +
                      "arrivals " + number_text(reply.arrivals_per_s(), 1) + " flows/s; cost " +
                      number_text(reply.cost_before(), 3) + " -> " + number_text(reply.cost_after(), 3) +
                      " jobs in the system\n" + "verdict: " + reply.verdict() + "\n" + show_inputs(reply) +
                      "\n";
    TextTable table({"SITE", ">GIVEN", ">WANTED", ">PATH", ">SERVICE", ">QUEUE", ">PRICE", ">MARGINAL",
                     ">USABLE", ">LOAD", ">REPORT", "SEGMENTS", "WHY", "FLIPS"});
    for (const auto& c : reply.candidates()) {
        table.add({c.site(), percent_text(c.share_given()), percent_text(c.share_wanted()),
                   seconds_text(c.path_delay_s()), seconds_text(c.service_time_s()),
                   seconds_text(c.queue_price_s()), seconds_text(c.price_s()), seconds_text(c.marginal_s()),
                   number_text(c.slots_usable(), 1),
                   c.utilisation() < 0 ? "unknown" : percent_text(c.utilisation()),
                   seconds_text(c.report_age_s()), joined(c.segments(), " "), why(c), flip_text(c)});
    }
    return out + table.text(colour) + "\n" + show_terms(reply, colour) +
           "\nThe split gives every chosen site the same marginal cost: path (there and back) + service + "
           "queue + "
           "price. FLIPS: the change of delay or price at which a site gets a share, or loses its own.\n";
}

std::string show(const v1::FlowStory& story, bool colour) {
    TextTable table({"STEP", "WHAT"});
    for (const auto& step : story.steps()) {
        table.add({step.stage(), step.what()});
    }
    std::string out = "engine " + or_dash(story.engine()) + ", service " + or_dash(story.service()) +
                      ", site " + or_dash(story.site()) + "\n\n" + table.text(colour);
    return out + "\nframe " + or_dash(story.frame()) + "\n";
}

} // namespace suanlu
