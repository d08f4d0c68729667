// SPDX-License-Identifier: Apache-2.0
// Adapters: tables that say what an exporter's metric means (canonical quantity, unit, scale). Several
// generations of names stand side by side; the first one found on a page wins. Names as published by vLLM,
// SGLang, NVIDIA's DCGM exporter (4.8 and 4.9) and node_exporter. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/support/result.hpp"
#include "telemetry/prometheus_text.hpp"

namespace suanlu {

struct AdapterRow {
    std::string_view metric;   ///< name on the page
    std::string_view quantity; ///< canonical name
    std::string_view unit;     ///< "1", "s", "B", "W", "ratio"
    double scale = 1;          ///< canonical = page * scale
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
};

/// Reads a page by a table. `also` = further gauges by their page name (pool sizes), given back under that
/// name with unit "1". Samples of the same quantity and model are summed. Errors as PrometheusText's.
Result<std::vector<Reading>> read_page(std::string_view page, TextFormat format,
                                       std::span<const AdapterRow> table,
                                       const std::vector<std::string>& also);

} // namespace suanlu
