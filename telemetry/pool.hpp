// SPDX-License-Identifier: Apache-2.0
// A pool of workers (one inference server) as its page shows it over time: who holds the workers, how long a
// job takes, what steered requests can still get. Counters are differenced over a sliding window; a counter
// that fell back starts the window anew. Pure; owned by the site's strand.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/sample.hpp"
#include "core/support/clock.hpp"
#include "telemetry/adapter.hpp"

namespace suanlu {

struct PoolConfig {
    std::string name;
    /// Gauge that tells the number of workers; empty = `workers` is fixed.
    std::string workers_metric;
    double workers = 0;
    /// Models whose requests are local work: they take workers away from steered services.
    std::vector<std::string> local_models;
};

class Pool {
public:
    explicit Pool(PoolConfig config) : config_(std::move(config)) {}

    /// A good page.
    void update(const std::vector<Reading>& readings, MonoTime now);
    /// The report of a service that runs as `model` in this pool; nullopt before the first page or when the
    /// pool's size is not known.
    [[nodiscard]] std::optional<InstanceReport> report(const std::string& service,
                                                       const std::string& model) const;
    /// Time of the last good page; nullopt before it.
    [[nodiscard]] std::optional<MonoTime> updated() const { return updated_; }
    [[nodiscard]] const PoolConfig& config() const { return config_; }

private:
    struct Point {
        MonoTime at;
        double sum = 0;
        double count = 0;
        /// Upper bound of a service-time bucket -> jobs up to it.
        std::map<double, double> buckets;
    };
    [[nodiscard]] double value(const std::string& quantity, const std::string& model) const;
    [[nodiscard]] double total(const std::string& quantity) const;
    /// From the buckets, jobs spread evenly inside each; negative when unknown.
    [[nodiscard]] double cv2_of_window() const;
    void note_service_time(MonoTime now);
    void note_busy_share(MonoTime now);
    [[nodiscard]] double workers() const;

    PoolConfig config_;
    std::vector<Reading> readings_;
    std::optional<MonoTime> updated_;
    std::deque<Point> window_;
    PerSecond rate_per_slot_{0};
    double cv2_ = -1;
    /// Running over workers, smoothed over kBusySmoothing.
    double busy_share_ = 0;
};

} // namespace suanlu
