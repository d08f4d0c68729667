// SPDX-License-Identifier: Apache-2.0
#include "policies/filters.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace suanlu {

namespace {

std::string with_number(const char* text, double number) {
    char buffer[96];
    std::snprintf(buffer, sizeof buffer, "%s (%.3g)", text, number);
    return buffer;
}

/// Remembers which sites a movable service avoids; hysteresis and least stay keep it calm.
void update_hot(const PolicyInput& input, PolicyMemory& memory, MonoTime now) {
    for (const PolicySite& site : input.sites) {
        const auto held = memory.hot_since.find(site.id.value);
        if (site.utilisation > kHotUtilisation) {
            memory.hot_since.try_emplace(site.id.value, now);
        } else if (held != memory.hot_since.end() && site.utilisation >= 0 &&
                   site.utilisation < kCoolUtilisation && now - held->second >= kLeastStay) {
            memory.hot_since.erase(held);
        }
    }
}

std::string reject(const PolicyInput& input, const PolicyIngress& ingress, std::size_t j) {
    const PolicySite& site = input.sites[j];
    if (j < ingress.rejected_by.size() && !ingress.rejected_by[j].empty()) {
        return ingress.rejected_by[j];
    }
    if (!site.hosts_service) {
        return "does not host the service";
    }
    if (!ingress.is_alive[j]) {
        return "not alive at this ingress";
    }
    if (!ingress.delay_s[j] || !(*ingress.delay_s[j] >= 0)) {
        return "no path";
    }
    if (!(site.slots > 0)) {
        return with_number("no usable slots", site.slots);
    }
    if (!(site.rate_per_slot > 0) || !std::isfinite(site.slots * site.rate_per_slot)) {
        return with_number("no usable rate per slot", site.rate_per_slot);
    }
    const double least = *ingress.delay_s[j] + 1 / site.rate_per_slot;
    if (input.latency_budget_s > 0 && least > input.latency_budget_s) {
        return with_number("latency budget exceeded even when idle, s", least);
    }
    return {};
}

SiteCandidate candidate(const PolicyInput& input, const PolicyIngress& ingress, std::size_t j) {
    const PolicySite& site = input.sites[j];
    SiteCandidate c;
    c.site = site.id;
    c.name = site.name;
    c.rejected_by = reject(input, ingress, j);
    c.path_delay_s = ingress.delay_s[j].value_or(0);
    c.service_time_s = site.rate_per_slot > 0 ? 1 / site.rate_per_slot : 0;
    c.price_s = site.price_s;
    if (j < ingress.terms.size()) {
        c.terms = ingress.terms[j];
    }
    for (const CandidateTerm& term : c.terms) {
        c.price_s += std::isfinite(term.seconds) ? std::max(term.seconds, 0.0) : 0;
    }
    c.slots = site.slots;
    c.utilisation = site.utilisation;
    c.report_age_s = site.report_age_s;
    return c;
}

/// Rejects by a soft reason, but only while some candidate would remain: a stale or hot site is better than
/// none.
template <class Text, class Predicate>
void reject_unless_last(std::vector<SiteCandidate>& row, const PolicyInput& input, Text text,
                        Predicate applies) {
    bool others = false;
    for (std::size_t j = 0; j < row.size(); ++j) {
        others = others || (row[j].rejected_by.empty() && !applies(input.sites[j]));
    }
    for (std::size_t j = 0; others && j < row.size(); ++j) {
        if (row[j].rejected_by.empty() && applies(input.sites[j])) {
            row[j].rejected_by = text(input.sites[j]);
        }
    }
}

} // namespace

double usable_slots(const PolicySite& site) {
    if (!(site.slots > 0) || !(site.rate_per_slot > 0)) {
        return 0;
    }
    return std::max(site.slots - std::max(site.other_jobs, 0.0) / site.rate_per_slot, 0.1 * site.slots);
}

std::vector<std::vector<SiteCandidate>> filter_sites(const PolicyInput& input, PolicyMemory& memory,
                                                     MonoTime now) {
    if (input.affinity == Affinity::kMovable) {
        update_hot(input, memory, now);
    }
    std::vector<std::vector<SiteCandidate>> out;
    for (const PolicyIngress& ingress : input.ingresses) {
        std::vector<SiteCandidate> row;
        for (std::size_t j = 0; j < input.sites.size(); ++j) {
            row.push_back(candidate(input, ingress, j));
        }
        reject_unless_last(
            row, input, [](const PolicySite&) { return "stale report while fresh sites remain"; },
            [](const PolicySite& site) { return !site.is_fresh; });
        if (input.affinity == Affinity::kMovable) {
            reject_unless_last(
                row, input,
                [](const PolicySite& site) {
                    return with_number("passed 90 % utilisation: gives up movable flows first, now",
                                       site.utilisation);
                },
                [&](const PolicySite& site) { return memory.hot_since.contains(site.id.value); });
        }
        out.push_back(std::move(row));
    }
    return out;
}

} // namespace suanlu
