// SPDX-License-Identifier: Apache-2.0
#include "telemetry/service_time.hpp"

namespace suanlu {

namespace {

constexpr std::size_t kMostPoints = 2048;
/// Points closer together than this add nothing to a window of seconds.
constexpr Duration kLeastSpacing = std::chrono::milliseconds(50);

double cv2_between(const HistogramReading& from, const HistogramReading& to) {
    double seen = 0;
    double first = 0;
    double second = 0;
    double below = 0;
    double lower = 0;
    for (const auto& [bound, cumulative] : to.buckets) {
        const auto earlier = from.buckets.find(bound);
        const double upto = cumulative - (earlier == from.buckets.end() ? 0 : earlier->second);
        const double jobs = upto - below;
        if (jobs < 0) {
            return -1;
        }
        const double middle = (lower + bound) / 2;
        const double width = bound - lower;
        first += jobs * middle;
        second += jobs * (middle * middle + width * width / 12); // variance of an even spread
        seen += jobs;
        below = upto;
        lower = bound;
    }
    // Jobs above the last bound have no known length.
    if (seen < to.count - from.count || seen <= 0 || first <= 0) {
        return -1;
    }
    const double mean = first / seen;
    return second / seen / (mean * mean) - 1;
}

} // namespace

void ServiceTimeWindow::add(const HistogramReading& reading, MonoTime now) {
    if (!points_.empty() &&
        (reading.count < points_.back().reading.count || reading.sum < points_.back().reading.sum)) {
        points_.clear();
    }
    const auto jobs_since = [&reading](const Point& point) { return reading.count - point.reading.count; };
    while (points_.size() >= 2 && now - points_[1].at >= window_ && jobs_since(points_[1]) >= least_jobs_) {
        points_.pop_front();
    }
    if (!points_.empty() && jobs_since(points_.front()) >= least_jobs_) {
        const Point& from = points_.front();
        const double mean = (reading.sum - from.reading.sum) / jobs_since(from);
        if (mean > 0) {
            estimate_ = ServiceTimeEstimate{mean, cv2_between(from.reading, reading)};
        }
    }
    if (points_.empty() || now - points_.back().at >= kLeastSpacing) {
        points_.push_back({now, reading});
    }
    if (points_.size() > kMostPoints) {
        points_.pop_front();
    }
}

} // namespace suanlu
