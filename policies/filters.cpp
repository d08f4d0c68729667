// SPDX-License-Identifier: Apache-2.0
#include "policies/filters.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/model/limits.hpp"
#include "policies/split.hpp"

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
    if (!site.hosts_service) {
        return "does not host the service";
    }
    if (!ingress.is_alive[j]) {
        return "not alive at this ingress";
    }
    if (!ingress.delay_s[j]) {
        return "no path";
    }
    if (!(*ingress.delay_s[j] >= 0) || !std::isfinite(*ingress.delay_s[j])) {
        return with_number("no usable delay", *ingress.delay_s[j]);
    }
    if (!(site.slots > 0)) {
        return with_number("no usable slots", site.slots);
    }
    if (site.slots > kMostWorkers) {
        return with_number("more slots than can be reckoned with", site.slots);
    }
    if (!(site.rate_per_slot > 0) || !std::isfinite(site.slots * site.rate_per_slot)) {
        return with_number("no usable rate per slot", site.rate_per_slot);
    }
    if (j < ingress.rejected_by.size() && !ingress.rejected_by[j].empty()) {
        return ingress.rejected_by[j];
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
    c.service_time_s = site.rate_per_slot > 0 ? usable_load_weight(input) / site.rate_per_slot : 0;
    c.price_s = site.price_s;
    if (j < ingress.terms.size()) {
        c.terms = ingress.terms[j];
    }
    for (const CandidateTerm& term : c.terms) {
        c.price_s += std::isfinite(term.seconds) ? term.seconds : 0;
    }
    c.slots = site.slots;
    c.utilisation = site.utilisation;
    c.report_age_s = site.report_age_s;
    return c;
}

/// Clocks differ by less; what is dated later was not made by a clock that can be trusted.
constexpr double kMostAheadS = 1;

// Soft reasons: such a site is better than none.
using SoftFilter = std::string (*)(const PolicySite& site);

std::string unusable_price(const PolicySite& site) {
    return std::isfinite(site.price_s) ? "" : with_number("no usable price", site.price_s);
}

std::string unusable_jobs(const PolicySite& site) {
    return std::isfinite(site.other_jobs)
               ? ""
               : with_number("no usable figure of other services' jobs", site.other_jobs);
}

std::string untimely_report(const PolicySite& site) {
    if (!(site.report_age_s >= -kMostAheadS)) {
        return with_number("report from the future, age in s", site.report_age_s);
    }
    return site.is_fresh ? "" : "stale report while fresh sites remain";
}

/// Rejects by a soft reason, but only while some candidate would remain.
template <class Reason>
void reject_unless_last(std::vector<SiteCandidate>& row, const PolicyInput& input, Reason reason) {
    bool some = false;
    bool others = false;
    std::vector<std::string> found(row.size());
    for (std::size_t j = 0; j < row.size(); ++j) {
        if (row[j].rejected_by.empty()) {
            found[j] = reason(input.sites[j]);
            (found[j].empty() ? others : some) = true;
        }
    }
    for (std::size_t j = 0; some && others && j < row.size(); ++j) {
        if (row[j].rejected_by.empty()) {
            row[j].rejected_by = std::move(found[j]);
        }
    }
}

} // namespace

double usable_slots(const PolicySite& site) {
    if (!(site.slots > 0) || !(site.rate_per_slot > 0)) {
        return 0;
    }
    const double others = std::isfinite(site.other_jobs) ? std::max(site.other_jobs, 0.0) : INFINITY;
    return std::max(site.slots - others / site.rate_per_slot, 0.1 * site.slots);
}

double usable_load_weight(const PolicyInput& input) {
    return input.load_weight > 0 && std::isfinite(input.load_weight) ? input.load_weight : 1;
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
        for (const SoftFilter filter : {unusable_price, unusable_jobs, untimely_report}) {
            reject_unless_last(row, input, filter);
        }
        if (input.affinity == Affinity::kMovable) {
            reject_unless_last(row, input, [&](const PolicySite& site) {
                return memory.hot_since.contains(site.id.value)
                           ? with_number("passed 90 % utilisation: gives up movable flows first, now",
                                         site.utilisation)
                           : "";
            });
        }
        out.push_back(std::move(row));
    }
    return out;
}

std::string why_nobody(const PolicyInput& input, const std::vector<std::vector<SiteCandidate>>& rows) {
    if (input.sites.empty()) {
        return "; no site is known, plain anycast serves";
    }
    std::string out;
    std::size_t more = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (std::any_of(rows[i].begin(), rows[i].end(),
                        [](const SiteCandidate& c) { return c.rejected_by.empty(); })) {
            continue;
        }
        if (!out.empty()) {
            ++more;
            continue;
        }
        out = "; no site passes the filters at " + input.ingresses[i].name + " (" + rows[i][0].name + ": " +
              rows[i][0].rejected_by +
              (rows[i].size() > 1 ? "; " + std::to_string(rows[i].size() - 1) + " more sites" : "") + ")";
    }
    out += more > 0 ? " and at " + std::to_string(more) + " more ingresses" : "";
    return out.empty() ? out : out + ", plain anycast serves there";
}

} // namespace suanlu
