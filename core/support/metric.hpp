// SPDX-License-Identifier: Apache-2.0
// Metrics of one process, kept by prometheus-cpp and exposed as one text page. Components declare theirs in a
// *_metrics.def list (name, kind, help, label) and touch them through a probe class with verb methods, so
// that logic never formats names. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Registry;
class Counter;
class Gauge;
class Histogram;
} // namespace prometheus

namespace suanlu {

using MetricLabels = std::map<std::string, std::string>;

/// What another program counts, as it stands there.
struct MirroredValue {
    MetricLabels labels;
    double value = 0;
};
struct MirroredHistogram {
    MetricLabels labels;
    std::vector<double> bounds;        ///< inclusive, rising
    std::vector<std::uint64_t> counts; ///< by bound, and one more of what is beyond the last
    double sum = 0;
};

class MetricRegistry {
public:
    MetricRegistry();
    ~MetricRegistry();
    MetricRegistry(const MetricRegistry&) = delete;
    MetricRegistry& operator=(const MetricRegistry&) = delete;

    /// Adds to a counter of the family `name` with `labels`; made on first use. Labels must be bounded sets.
    void count(const std::string& name, const std::string& help, const MetricLabels& labels, double by = 1);
    /// Raises a counter to an absolute value read elsewhere (an eBPF map); never lowers it.
    void count_to(const std::string& name, const std::string& help, const MetricLabels& labels, double value);
    void set(const std::string& name, const std::string& help, const MetricLabels& labels, double value);
    /// Seconds histogram with fixed buckets 100 us .. 30 s.
    void observe_seconds(const std::string& name, const std::string& help, const MetricLabels& labels,
                         double seconds);
    /// Exactly these rows of the family from now on: those of a program that has begun anew may be lower, or
    /// gone.
    void mirror_counter(const std::string& name, const std::string& help,
                        const std::vector<MirroredValue>& rows);
    void mirror_gauge(const std::string& name, const std::string& help,
                      const std::vector<MirroredValue>& rows);
    void mirror_histogram(const std::string& name, const std::string& help,
                          const std::vector<MirroredHistogram>& rows);
    /// Prometheus text exposition format 0.0.4.
    [[nodiscard]] std::string page() const;

private:
    struct Families;
    std::unique_ptr<Families> families_;
};

} // namespace suanlu
