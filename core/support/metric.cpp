// SPDX-License-Identifier: Apache-2.0
#include "core/support/metric.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>

namespace suanlu {

struct MetricRegistry::Families {
    mutable std::mutex mutex;
    prometheus::Registry registry;
    std::map<std::string, prometheus::Family<prometheus::Counter>*> counters;
    std::map<std::string, prometheus::Family<prometheus::Gauge>*> gauges;
    std::map<std::string, prometheus::Family<prometheus::Histogram>*> histograms;

    prometheus::Counter& counter(const std::string& name, const std::string& help,
                                 const MetricLabels& labels) {
        auto*& family = counters[name];
        if (family == nullptr) {
            family = &prometheus::BuildCounter().Name(name).Help(help).Register(registry);
        }
        return family->Add(labels);
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

std::string MetricRegistry::page() const {
    std::lock_guard lock(families_->mutex);
    return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

} // namespace suanlu
