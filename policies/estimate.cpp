// SPDX-License-Identifier: Apache-2.0
#include "policies/estimate.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

namespace {

/// Own flows are expected to show up in the relaxed mean for this many service times.
constexpr double kMemory = 3;

} // namespace

JobsEstimate estimate_jobs(const SiteIndex& site, double reported, double age_s, double own_sent,
                           double own_rate) {
    const ServiceModel& model = site.model();
    const double balance = model.balanced_jobs(site.arrivals());
    const double service = balance > 0 ? balance / site.arrivals() : model.service_s();
    const double full = model.full_at();
    double relaxation = service;
    if (reported > full) {
        const double spare = std::max(kLeastSpare, 1 - site.arrivals() / model.capacity());
        relaxation *= 1 + (reported - full) / full / spare;
    }
    const double age = std::isfinite(age_s) ? std::max(0.0, age_s) : HUGE_VAL;
    const double kept = std::isfinite(reported) ? std::exp(-age / relaxation) : 0;
    const double known = kept > 0 ? reported : balance;
    const double surplus = own_sent - own_rate * std::min(age, kMemory * service);
    return {std::max(0.0, balance + (known - balance) * kept + surplus),
            std::sqrt(std::max(0.0, balance * (1 - kept * kept)))};
}

} // namespace suanlu
