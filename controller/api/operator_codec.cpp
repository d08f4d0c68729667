// SPDX-License-Identifier: Apache-2.0
#include "controller/api/operator_codec.hpp"

#include <optional>

#include "controller/decision/drain_view.hpp"
#include "suanlu/v1/operator.pb.h"

namespace suanlu {

namespace {

double seconds_of(Duration d) {
    return std::chrono::duration<double>(d).count();
}

double share_of(std::uint32_t ppm) {
    return static_cast<double>(ppm) / kWholeShare;
}

std::string name_of(const Inventory& inventory, SiteId id) {
    const Site* site = inventory.site(id);
    return site != nullptr ? site->name : std::to_string(id.value);
}

void encode_instance(const InstanceReport& from, v1::InstanceView& to) {
    to.set_service(from.service);
    to.set_slots_total(from.slots_total);
    to.set_slots_usable(from.slots_usable);
    to.set_running(from.running);
    to.set_waiting(from.waiting);
    to.set_rate_per_slot(from.rate_per_slot.value);
    to.set_utilisation(from.utilisation);
}

void encode_fallback(const std::string& ingress, const FallbackView& view, const Fallback& machine,
                     v1::FallbackView& to) {
    to.set_ingress(ingress);
    to.set_mode(std::string(to_text(view.mode)));
    to.set_liveness(std::string(to_text(view.liveness)));
    to.set_load(std::string(to_text(view.load)));
    to.set_path(std::string(to_text(view.path)));
    to.set_telemetry(std::string(to_text(view.telemetry)));
    to.set_reason(view.reason);
    for (std::size_t k = 0; k < kFallbackModes; ++k) {
        (*to.mutable_entered())[std::string(to_text(static_cast<FallbackMode>(k)))] = machine.entered()[k];
    }
}

std::string flip_word(FlipPoint::Kind kind) {
    switch (kind) {
    case FlipPoint::Kind::kGains:
        return "gains";
    case FlipPoint::Kind::kLoses:
        return "loses";
    case FlipPoint::Kind::kNone:
        break;
    }
    return "none";
}

/// Percent of one part of the cost; nothing when the part would have to fall below zero.
std::optional<double> percent_of(double part, const FlipPoint& flip) {
    if (flip.kind == FlipPoint::Kind::kNone || !(part > 0) || part + flip.change_s < 0) {
        return std::nullopt;
    }
    return 100 * flip.change_s / part;
}

void encode_flip(const ExplainedCandidate& from, v1::CandidateView& to) {
    to.set_rate_per_slot(from.rate_per_slot);
    to.set_cv2(from.cv2);
    to.set_other_jobs_per_s(from.other_jobs);
    to.set_is_fresh(from.is_fresh);
    to.set_flip(flip_word(from.flip.kind));
    to.set_flip_s(from.flip.change_s);
    if (const auto percent = percent_of(from.path_delay_s, from.flip)) {
        to.set_flip_delay_percent(*percent);
    }
    if (const auto percent = percent_of(from.price_s, from.flip)) {
        to.set_flip_price_percent(*percent);
    }
    if (const auto percent = percent_of(from.queue_price_s, from.flip)) {
        to.set_flip_queue_percent(*percent);
    }
}

void encode_way(const std::vector<PathPlan>& paths, v1::CandidateView& to) {
    if (!paths.empty()) {
        to.set_destination(paths.front().destination6.text());
        for (const Segment& segment : paths.front().segments.segments) {
            to.add_segments(segment.text());
        }
    }
}

void encode_terms(const ExplainedCandidate& from, v1::CandidateView& to) {
    for (const ExplainedTerm& term : from.parts) {
        v1::CostTermView& out = *to.add_terms();
        out.set_name(term.name);
        out.set_value(term.value);
        out.set_unit(term.unit);
        if (term.age_s) {
            out.set_age_s(*term.age_s);
        }
        out.set_source(term.source);
        out.set_why(term.why);
    }
}

void encode_path(const Decision& decision, const std::string& node, const SitePlan& site, std::size_t rank,
                 v1::PathView& to) {
    const PathPlan& from = site.paths[rank];
    to.set_site(site.name);
    to.set_rank(static_cast<std::uint32_t>(rank));
    to.set_egress(from.egress);
    for (const Segment& segment : from.segments.segments) {
        to.add_segments(segment.text());
    }
    to.set_destination(from.destination6.text());
    to.set_delay_us(from.delay.value);
    to.set_mtu(from.mtu.value);
    for (const std::string& link : from.links) {
        to.add_links(link);
    }
    const PathMeasurement* measured = decision.ingresses().measured(node, from.id);
    to.set_measured_state(measured == nullptr ? "unknown" : measured->up ? "up" : "down");
    to.set_measured_delay_us(measured == nullptr ? 0 : measured->delay_one_way.value);
}

std::string sid_text(const LocalSid& sid) {
    std::string out = sid.sid.text() + " " + std::string(to_text(sid.behaviour));
    if (!sid.next_hop.is_zero()) {
        out += " " + sid.next_hop.text() + (sid.interface.empty() ? "" : " dev " + sid.interface);
    }
    return out;
}

void encode_content(const Decision& decision, const Plan& plan, v1::PlanView& to) {
    for (const SitePlan& site : plan.sites) {
        for (std::size_t rank = 0; rank < site.paths.size(); ++rank) {
            encode_path(decision, plan.node, site, rank, *to.add_paths());
        }
    }
    for (const ServicePlan& service : plan.services) {
        for (const SiteShare& share : service.shares) {
            v1::ShareView& view = *to.add_shares();
            view.set_ingress(service.name);
            view.set_site(name_of(decision.inventory(), share.site));
            view.set_share(share_of(share.ppm));
        }
    }
    for (const LocalSid& sid : plan.local_sids) {
        to.add_local_sids(sid_text(sid));
    }
}

} // namespace

void encode_sites(const Decision& decision, MonoTime now, v1::SiteList& out) {
    const Inventory& inventory = decision.inventory();
    for (const Site& site : inventory.sites) {
        const SiteView view = *decision.sites().view(site.name, now);
        v1::SiteView& to = *out.add_sites();
        to.set_name(site.name);
        to.set_id(site.id.value);
        to.set_kind(std::string(to_text(site.kind)));
        to.set_state(std::string(to_text(view.freshness)));
        to.set_age_s(seconds_of(view.age));
        to.set_clock_skew_s(seconds_of(view.clock_skew));
        to.set_reports(view.accepted);
        to.set_refused(view.refused);
        const DrainView drain = drain_view(decision, site, now);
        to.set_drain(std::string(to_text(drain.state)));
        to.set_live_slots(drain.slots);
        to.set_live_exceptions(drain.exceptions);
        to.set_silent_ingresses(drain.silent);
        to.set_named_ingresses(drain.named);
        for (const Attachment& attachment : site.attachments) {
            to.add_egresses(attachment.egress);
        }
        if (view.report) {
            for (const InstanceReport& instance : view.report->instances) {
                encode_instance(instance, *to.add_instances());
            }
        }
        for (const Router& router : inventory.routers) {
            if (router.is_ingress) {
                const IngressTable& said = decision.ingresses();
                (*to.mutable_liveness())[router.name] =
                    said.knows(router.name, site.name)
                        ? std::string(to_text(said.liveness(router.name, site.name)))
                        : "unknown";
            }
        }
    }
}

void encode_links(const Decision& decision, MonoTime now, v1::LinkList& out) {
    for (const Topology::Row& row : decision.paths().topology().rows(now)) {
        v1::LinkView& to = *out.add_links();
        to.set_from(row.link.from);
        to.set_to(row.link.to);
        to.set_igp_metric(row.link.igp_metric);
        if (row.link.delay) {
            to.set_delay_us(row.link.delay->value);
        }
        to.set_up(row.link.up);
        to.set_source(row.is_static ? "inventory" : row.source);
        to.set_age_s(seconds_of(row.age));
    }
}

void encode_services(const Decision& decision, v1::ServiceList& out) {
    const Inventory& inventory = decision.inventory();
    for (const Service& service : inventory.services) {
        v1::ServiceView& to = *out.add_services();
        to.set_name(service.name);
        to.set_id(service.id.value);
        for (const Ip6& address : service.addresses) {
            to.add_addresses(address.text());
        }
        to.set_transport(std::string(to_text(service.transport)));
        to.set_port(service.port);
        to.set_affinity(std::string(to_text(service.affinity)));
        to.set_policy(decision.policy_of(service.name));
        double arrivals = 0;
        for (const Router& router : inventory.routers) {
            arrivals += decision.arrivals().rate(router.name, service.name).value;
        }
        to.set_arrivals_per_s(arrivals);
        to.set_jobs_per_flow(decision.jobs_per_flow(service));
        for (const Router& router : inventory.routers) {
            if (inventory.is_entry(router)) {
                const Fallback& machine = decision.fallback(service.name, router.name);
                encode_fallback(router.name, machine.view(), machine, *to.add_fallbacks());
            }
        }
        for (const auto& [key, shares] : decision.shares()) {
            for (const SiteShare& share : shares) {
                if (key.second == service.name) {
                    v1::ShareView& view = *to.add_shares();
                    view.set_ingress(key.first);
                    view.set_site(name_of(inventory, share.site));
                    view.set_share(share_of(share.ppm));
                }
            }
        }
    }
}

void encode_plans(const Decision& decision, const std::vector<AgentRow>& rows, v1::PlanList& out) {
    for (const AgentRow& row : rows) {
        v1::PlanView& to = *out.add_plans();
        to.set_node(row.node);
        to.set_controller(row.wanted.controller);
        to.set_epoch(row.wanted.epoch);
        to.set_generation(row.wanted.generation);
        to.set_applied_generation(row.applied.generation);
        to.set_agent_state(std::string(to_text(row.state)));
        to.set_agent_mode(row.hello.mode);
        to.set_engine(row.hello.engine);
        const std::string held = decision.held_back(row.node);
        to.set_refusal(!row.refusal.empty() ? row.refusal : held.empty() ? "" : "held: " + held);
        if (row.plan) {
            encode_content(decision, *row.plan, to);
        }
    }
}

Status encode_explanation(const Decision& decision, const std::string& service, const std::string& ingress,
                          v1::ExplainReply& out) {
    SL_TRY(const Explanation why, decision.explain(service, ingress));
    out.set_service(why.service);
    out.set_ingress(why.ingress);
    out.set_policy(why.policy);
    out.set_arrivals_per_s(why.arrivals.value);
    out.set_cost_before(why.cost_before);
    out.set_cost_after(why.cost_after);
    out.set_verdict(why.verdict);
    out.set_jobs_per_flow(why.jobs_per_flow);
    out.set_jobs_per_flow_source(why.is_measured ? "measured" : "inventory");
    out.set_decided_age_s(seconds_of(why.decided_ago));
    out.set_ingress_report_age_s(seconds_of(why.ingress_age));
    out.set_links_age_s(seconds_of(why.links_age));
    out.set_refusal(why.refusal);
    encode_fallback(ingress, why.fallback, decision.fallback(service, ingress), *out.mutable_fallback());
    for (const ExplainedCandidate& c : why.candidates) {
        v1::CandidateView& to = *out.add_candidates();
        to.set_site(c.name);
        to.set_rejected_by(c.rejected_by == "no path"
                               ? "no path: " + decision.paths().why_none(ingress, c.site)
                               : c.rejected_by);
        to.set_path_delay_s(c.path_delay_s);
        to.set_service_time_s(c.service_time_s);
        to.set_queue_price_s(c.queue_price_s);
        to.set_price_s(c.price_s);
        to.set_marginal_s(c.marginal_s());
        to.set_slots_usable(c.slots);
        to.set_utilisation(c.utilisation);
        to.set_report_age_s(c.report_age_s);
        to.set_share_wanted(c.share_wanted);
        to.set_share_given(c.share_given);
        encode_flip(c, to);
        encode_terms(c, to);
        encode_way(decision.paths().paths(ingress, c.site), to);
    }
    return {};
}

} // namespace suanlu
