// SPDX-License-Identifier: Apache-2.0
// Adapters: tables that say what an exporter's metric means (canonical quantity, unit, scale). Several
// generations of names stand side by side; the first one found on a page wins. Names as published by vLLM,
// SGLang, NVIDIA's DCGM exporter (4.8 and 4.9) and node_exporter. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/support/result.hpp"
#include "telemetry/prometheus_text.hpp"

namespace suanlu {

/// How several samples of one quantity and model (engines, GPUs, cores, outcomes) become one number.
enum class Combine : std::uint8_t { kSum, kMean };

struct AdapterRow {
    std::string_view metric;   ///< name on the page
    std::string_view quantity; ///< canonical name
    std::string_view unit;     ///< "1", "s", "B", "W", "ratio"
    double scale = 1;          ///< canonical = page * scale
    Combine combine = Combine::kSum;
    /// Only samples with this label value count; empty = all.
    std::string_view label = {};
    std::string_view label_value = {};
};

/// The table of that name ("vllm", "sglang", "dcgm", "node"); kNotFound lists the known ones.
Result<std::span<const AdapterRow>> find_adapter(std::string_view name);

/// One canonical value of one page.
struct Reading {
    std::string quantity;
    std::string unit;
    /// Label `model_name`, empty without one.
    std::string model;
    double value = 0;
    /// Histogram quantities ("service_time_bucket"): upper bound of the bucket, +Inf included; 0 otherwise.
    double bound = 0;
};

/// Reads a page by a table. `also` = further gauges by their page name (pool sizes), given back under that
/// name with unit "1". Ratios
/// of several engines or GPUs are averaged, all else is summed. Errors as PrometheusText's.
Result<std::vector<Reading>> read_page(std::string_view page, TextFormat format,
                                       std::span<const AdapterRow> table,
                                       const std::vector<std::string>& also);

} // namespace suanlu
