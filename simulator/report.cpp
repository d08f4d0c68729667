// SPDX-License-Identifier: Apache-2.0
#include "simulator/report.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/support/text_table.hpp"
#include "simulator/timeline.hpp"

namespace suanlu::sim {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostSeconds = 1000;

/// A figure of energy that some scenarios have.
struct EnergyColumn {
    std::string title;
    std::function<double(const SiteOutcome&)> of;
};

std::vector<EnergyColumn> energy_columns(const Scenario& scenario) {
    const auto any = [&](const std::function<bool(const SimSite&)>& has) {
        return std::any_of(scenario.sites.begin(), scenario.sites.end(), has);
    };
    std::vector<EnergyColumn> out;
    if (!any([](const SimSite& site) { return site.full_w > 0; })) {
        return out;
    }
    out.push_back({"kWh", [](const SiteOutcome& site) { return site.energy_kwh; }});
    if (any([](const SimSite& site) { return site.carbon.is_given(); })) {
        out.push_back({"kg CO2", [](const SiteOutcome& site) { return site.carbon_g / 1000; }});
    }
    if (!scenario.currency.empty()) {
        out.push_back({scenario.currency, [](const SiteOutcome& site) { return site.money; }});
    }
    return out;
}

std::string total_text(const Outcome& outcome, const EnergyColumn& column) {
    double sum = 0;
    for (const SiteOutcome& site : outcome.sites) {
        sum += column.of(site);
    }
    return number_text(sum, std::fabs(sum) < 1 ? 4 : 2);
}

/// Utilisation of the emptiest and of the fullest site.
std::string spread_text(const Outcome& outcome) {
    const auto [least, most] = std::minmax_element(
        outcome.sites.begin(), outcome.sites.end(),
        [](const SiteOutcome& a, const SiteOutcome& b) { return a.utilisation < b.utilisation; });
    return number_text(least->utilisation * 100, 0) + "-" + number_text(most->utilisation * 100, 0) + "%";
}

std::vector<std::string> row_of(const Outcome& o, const Scenario& scenario) {
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
    if (scenario.affinity.slots > 0) {
        out.push_back(std::to_string(o.affinity.most_kept));
        out.push_back(std::to_string(o.affinity.full));
        out.push_back(std::to_string(o.affinity.broken));
    }
    for (const EnergyColumn& column : energy_columns(scenario)) {
        out.push_back(total_text(o, column));
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
                       {"mean_response_s", second.responses.mean()},
                       {"p50_response_s", second.responses.quantile(0.5)},
                       {"p95_response_s", second.responses.quantile(0.95)},
                       {"p99_response_s", second.responses.quantile(0.99)},
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
                         {"carbon_g", site.carbon_g},
                         {"money", site.money}});
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
            {"affinity",
             {{"most_kept", o.affinity.most_kept},
              {"full", o.affinity.full},
              {"broken", o.affinity.broken},
              {"most_moving", o.affinity.most_moving}}},
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
    if (report.scenario.affinity.slots > 0) {
        titles.insert(titles.end(), {">kept", ">full", ">broken"});
    }
    for (const EnergyColumn& column : energy_columns(report.scenario)) {
        titles.push_back(">" + column.title);
    }
    TextTable table(titles);
    for (const Outcome& outcome : report.outcomes) {
        table.add(row_of(outcome, report.scenario));
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
                   {"currency", s.currency},
                   {"policies", outcomes}};
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace suanlu::sim
