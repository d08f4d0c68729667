// SPDX-License-Identifier: Apache-2.0
#include "core/model/placement_cost.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

namespace {

/// Own flows are expected to show up in the relaxed mean for this many service times.
constexpr double kMemory = 3;

/// On straight lines between the entries; behind the last by the slope.
double delta_us(const SitePlacement& site, double jobs) {
    const double at = std::max(jobs, 0.0) / site.stride;
    const std::size_t last = site.delta.size() - 1;
    const double behind = at - static_cast<double>(last);
    if (behind >= 0) {
        return site.delta.back().value + site.slope.value * behind * site.stride;
    }
    const auto k = static_cast<std::size_t>(at);
    const double part = at - static_cast<double>(k);
    return site.delta[k].value * (1 - part) + site.delta[k + 1].value * part;
}

std::uint32_t whole_us(double us) {
    return static_cast<std::uint32_t>(std::clamp(std::round(us), 0.0, double(kNoCost - 1)));
}

} // namespace

CostWord cost_word(const SitePlacement& site, const SiteNews& news) {
    const bool is_sound = !site.delta.empty() && site.stride > 0 && site.relaxation.value > 0 &&
                          std::isfinite(news.jobs) && std::isfinite(news.age_s) &&
                          std::isfinite(news.own_flows);
    if (!is_sound) {
        return {kNoCost, 0};
    }
    const double balance = site.balance_millijobs / 1e3;
    const double age_us = std::max(0.0, news.age_s * 1e6 + site.one_way.value);
    const double above = std::max(0.0, news.jobs - site.full_at);
    const double kept = std::exp(-age_us / (site.relaxation.value + above * site.drain_per_job.value));
    const double memory_us = std::min(age_us, kMemory * site.relaxation.value);
    const double surplus = news.own_flows - site.own_flows_per_ks * 1e-9 * memory_us;
    const double mean = std::max(0.0, balance + (news.jobs - balance) * kept + surplus);
    const double away = std::sqrt(3 * std::max(0.0, balance * (1 - kept * kept)));
    const double at_mean = delta_us(site, mean);
    const double expected = (4 * at_mean + delta_us(site, mean - away) + delta_us(site, mean + away)) / 6;
    return {whole_us(site.static_cost.value + expected), whole_us(delta_us(site, mean + 1) - at_mean)};
}

double most_age_s(const PlacementTable& table, const SitePlacement& site) {
    return table.most_age_millis * 1e-3 * to_seconds(site.service_time).value;
}

} // namespace suanlu
