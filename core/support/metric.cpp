// SPDX-License-Identifier: Apache-2.0
#include "core/support/metric.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <mutex>

namespace suanlu {
namespace {

prometheus::ClientMetric metric_with(const MetricLabels& labels) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : labels) {
        metric.label.push_back({name, value});
    }
    return metric;
}

prometheus::ClientMetric::Histogram histogram_of(const MirroredHistogram& row) {
    prometheus::ClientMetric::Histogram out;
    out.sample_sum = row.sum;
    for (std::size_t i = 0; i < row.counts.size(); i++) {
        out.sample_count += row.counts[i];
        const bool is_last = i >= row.bounds.size();
        out.bucket.push_back(
            {out.sample_count, is_last ? std::numeric_limits<double>::infinity() : row.bounds[i]});
    }
    return out;
}

} // namespace

struct MetricRegistry::Families {
    mutable std::mutex mutex;
    prometheus::Registry registry;
    std::map<std::string, prometheus::Family<prometheus::Counter>*> counters;
    std::map<std::string, prometheus::Family<prometheus::Gauge>*> gauges;
    std::map<std::string, prometheus::Family<prometheus::Histogram>*> histograms;
    std::map<std::string, prometheus::MetricFamily> mirrors;

    prometheus::Counter& counter(const std::string& name, const std::string& help,
                                 const MetricLabels& labels) {
        auto*& family = counters[name];
        if (family == nullptr) {
            family = &prometheus::BuildCounter().Name(name).Help(help).Register(registry);
        }
        return family->Add(labels);
    }

    void mirror(prometheus::MetricFamily family) {
        std::lock_guard lock(mutex);
        if (family.metric.empty()) {
            mirrors.erase(family.name);
        } else {
            mirrors[family.name] = std::move(family);
        }
    }
};

MetricRegistry::MetricRegistry() : families_(std::make_unique<Families>()) {
}
MetricRegistry::~MetricRegistry() = default;

void MetricRegistry::count(const std::string& name, const std::string& help, const MetricLabels& labels,
                           double by) {
    std::lock_guard lock(families_->mutex);
    families_->counter(name, help, labels).Increment(by);
}

void MetricRegistry::count_to(const std::string& name, const std::string& help, const MetricLabels& labels,
                              double value) {
    std::lock_guard lock(families_->mutex);
    prometheus::Counter& counter = families_->counter(name, help, labels);
    if (value > counter.Value()) {
        counter.Increment(value - counter.Value());
    }
}

void MetricRegistry::set(const std::string& name, const std::string& help, const MetricLabels& labels,
                         double value) {
    std::lock_guard lock(families_->mutex);
    auto*& family = families_->gauges[name];
    if (family == nullptr) {
        family = &prometheus::BuildGauge().Name(name).Help(help).Register(families_->registry);
    }
    family->Add(labels).Set(value);
}

void MetricRegistry::observe_seconds(const std::string& name, const std::string& help,
                                     const MetricLabels& labels, double seconds) {
    static const prometheus::Histogram::BucketBoundaries kBuckets{0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03,
                                                                  0.1,    0.3,    1,     3,     10,   30};
    std::lock_guard lock(families_->mutex);
    auto*& family = families_->histograms[name];
    if (family == nullptr) {
        family = &prometheus::BuildHistogram().Name(name).Help(help).Register(families_->registry);
    }
    family->Add(labels, kBuckets).Observe(seconds);
}

void MetricRegistry::mirror_counter(const std::string& name, const std::string& help,
                                    const std::vector<MirroredValue>& rows) {
    prometheus::MetricFamily family{name, help, prometheus::MetricType::Counter, {}};
    for (const auto& row : rows) {
        family.metric.push_back(metric_with(row.labels));
        family.metric.back().counter.value = row.value;
    }
    families_->mirror(std::move(family));
}

void MetricRegistry::mirror_gauge(const std::string& name, const std::string& help,
                                  const std::vector<MirroredValue>& rows) {
    prometheus::MetricFamily family{name, help, prometheus::MetricType::Gauge, {}};
    for (const auto& row : rows) {
        family.metric.push_back(metric_with(row.labels));
        family.metric.back().gauge.value = row.value;
    }
    families_->mirror(std::move(family));
}

void MetricRegistry::mirror_histogram(const std::string& name, const std::string& help,
                                      const std::vector<MirroredHistogram>& rows) {
    prometheus::MetricFamily family{name, help, prometheus::MetricType::Histogram, {}};
    for (const auto& row : rows) {
        family.metric.push_back(metric_with(row.labels));
        family.metric.back().histogram = histogram_of(row);
    }
    families_->mirror(std::move(family));
}

std::string MetricRegistry::page() const {
    std::lock_guard lock(families_->mutex);
    auto families = families_->registry.Collect();
    for (const auto& [name, family] : families_->mirrors) {
        families.push_back(family);
    }
    return prometheus::TextSerializer().Serialize(families);
}

} // namespace suanlu
