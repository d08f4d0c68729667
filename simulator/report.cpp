// SPDX-License-Identifier: Apache-2.0
#include "simulator/report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/support/text_table.hpp"
#include "simulator/timeline.hpp"

namespace suanlu::sim {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostSeconds = 1000;

bool has_energy(const SimReport& report) {
    return std::any_of(report.scenario.sites.begin(), report.scenario.sites.end(),
                       [](const SimSite& site) { return site.full_w > 0; });
}

double total_kwh(const Outcome& outcome) {
    double sum = 0;
    for (const SiteOutcome& site : outcome.sites) {
        sum += site.energy_kwh;
    }
    return sum;
}

/// Utilisation of the emptiest and of the fullest site.
std::string spread_text(const Outcome& outcome) {
    const auto [least, most] = std::minmax_element(
        outcome.sites.begin(), outcome.sites.end(),
        [](const SiteOutcome& a, const SiteOutcome& b) { return a.utilisation < b.utilisation; });
    return number_text(least->utilisation * 100, 0) + "-" + number_text(most->utilisation * 100, 0) + "%";
}

std::vector<std::string> row_of(const Outcome& o, bool with_energy) {
    const Quantiles& r = o.response_s;
    std::vector<std::string> out{o.policy,
                                 seconds_text(r.mean),
                                 seconds_text(r.p50),
                                 seconds_text(r.p95),
                                 seconds_text(r.p99),
                                 seconds_text(r.p999),
                                 spread_text(o),
                                 number_text(oscillation(o) * 100, 1) + "%",
                                 std::to_string(o.bounced),
                                 number_text(o.exception_share * 100, 1) + "%",
                                 std::to_string(o.refused)};
    if (with_energy) {
        out.push_back(number_text(total_kwh(o), 2));
    }
    return out;
}

std::string head_of(const SimReport& report) {
    const Scenario& s = report.scenario;
    const std::string window = s.window_s
                                   ? "jobs that begin from " + number_text(s.window_s->first, 0) + " s to " +
                                         number_text(s.window_s->second, 0) + " s"
                                   : "after " + number_text(s.warm_up_share * 100, 0) + "%" + " of the time";
    return s.name + ": " + s.title + "\n" + std::to_string(s.sites.size()) + " sites, " +
           std::to_string(s.ingresses.size()) + " ingresses, load " + number_text(s.arrivals.load * 100, 0) +
           "%" + ", " + number_text(s.seconds, 0) + " s, seed " + std::to_string(s.seed) +
           "; measured: " + std::to_string(report.outcomes.front().measured) + " jobs, " + window + "\n";
}

std::string sites_text(const SimReport& report, bool colour) {
    std::vector<std::string> titles{"share of the jobs"};
    for (const Outcome& outcome : report.outcomes) {
        titles.push_back(">" + outcome.policy);
    }
    TextTable table(titles);
    for (std::size_t j = 0; j < report.scenario.sites.size(); ++j) {
        std::vector<std::string> row{report.scenario.sites[j].name};
        for (const Outcome& outcome : report.outcomes) {
            row.push_back(number_text(outcome.sites[j].share * 100, 1) + "%");
        }
        table.add(row);
    }
    return table.text(colour);
}

Json quantiles_json(const Quantiles& q) {
    return {{"mean", q.mean}, {"p50", q.p50}, {"p95", q.p95}, {"p99", q.p99}, {"p999", q.p999}};
}

Json seconds_json(const Outcome& outcome) {
    Json out = Json::array();
    for (const Second& second : merged_seconds(outcome, kMostSeconds)) {
        out.push_back({{"at_s", second.at_s},
                       {"arrived", second.arrived},
                       {"completed", second.completed},
                       {"bounced", second.bounced},
                       {"mean_response_s", second.mean_response_s},
                       {"p95_response_s", second.p95_response_s},
                       {"utilisation", second.utilisation},
                       {"share", second.share}});
    }
    return out;
}

Json outcome_json(const Outcome& o) {
    Json sites = Json::array();
    for (const SiteOutcome& site : o.sites) {
        sites.push_back({{"name", site.name},
                         {"utilisation", site.utilisation},
                         {"deviation", site.deviation},
                         {"share", site.share},
                         {"energy_kwh", site.energy_kwh},
                         {"carbon_g", site.carbon_g}});
    }
    return {{"policy", o.policy},
            {"arrived", o.arrived},
            {"completed", o.completed},
            {"in_flight", o.in_flight},
            {"refused", o.refused},
            {"bounced", o.bounced},
            {"bounce_bound", o.bounce_bound},
            {"measured", o.measured},
            {"response_s", quantiles_json(o.response_s)},
            {"excess_s", quantiles_json(o.excess_s)},
            {"oscillation", oscillation(o)},
            {"moved_share", o.moved_share},
            {"exception_share", o.exception_share},
            {"exception_peak", o.exception_peak},
            {"second_choices", o.second_choices},
            {"sites", sites},
            {"seconds", seconds_json(o)}};
}

} // namespace

double oscillation(const Outcome& outcome) {
    double most = 0;
    for (const SiteOutcome& site : outcome.sites) {
        most = std::max(most, site.deviation);
    }
    return most;
}

std::string to_table(const SimReport& report, bool colour) {
    std::vector<std::string> titles{"policy",   ">mean",       ">p50",         ">p95",
                                    ">p99",     ">p99.9",      ">utilisation", ">oscillation",
                                    ">bounced", ">exceptions", ">refused"};
    const bool with_energy = has_energy(report);
    if (with_energy) {
        titles.emplace_back(">kWh");
    }
    TextTable table(titles);
    for (const Outcome& outcome : report.outcomes) {
        table.add(row_of(outcome, with_energy));
    }
    return head_of(report) + "\n" + table.text(colour) + "\n" + sites_text(report, colour);
}

std::string to_json(const SimReport& report) {
    const Scenario& s = report.scenario;
    Json outcomes = Json::array();
    for (const Outcome& outcome : report.outcomes) {
        outcomes.push_back(outcome_json(outcome));
    }
    const Json out{{"scenario", s.name},
                   {"title", s.title},
                   {"seconds", s.seconds},
                   {"load", s.arrivals.load},
                   {"seed", s.seed},
                   {"sites", s.sites.size()},
                   {"ingresses", s.ingresses.size()},
                   {"policies", outcomes}};
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace suanlu::sim
