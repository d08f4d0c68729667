// SPDX-License-Identifier: Apache-2.0
// What an exporter's metrics mean. An adapter is a table: metric name and label selector -> canonical
// quantity, the unit the exporter writes, how equal series are combined. Built in for vllm, sglang, node and
// dcgm (both generations of names); a YAML file can add more. Unknown quantities and units are refused, never
// guessed. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/support/result.hpp"
#include "telemetry/prometheus_text.hpp"

namespace suanlu {

/// How several series of one metric (GPUs, cores, outcomes) become one number.
enum class Combine : std::uint8_t { kSum, kMean, kMost };

struct AdapterRow {
    /// Metric name; of a histogram its family name.
    std::string metric;
    /// Labels that must have exactly this value.
    std::vector<std::pair<std::string, std::string>> labels;
    std::string quantity;
    /// Exporter's number times this is in the quantity's canonical unit.
    double scale = 1;
    Combine combine = Combine::kSum;
};

struct Adapter {
    std::string name;
    /// Label that names the model; empty: the page has no models.
    std::string model_label;
    /// Earlier rows win: a later row of the same quantity is used only when the earlier ones found nothing.
    std::vector<AdapterRow> rows;
};

/// Cumulative counts of one histogram, seconds.
struct HistogramReading {
    double count = 0;
    double sum = 0;
    /// Upper bound -> observations up to it, +Inf left out.
    std::map<double, double> buckets;
};

/// (quantity, model); the model is empty where the page has none.
using QuantityKey = std::pair<std::string, std::string>;

struct PageReading {
    std::map<QuantityKey, double> values;
    /// Of the quantity inference_time, by model.
    std::map<std::string, HistogramReading> inference_time;
    /// Metrics that were asked for by name (workers_metric), summed over their series.
    std::map<std::string, double> wanted;
    std::size_t samples = 0;
    /// Values the adapter knows but that were NaN or infinite: left out.
    std::size_t not_finite = 0;
};

/// Canonical unit of a quantity ("1", "s", "B", "W", "ratio", ...); nullopt-like empty text for an unknown
/// quantity.
std::string_view unit_of_quantity(std::string_view quantity);
/// Factor from an exporter's unit into the canonical unit of the quantity; kBadInput when they do not fit.
Result<double> unit_scale(std::string_view quantity, std::string_view unit);

using AdapterSet = std::map<std::string, Adapter>;
/// vllm, sglang, node, dcgm.
AdapterSet builtin_adapters();
/// Adds the adapters of a YAML text (docs/reference/adapters.md); `file` stands in errors. A built-in name is
/// replaced.
Status add_adapters(AdapterSet& set, const std::string& yaml, const std::string& file);

/// Applies an adapter to a page. `wanted`: further metrics to pick up as they are.
Result<PageReading> read_page(std::string_view page, TextFormat format, const Adapter& adapter,
                              const std::vector<std::string>& wanted, const TextLimits& limits = {});

} // namespace suanlu
