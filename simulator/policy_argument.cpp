// SPDX-License-Identifier: Apache-2.0
#include "simulator/policy_argument.hpp"

#include <algorithm>
#include <cmath>

#include "core/support/whole_file.hpp"
#include "policies/policy_set.hpp"
#include "policies/strategy/builtin_policies.hpp"
#include "policies/strategy/file_walk.hpp"
#include "policies/strategy/policy_file.hpp"
#include "simulator/policy_titles.hpp"
#include "simulator/simulate.hpp"

namespace suanlu::sim {

namespace {

constexpr std::string_view kShares = "shares:";

bool is_dispatcher(const std::string& name) {
    const std::vector<std::string> known = known_dispatchers();
    return std::find(known.begin(), known.end(), name) != known.end();
}

bool is_file(const std::string& given) {
    return given.find('/') != std::string::npos || given.ends_with(".yaml") || given.ends_with(".yml");
}

Result<PolicyDefinition> read_file(const std::string& path) {
    SL_TRY(const std::string text, read_whole_file(path));
    PolicyReading reading = read_policy(text, path);
    std::string complaints;
    for (const YamlComplaint& complaint : reading.complaints) {
        complaints += (complaints.empty() ? "" : "\n") + complaint_text(path, complaint);
    }
    return reading.policy ? Result<PolicyDefinition>(*std::move(reading.policy))
                          : Error{Errc::kBadInput, complaints};
}

/// Known under this name from here on; the same policy twice is one.
Result<std::string> play(const std::string& name, PolicyDefinition policy, const PlacementFacts& facts) {
    if (const std::string refusal = kind_refusal(policy, RequestKind::kFlow); !refusal.empty()) {
        return Error{Errc::kRefused, "policy '" + name + "': " + refusal};
    }
    if (!find_policy(name)) {
        SL_TRY_VOID(add_policy(name, std::make_unique<FlowPolicy>(std::move(policy), facts)));
    }
    return name;
}

/// The figure at an hour of the run's first day by the clock of tariffs.
double at_hour(const Scenario& scenario, const Course& course, int hour) {
    const double begin = std::fmod(scenario.wall_start_s, 86400);
    const double until = std::fmod(hour * 3600 - begin + 86400, 86400);
    return std::max(0.0, course.at(until / scenario.clock_speed));
}

Tariff tariff_of(const Scenario& scenario, const Course& course) {
    Tariff out;
    for (std::uint32_t hour = 0; hour < 24; ++hour) {
        const double per_mwh = at_hour(scenario, course, static_cast<int>(hour));
        out.periods.push_back({hour * 60, (hour + 1) * 60, {per_mwh / 1000, scenario.currency}});
    }
    return out;
}

/// A course of nothing is one that nobody stated.
std::optional<double> mean_of_day(const Scenario& scenario, const Course& course) {
    double sum = 0;
    for (int hour = 0; hour < 24; ++hour) {
        sum += at_hour(scenario, course, hour);
    }
    return sum > 0 ? std::optional(sum / 24) : std::nullopt;
}

std::string known_names() {
    std::string out;
    for (const ListedPolicy& policy : listed_policies()) {
        out += (out.empty() ? "" : ", ") + policy.name;
    }
    return out;
}

} // namespace

Result<std::string> resolve_policy(const std::string& given, const PlacementFacts& facts) {
    if (is_dispatcher(given)) {
        return given;
    }
    if (is_file(given)) {
        SL_TRY(PolicyDefinition policy, read_file(given));
        const bool is_taken = is_dispatcher(policy.name) || find_policy(policy.name).has_value();
        const std::string name = is_taken ? given : policy.name;
        return play(name, std::move(policy), facts);
    }
    const bool is_prefixed = given.starts_with(kShares);
    auto builtin = find_builtin_policy(is_prefixed ? given.substr(kShares.size()) : given);
    if (builtin) {
        return play(given, *std::move(builtin), facts);
    }
    if (builtin.error().code == Errc::kRefused) {
        return Error{Errc::kRefused, "policy '" + given + "': " + builtin.error().detail};
    }
    return Error{Errc::kNotFound,
                 "no policy is called '" + given + "'; known: " + known_names() + ", shares:NAME, or a file"};
}

PlacementFacts facts_of(const Scenario& scenario, PlacementFacts stated) {
    for (const SimSite& site : scenario.sites) {
        SiteAttributes& facts = stated.sites[site.name];
        const double slots = site.discipline == Discipline::kBatching ? site.batching.batch : site.workers;
        if (site.full_w > 0 && slots > 0) {
            facts.watts_per_slot = facts.watts_per_slot.value_or((site.full_w - site.idle_w) / slots);
            facts.pue = facts.pue.value_or(site.pue);
        }
        if (!facts.tariff && site.tariff.is_given()) {
            facts.tariff = tariff_of(scenario, site.tariff);
        }
        if (!facts.carbon_g_per_kwh && site.full_w > 0) {
            facts.carbon_g_per_kwh = mean_of_day(scenario, site.carbon);
        }
    }
    return stated;
}

std::vector<ListedPolicy> listed_policies() {
    std::vector<ListedPolicy> out;
    for (const std::string& name : known_dispatchers()) {
        out.push_back({name, std::string(policy_title(name))});
    }
    for (const BuiltinPolicy& builtin : builtin_policies()) {
        const PolicyDefinition policy = *find_builtin_policy(builtin.name);
        if (kind_refusal(policy, RequestKind::kFlow).empty()) {
            const std::string name(builtin.name);
            out.push_back(
                {is_dispatcher(name) ? std::string(kShares) + name : name, "file: " + policy.description});
        }
    }
    return out;
}

} // namespace suanlu::sim
