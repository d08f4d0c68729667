// SPDX-License-Identifier: Apache-2.0
#include "telemetry/pool.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

namespace {

constexpr Duration kWindow = std::chrono::seconds(5);
// A mean of fewer jobs says more about chance than about the pool.
constexpr double kBusySmoothing = 1.5; // seconds
constexpr double kLeastJobs = 20;

} // namespace

double Pool::value(const std::string& quantity, const std::string& model) const {
    for (const Reading& reading : readings_) {
        if (reading.quantity == quantity && reading.model == model) {
            return reading.value;
        }
    }
    return 0;
}

double Pool::total(const std::string& quantity) const {
    double sum = 0;
    for (const Reading& reading : readings_) {
        sum += reading.quantity == quantity ? reading.value : 0;
    }
    return sum;
}

void Pool::update(const std::vector<Reading>& readings, MonoTime now) {
    readings_ = readings;
    note_busy_share(now);
    updated_ = now;
    note_service_time(now);
}

double Pool::workers() const {
    return config_.workers_metric.empty() ? config_.workers : total(config_.workers_metric);
}

/// A pool of four workers is full for a moment at half load: only the average says that it is busy.
void Pool::note_busy_share(MonoTime now) {
    const double share = workers() > 0 ? std::min(1.0, total("requests_running") / workers()) : 1;
    if (!updated_) {
        busy_share_ = share;
        return;
    }
    const double passed = std::chrono::duration<double>(now - *updated_).count();
    busy_share_ += (1 - std::exp(-passed / kBusySmoothing)) * (share - busy_share_);
}

void Pool::note_service_time(MonoTime now) {
    Point point{now, 0, 0, {}};
    for (const Reading& reading : readings_) {
        const bool is_local = std::find(config_.local_models.begin(), config_.local_models.end(),
                                        reading.model) != config_.local_models.end();
        point.sum += !is_local && reading.quantity == "service_time_sum" ? reading.value : 0;
        point.count += !is_local && reading.quantity == "service_time_count" ? reading.value : 0;
        if (!is_local && reading.quantity == "service_time_bucket" && std::isfinite(reading.bound)) {
            point.buckets[reading.bound] += reading.value;
        }
    }
    if (!window_.empty() && (point.count < window_.back().count || point.sum < window_.back().sum)) {
        window_.clear(); // the server was restarted
        rate_per_slot_ = {0};
        cv2_ = -1;
    }
    window_.push_back(point);
    while (now - window_.front().at > kWindow) {
        window_.pop_front();
    }
    const double jobs = window_.back().count - window_.front().count;
    const double seconds = window_.back().sum - window_.front().sum;
    // With too few jobs the last figure stays: a pool that is idle has not become slower.
    if (jobs >= kLeastJobs && seconds > 0) {
        rate_per_slot_ = {jobs / seconds};
        cv2_ = cv2_of_window();
    }
}

double Pool::cv2_of_window() const {
    double jobs = 0;
    double first = 0;
    double second = 0;
    double lower = 0;
    for (const auto& [bound, upto] : window_.back().buckets) {
        const auto before = window_.front().buckets.find(bound);
        const double inside = upto - (before == window_.front().buckets.end() ? 0 : before->second) - jobs;
        if (inside < 0) {
            return -1;
        }
        const double middle = (lower + bound) / 2;
        const double width = bound - lower;
        jobs += inside;
        first += inside * middle;
        second += inside * (middle * middle + width * width / 12); // variance of an even spread
        lower = bound;
    }
    // Jobs above the last bound have no known length.
    if (jobs < window_.back().count - window_.front().count || first <= 0) {
        return -1;
    }
    return std::max(0.0, second * jobs / (first * first) - 1);
}

std::optional<InstanceReport> Pool::report(const std::string& service, const std::string& model) const {
    const bool is_known = config_.workers_metric.empty() ||
                          std::any_of(readings_.begin(), readings_.end(),
                                      [&](const Reading& r) { return r.quantity == config_.workers_metric; });
    if (!updated_ || !is_known) {
        return std::nullopt;
    }
    double local = 0;
    for (const std::string& name : config_.local_models) {
        local += value("requests_running", name);
    }
    InstanceReport out;
    out.service = service;
    out.slots_total = workers();
    out.slots_usable = std::max(0.0, workers() - local);
    out.running = value("requests_running", model);
    out.waiting = value("requests_waiting", model);
    out.rate_per_slot = rate_per_slot_;
    out.cv2 = cv2_;
    out.utilisation = busy_share_;
    out.completed = static_cast<std::uint64_t>(std::max(0.0, value("requests_completed", model)));
    return out;
}

} // namespace suanlu
