// SPDX-License-Identifier: Apache-2.0
#include "policies/index.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

SiteIndex::SiteIndex(const ServiceModel& model, double arrivals) : model_(model) {
    const double capacity = model.capacity();
    const double wanted = std::isfinite(arrivals) ? arrivals : 0;
    arrivals_ = std::clamp(wanted, kLeastIndexLoad * capacity, kMostIndexLoad * capacity);
    mean_jobs_ = stationary_jobs();
    const std::uint32_t full = model.full_at();
    const double spare = capacity - arrivals_;
    // From full_at - 1 on the solution that grows least is a straight line A + B n.
    slope_ = 1 / spare;
    const double start = (capacity * slope_ - mean_jobs_) / spare;
    values_.assign(full + 1, 0);
    values_[full] = start + slope_ * full;
    values_[full - 1] = start + slope_ * (full - 1);
    // n - g + arrivals (h(n+1) - h(n)) + rate(n) (h(n-1) - h(n)) = 0 with Delta(n) = h(n+1) - h(n). Errors
    // shrink by arrivals / rate going down and by rate / arrivals going up: each way where it is below 1.
    std::uint32_t n = full - 1;
    for (; n >= 1 && model.departure_rate(n) > arrivals_; --n) {
        values_[n - 1] = (n - mean_jobs_ + arrivals_ * values_[n]) / model.departure_rate(n);
    }
    double below = 0;
    for (std::uint32_t k = 0; k < n; ++k) {
        below = (mean_jobs_ - k + model.departure_rate(k) * below) / arrivals_;
        values_[k] = below;
    }
    const double alone = model.service_s();
    for (double& value : values_) {
        value = alone + (value - alone) * model.spread();
    }
    slope_ *= model.spread();
}

double SiteIndex::stationary_jobs() const {
    // Weights relative to the largest one, so that nothing overflows: the state in which rates balance.
    const std::uint32_t full = model_.full_at();
    const auto peak = static_cast<std::uint32_t>(model_.balanced_jobs(arrivals_));
    double sum = 0;
    double first = 0;
    double weight = 1;
    double at_full = 0;
    for (std::uint32_t n = peak; n <= full; ++n) {
        if (n > peak) {
            weight *= arrivals_ / model_.departure_rate(n);
        }
        sum += weight;
        first += weight * n;
        at_full = weight;
    }
    const double ratio = arrivals_ / model_.capacity();
    const double tail = at_full * ratio / (1 - ratio); // states beyond full, geometric
    sum += tail;
    first += tail * (full + 1 / (1 - ratio));
    weight = 1;
    for (std::uint32_t n = peak; n > 0; --n) {
        weight *= model_.departure_rate(n) / arrivals_;
        sum += weight;
        first += weight * (n - 1);
    }
    return first / sum;
}

double SiteIndex::at(double jobs) const {
    if (!(jobs > 0)) {
        return values_.front();
    }
    const double last = static_cast<double>(values_.size() - 1);
    if (jobs >= last) {
        return values_.back() + slope_ * (jobs - last);
    }
    const auto k = static_cast<std::size_t>(jobs);
    const double part = jobs - static_cast<double>(k);
    return values_[k] * (1 - part) + values_[k + 1] * part;
}

double SiteIndex::expected(double mean, double deviation) const {
    // Gauss-Hermite, exact for polynomials up to degree five.
    constexpr double kRootOfThree = 1.7320508075688772;
    const double away = kRootOfThree * deviation;
    return (4 * at(mean) + at(mean - away) + at(mean + away)) / 6;
}

} // namespace suanlu
