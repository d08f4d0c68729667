// SPDX-License-Identifier: Apache-2.0
#include "telemetry/pool.hpp"

#include <algorithm>

namespace suanlu {

namespace {

constexpr Duration kWindow = std::chrono::seconds(5);
// A mean of fewer jobs says more about chance than about the pool.
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
    updated_ = now;
    note_service_time(now);
}

void Pool::note_service_time(MonoTime now) {
    Point point{now, 0, 0};
    for (const Reading& reading : readings_) {
        const bool is_local = std::find(config_.local_models.begin(), config_.local_models.end(),
                                        reading.model) != config_.local_models.end();
        point.sum += !is_local && reading.quantity == "service_time_sum" ? reading.value : 0;
        point.count += !is_local && reading.quantity == "service_time_count" ? reading.value : 0;
    }
    if (!window_.empty() && (point.count < window_.back().count || point.sum < window_.back().sum)) {
        window_.clear(); // the server was restarted
    }
    window_.push_back(point);
    while (now - window_.front().at > kWindow) {
        window_.pop_front();
    }
}

PerSecond Pool::rate_per_slot() const {
    if (window_.size() < 2) {
        return {0};
    }
    const double jobs = window_.back().count - window_.front().count;
    const double seconds = window_.back().sum - window_.front().sum;
    return {jobs >= kLeastJobs && seconds > 0 ? jobs / seconds : 0};
}

std::optional<InstanceReport> Pool::report(const std::string& service, const std::string& model) const {
    const double workers = config_.workers_metric.empty() ? config_.workers : total(config_.workers_metric);
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
    out.slots_total = workers;
    out.slots_usable = std::max(0.0, workers - local);
    out.running = value("requests_running", model);
    out.waiting = value("requests_waiting", model);
    out.rate_per_slot = rate_per_slot();
    out.utilisation = workers > 0 ? std::min(1.0, total("requests_running") / workers) : 1;
    out.completed = static_cast<std::uint64_t>(std::max(0.0, value("requests_completed", model)));
    return out;
}

} // namespace suanlu
