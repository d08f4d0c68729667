// SPDX-License-Identifier: Apache-2.0
// What OpenMetrics 1.0 asks beyond syntax: one block per family, metadata before samples, suffixes and labels
// that fit the type, values in their range, time in order, complete histograms. Fed line by line by
// PrometheusText. Errors are bare sentences, the reader adds line and offset. Pure; holds one family at a
// time and the names of the finished ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "telemetry/prometheus_text.hpp"

namespace suanlu {

class OpenMetricsRules {
public:
    /// `keyword` is TYPE, HELP or UNIT.
    Status on_metadata(std::string_view keyword, std::string_view name, std::string_view text);
    /// Sets the sample's family type.
    Status on_sample(TextSample& sample);
    Status on_exemplar(const TextSample& sample, const std::vector<TextLabel>& labels);
    /// After the last line.
    Status on_end();

private:
    struct Family {
        std::string_view name;
        FamilyType type = FamilyType::kUnknown;
        bool has_type = false;
        bool has_help = false;
        bool has_unit = false;
        bool has_samples = false;
        /// Label sets (without le, quantile, the state) that had their turn.
        std::unordered_set<std::string> finished_groups;
    };
    /// One metric: the samples of one label set at one moment.
    struct Point {
        std::string group;
        std::optional<double> timestamp_s;
        bool is_open = false;
        /// Last series seen and its bucket bound or quantile, to find duplicates and disorder.
        std::unordered_set<std::string> series;
        std::optional<double> last_bound;
        std::optional<double> last_bucket;
        std::optional<double> infinite_bucket;
        bool has_negative_bound = false;
        std::optional<double> count;
        std::optional<double> sum;
    };

    Status begin_family(std::string_view name);
    Status close_family();
    Status close_point();
    Status open_point(const TextSample& sample, std::string_view suffix);
    Status check_histogram_sample(const TextSample& sample, std::string_view suffix);
    Status check_summary_sample(const TextSample& sample, std::string_view suffix);
    Status check_by_type(const TextSample& sample, std::string_view suffix);
    Status check_bucket(const TextSample& sample);
    Status check_histogram_complete() const;

    Family family_;
    Point point_;
    std::unordered_set<std::string_view> finished_families_;
};

} // namespace suanlu
