// SPDX-License-Identifier: Apache-2.0
// Mean service time and its spread, from a cumulative histogram read again and again: the difference over a
// sliding window. Unknown until enough jobs ended inside it; afterwards the last figure stays until a newer
// one exists, because a pool that is idle has not become slower. A counter that falls (restart of the server)
// starts anew. Pure.
#pragma once

#include <deque>
#include <optional>

#include "core/support/clock.hpp"
#include "telemetry/adapter.hpp"

namespace suanlu {

struct ServiceTimeEstimate {
    double mean_s = 0;
    /// Squared coefficient of variation from the buckets (jobs spread evenly inside a bucket); negative =
    /// unknown.
    double cv2 = -1;
};

class ServiceTimeWindow {
public:
    explicit ServiceTimeWindow(Duration window = std::chrono::seconds(5), double least_jobs = 20)
        : window_(window), least_jobs_(least_jobs) {}

    void add(const HistogramReading& reading, MonoTime now);
    [[nodiscard]] std::optional<ServiceTimeEstimate> estimate() const { return estimate_; }

private:
    struct Point {
        MonoTime at;
        HistogramReading reading;
    };
    Duration window_;
    double least_jobs_;
    std::deque<Point> points_;
    std::optional<ServiceTimeEstimate> estimate_;
};

} // namespace suanlu
