// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/split_checker.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "controller/decision/plan_checker.hpp"
#include "policies/damping.hpp"
#include "policies/filters.hpp"

namespace suanlu {

namespace {

// Shares are whole parts per million and loads are sums of them.
constexpr double kRounding = 1.001;
constexpr double kMovedRounding = 0.001;

using Candidate = SplitChecker::Candidate;

Error refuse(PlanCheck check, const std::string& why) {
    return {Errc::kRefused, std::string(to_text(check)) + ": " + why};
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

double share_of(const std::vector<SiteShare>& shares, SiteId site) {
    for (const SiteShare& share : shares) {
        if (share.site == site) {
            return static_cast<double>(share.ppm) / kWholeShare;
        }
    }
    return 0;
}

bool is_allowed(const Candidate& c, std::size_t i, std::size_t j) {
    return c.decided.ingresses[i].candidates[j].rejected_by.empty();
}

const std::vector<SiteShare>& new_shares(const Candidate& c, std::size_t i) {
    return c.is_used[i] ? c.decided.ingresses[i].shares : c.in_force[i];
}

double capacity_of(const PolicySite& site) {
    return usable_slots(site) * site.rate_per_slot;
}

struct Loads {
    std::vector<double> before;
    std::vector<double> after;
};

Loads loads_of(const Candidate& c) {
    Loads out{std::vector<double>(c.input.sites.size()), std::vector<double>(c.input.sites.size())};
    for (std::size_t i = 0; i < c.input.ingresses.size(); ++i) {
        for (std::size_t j = 0; j < c.input.sites.size(); ++j) {
            const double jobs = c.input.ingresses[i].jobs_per_s;
            out.before[j] += jobs * share_of(c.in_force[i], c.input.sites[j].id);
            out.after[j] += jobs * share_of(new_shares(c, i), c.input.sites[j].id);
        }
    }
    return out;
}

/// True when jobs could leave `from` along a chain of ingresses for a site that has room: then another split
/// loads it less.
bool could_be_lighter(const Candidate& c, const Loads& loads, std::size_t from) {
    std::vector<bool> seen(c.input.sites.size(), false);
    std::vector<std::size_t> open{from};
    seen[from] = true;
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        for (std::size_t i = 0; i < c.input.ingresses.size(); ++i) {
            if (!c.is_used[i] || share_of(new_shares(c, i), c.input.sites[at].id) <= 0) {
                continue;
            }
            for (std::size_t j = 0; j < c.input.sites.size(); ++j) {
                if (seen[j] || !is_allowed(c, i, j)) {
                    continue;
                }
                if (loads.after[j] * kRounding < capacity_of(c.input.sites[j])) {
                    return true;
                }
                seen[j] = true;
                open.push_back(j);
            }
        }
    }
    return false;
}

Status check_capacity(const Candidate& c) {
    const Loads loads = loads_of(c);
    for (std::size_t j = 0; j < c.input.sites.size(); ++j) {
        const double takes = capacity_of(c.input.sites[j]);
        const bool is_over = loads.after[j] > takes * kRounding;
        const bool is_worse = loads.after[j] > loads.before[j] * kRounding;
        if (c.is_damped && is_over && is_worse && could_be_lighter(c, loads, j)) {
            return refuse(PlanCheck::kCapacity, c.input.sites[j].name + " would get " +
                                                    number(loads.after[j]) + " jobs/s and takes " +
                                                    number(takes) + ", while another site has room");
        }
    }
    return {};
}

/// Why a site must not get new flows of this ingress; empty = it may.
std::string why_dead(const Candidate& c, std::size_t i, std::size_t j) {
    const PolicyIngress& ingress = c.input.ingresses[i];
    if (!ingress.is_alive[j]) {
        return "is not alive there";
    }
    if (!ingress.delay_s[j]) {
        return "has no path";
    }
    // A policy that ignores load ignores that a site is full, too.
    return c.is_damped && !(c.input.sites[j].slots > 0) ? "takes no new flows" : "";
}

/// Network and service, nothing waits: the least that a flow can get.
double least_latency(const Candidate& c, std::size_t i, std::size_t j) {
    const double rate = c.input.sites[j].rate_per_slot;
    return c.input.ingresses[i].delay_s[j].value_or(INFINITY) + (rate > 0 ? 1 / rate : INFINITY);
}

Status check_row(const Candidate& c, std::size_t i) {
    const std::string& ingress = c.input.ingresses[i].name;
    const double budget = c.input.latency_budget_s;
    const auto some_site = [&](auto test) {
        for (std::size_t j = 0; j < c.input.sites.size(); ++j) {
            if (is_allowed(c, i, j) && test(j)) {
                return c.input.sites[j].name;
            }
        }
        return std::string();
    };
    const std::string alive = some_site([&](std::size_t j) { return why_dead(c, i, j).empty(); });
    if (new_shares(c, i).empty() && !alive.empty()) {
        return refuse(PlanCheck::kBlackHole, "no share at " + ingress + ", though " + alive + " could serve");
    }
    const std::string in_time = some_site([&](std::size_t j) { return least_latency(c, i, j) <= budget; });
    for (std::size_t j = 0; j < c.input.sites.size(); ++j) {
        const PolicySite& site = c.input.sites[j];
        if (share_of(new_shares(c, i), site.id) <= 0) {
            continue;
        }
        if (const std::string why = why_dead(c, i, j); !why.empty() && !alive.empty()) {
            return refuse(PlanCheck::kDeadSite, "share of " + ingress + " on " + site.name + ", which " +
                                                    why + ", though " + alive + " could serve");
        }
        if (budget > 0 && least_latency(c, i, j) > budget && !in_time.empty()) {
            return refuse(PlanCheck::kSla, ingress + " to " + site.name + " takes " +
                                               number(least_latency(c, i, j)) +
                                               " s at least, the budget is " + number(budget) + " s and " +
                                               in_time + " holds it");
        }
    }
    return {};
}

double moved_of(const Candidate& c, std::size_t i) {
    double moved = 0;
    for (const PolicySite& site : c.input.sites) {
        moved += std::fabs(share_of(new_shares(c, i), site.id) - share_of(c.in_force[i], site.id)) / 2;
    }
    return moved;
}

} // namespace

/// What lets a split move everything: a first split, a site lost, a fifth of a site's capacity lost. The same
/// events that the damping lets through, seen with own eyes.
bool SplitChecker::has_failed(const Candidate& c) {
    bool failed = is_free_;
    for (const PolicySite& site : c.input.sites) {
        const double capacity = site.slots * site.rate_per_slot;
        const auto known = capacity_.try_emplace(site.id.value, capacity).first;
        const bool is_loss = capacity < known->second * (1 - kCapacityLoss);
        failed = failed || is_loss;
        known->second = is_loss ? capacity : std::max(capacity, known->second);
    }
    for (std::size_t i = 0; i < c.input.ingresses.size(); ++i) {
        double kept = 0;
        bool has_candidate = false;
        for (std::size_t j = 0; c.is_used[i] && j < c.input.sites.size(); ++j) {
            const SiteId site = c.input.sites[j].id;
            bool& was = allowed_.try_emplace({c.input.ingresses[i].name, site.value}, false).first->second;
            const bool is = is_allowed(c, i, j);
            const double share = share_of(c.in_force[i], site);
            failed = failed || (was && !is) || (!is && share > 0);
            kept += is ? share : 0;
            has_candidate = has_candidate || is;
            was = is;
        }
        failed = failed || (has_candidate && kept <= 0);
    }
    return failed;
}

Status SplitChecker::check(const Candidate& c) {
    for (std::size_t i = 0; i < c.input.ingresses.size(); ++i) {
        if (c.is_used[i]) {
            SL_TRY_VOID(check_row(c, i));
        }
    }
    SL_TRY_VOID(check_capacity(c));
    SplitChecker next = *this;
    const bool may_jump = next.has_failed(c) || !c.is_damped;
    for (std::size_t i = 0; i < c.input.ingresses.size() && !may_jump; ++i) {
        if (const double moved = moved_of(c, i); c.is_used[i] && moved > kMostMoved + kMovedRounding) {
            return refuse(PlanCheck::kShareMoved, number(moved * 100) + " % of " + c.input.ingresses[i].name +
                                                      " would move although nothing failed, 10 % may");
        }
    }
    next.is_free_ = false;
    *this = next;
    return {};
}

} // namespace suanlu
