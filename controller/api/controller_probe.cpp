// SPDX-License-Identifier: Apache-2.0
#include "controller/api/controller_probe.hpp"

namespace suanlu {

namespace {

enum class ApiMetric {
#define SUANLU_METRIC(name, kind, label, help) name,
#include "controller/api/api_metrics.def"
#undef SUANLU_METRIC
};

struct MetricText {
    const char* name;
    const char* label;
    const char* help;
};

constexpr MetricText kMetrics[] = {
#define SUANLU_METRIC(name, kind, label, help) {#name, label, help},
#include "controller/api/api_metrics.def"
#undef SUANLU_METRIC
};

const MetricText& text_of(ApiMetric metric) {
    return kMetrics[static_cast<std::size_t>(metric)];
}

MetricLabels labels_of(ApiMetric metric, const std::string& value) {
    const MetricText& text = text_of(metric);
    return *text.label == '\0' ? MetricLabels{} : MetricLabels{{text.label, value}};
}

void count(MetricRegistry& registry, ApiMetric metric, const std::string& value = {}) {
    registry.count(text_of(metric).name, text_of(metric).help, labels_of(metric, value));
}

void raise(MetricRegistry& registry, ApiMetric metric, std::uint64_t total, const std::string& value = {}) {
    registry.count_to(text_of(metric).name, text_of(metric).help, labels_of(metric, value),
                      static_cast<double>(total));
}

void set(MetricRegistry& registry, ApiMetric metric, double number, const std::string& value = {}) {
    registry.set(text_of(metric).name, text_of(metric).help, labels_of(metric, value), number);
}

double seconds_of(Duration d) {
    return std::chrono::duration<double>(d).count();
}

} // namespace

void ControllerProbe::took(const std::string& kind) {
    count(registry_, ApiMetric::suanlu_api_reports_total, kind);
}

void ControllerProbe::refused(const std::string& reason) {
    count(registry_, ApiMetric::suanlu_api_refusals_total, reason);
}

void ControllerProbe::sent_plan(Duration reaction) {
    count(registry_, ApiMetric::suanlu_api_plans_sent_total);
    const MetricText& text = text_of(ApiMetric::suanlu_reaction_seconds);
    registry_.observe_seconds(text.name, text.help, {}, seconds_of(reaction));
}

void ControllerProbe::coalesced_plan() {
    count(registry_, ApiMetric::suanlu_api_plans_coalesced_total);
}

void ControllerProbe::sent_loads(std::size_t reports) {
    const MetricText& text = text_of(ApiMetric::suanlu_api_loads_sent_total);
    registry_.count(text.name, text.help, {}, static_cast<double>(reports));
}

void ControllerProbe::replaced_loads() {
    count(registry_, ApiMetric::suanlu_api_loads_replaced_total);
}

void ControllerProbe::fallback(const Decision& decision) {
    std::array<int, kFallbackModes> now{};
    for (const Service& service : decision.inventory().services) {
        for (const Router& router : decision.inventory().routers) {
            if (decision.inventory().is_entry(router)) {
                const FallbackMode mode = decision.fallback(service.name, router.name).view().mode;
                ++now[static_cast<std::size_t>(mode)];
            }
        }
    }
    for (std::size_t k = 0; k < kFallbackModes; ++k) {
        const std::string mode(to_text(static_cast<FallbackMode>(k)));
        raise(registry_, ApiMetric::suanlu_fallback_entered_total, decision.counters().entered[k], mode);
        set(registry_, ApiMetric::suanlu_fallback_services, now[k], mode);
    }
}

void ControllerProbe::decision(const Decision& decision, MonoTime now) {
    const DecisionCounters& c = decision.counters();
    raise(registry_, ApiMetric::suanlu_decision_runs_total, c.ticks, "tick");
    raise(registry_, ApiMetric::suanlu_decision_runs_total, c.events, "event");
    raise(registry_, ApiMetric::suanlu_decision_plans_total, c.plans, "published");
    raise(registry_, ApiMetric::suanlu_decision_plans_total, c.plans_refused, "refused");
    for (const auto& [check, refusals] : c.refused_by) {
        raise(registry_, ApiMetric::suanlu_decision_refusals_total, refusals, check);
    }
    fallback(decision);
    raise(registry_, ApiMetric::suanlu_decision_self_suspected_total, c.self_suspected);
    LeftOut left_out;
    for (const auto& [node, row] : decision.ingresses().rows()) {
        left_out += row.left_out;
    }
    raise(registry_, ApiMetric::suanlu_ingress_rows_left_out_total, left_out.services, "services");
    raise(registry_, ApiMetric::suanlu_ingress_rows_left_out_total, left_out.sites, "sites");
    raise(registry_, ApiMetric::suanlu_ingress_rows_left_out_total, left_out.paths, "paths");
    for (const DecisionState state : {DecisionState::kWarmingUp, DecisionState::kNoLinks,
                                      DecisionState::kDeciding, DecisionState::kSelfSuspect}) {
        set(registry_, ApiMetric::suanlu_decision_state, state == decision.state() ? 1 : 0,
            std::string(to_text(state)));
    }
    raise(registry_, ApiMetric::suanlu_decision_path_compilations_total, decision.paths().compilations());
    raise(registry_, ApiMetric::suanlu_decision_paths_unproven_total, decision.paths().unproven());
    const SiteTableCounters& s = decision.sites().counters();
    raise(registry_, ApiMetric::suanlu_site_reports_total, s.accepted, "accepted");
    raise(registry_, ApiMetric::suanlu_site_reports_total, s.refused_old, "refused-old");
    raise(registry_, ApiMetric::suanlu_site_reports_total, s.refused_malformed, "refused-malformed");
    raise(registry_, ApiMetric::suanlu_site_reports_total, s.refused_unknown_site, "refused-unknown-site");
    raise(registry_, ApiMetric::suanlu_site_reports_total, s.clock_off, "accepted-clock-off");
    for (const SiteView& view : decision.sites().views(now)) {
        set(registry_, ApiMetric::suanlu_site_report_age_seconds, seconds_of(view.age), view.site);
    }
}

void ControllerProbe::program(const ProgramCore& core, MonoTime now) {
    const ProgramCounters& c = core.counters();
    raise(registry_, ApiMetric::suanlu_program_plans_total, c.sent, "sent");
    raise(registry_, ApiMetric::suanlu_program_plans_total, c.coalesced, "coalesced");
    raise(registry_, ApiMetric::suanlu_program_plans_total, c.applied, "applied");
    raise(registry_, ApiMetric::suanlu_program_plans_total, c.refused, "refused");
    raise(registry_, ApiMetric::suanlu_program_plans_total, c.adopted, "adopted");
    raise(registry_, ApiMetric::suanlu_program_plans_total, c.ignored, "ignored");
    std::map<AgentState, int> agents{{AgentState::kNeverSeen, 0},
                                     {AgentState::kApplied, 0},
                                     {AgentState::kLagging, 0},
                                     {AgentState::kLost, 0},
                                     {AgentState::kRefused, 0}};
    for (const AgentRow& row : core.rows(now)) {
        ++agents[row.state];
    }
    for (const auto& [state, number] : agents) {
        set(registry_, ApiMetric::suanlu_program_agents, number, std::string(to_text(state)));
    }
}

void ControllerProbe::dns(const DnsPublisherCounters& c) {
    raise(registry_, ApiMetric::suanlu_dns_views_total, c.views.views, "told");
    raise(registry_, ApiMetric::suanlu_dns_views_total, c.views.close, "close");
    raise(registry_, ApiMetric::suanlu_dns_changes_total, c.views.answers_changed, "answer");
    raise(registry_, ApiMetric::suanlu_dns_changes_total, c.views.sites_changed, "site");
    set(registry_, ApiMetric::suanlu_dns_generation, static_cast<double>(c.generation));
    set(registry_, ApiMetric::suanlu_dns_followers, static_cast<double>(c.followers));
}

void ControllerProbe::sent_dns_message() {
    count(registry_, ApiMetric::suanlu_dns_messages_total);
}

void ControllerProbe::replaced_dns_view() {
    count(registry_, ApiMetric::suanlu_dns_views_replaced_total);
}

void ControllerProbe::mailbox(const std::string& name, const MailboxCounters& c) {
    set(registry_, ApiMetric::suanlu_mailbox_depth, static_cast<double>(c.depth), name);
    raise(registry_, ApiMetric::suanlu_mailbox_messages_total, c.pushed, name);
    raise(registry_, ApiMetric::suanlu_mailbox_merged_total, c.merged, name);
    raise(registry_, ApiMetric::suanlu_mailbox_dropped_total, c.dropped, name);
    set(registry_, ApiMetric::suanlu_mailbox_longest_wait_seconds, seconds_of(c.longest_wait), name);
}

} // namespace suanlu
