// SPDX-License-Identifier: Apache-2.0
#include "telemetry/adapter.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace suanlu {

namespace {

constexpr AdapterRow kVllm[] = {
    {"vllm:num_requests_running", "requests_running", "1", 1},
    {"vllm:num_requests_waiting", "requests_waiting", "1", 1},
    {"vllm:kv_cache_usage_perc", "kv_cache_usage", "ratio", 1, Combine::kMean},
    {"vllm:gpu_cache_usage_perc", "kv_cache_usage", "ratio", 1, Combine::kMean}, // until vLLM 0.9
    {"vllm:request_success_total", "requests_completed", "1", 1},
    {"vllm:request_success", "requests_completed", "1", 1}, // OpenMetrics pages without the suffix
    {"vllm:request_inference_time_seconds_sum", "service_time_sum", "s", 1},
    {"vllm:request_inference_time_seconds_count", "service_time_count", "1", 1},
    {"vllm:request_inference_time_seconds_bucket", "service_time_bucket", "1", 1},
    {"vllm:request_queue_time_seconds_sum", "queue_time_sum", "s", 1},
    {"vllm:request_queue_time_seconds_count", "queue_time_count", "1", 1},
    {"vllm:generation_tokens_total", "tokens_generated", "1", 1},
};

constexpr AdapterRow kSglang[] = {
    {"sglang:num_running_reqs", "requests_running", "1", 1},
    {"sglang:num_queue_reqs", "requests_waiting", "1", 1},
    {"sglang:token_usage", "kv_cache_usage", "ratio", 1, Combine::kMean},
    {"sglang:generation_tokens_total", "tokens_generated", "1", 1},
    {"sglang:e2e_request_latency_seconds_count", "requests_completed", "1", 1},
};

constexpr AdapterRow kDcgm[] = {
    {"DCGM_FI_DEV_GPU_UTIL_RATIO", "gpu_utilisation", "ratio", 1, Combine::kMean}, // 4.9 on
    {"DCGM_FI_DEV_GPU_UTIL", "gpu_utilisation", "ratio", 0.01, Combine::kMean},    // until 4.8: per cent
    {"DCGM_FI_DEV_BOARD_POWER_WATTS", "gpu_power", "W", 1},
    {"DCGM_FI_DEV_POWER_USAGE", "gpu_power", "W", 1},
    {"DCGM_FI_DEV_FB_USED_BYTES", "gpu_memory_used", "B", 1},
    {"DCGM_FI_DEV_FB_USED", "gpu_memory_used", "B", 1048576}, // MiB
};

constexpr AdapterRow kNode[] = {
    {"node_load1", "load_1m", "1", 1},
    {"node_memory_MemAvailable_bytes", "memory_available", "B", 1},
    {"node_memory_MemTotal_bytes", "memory_total", "B", 1},
    {"node_cpu_seconds_total", "cpu_time", "s", 1},
    {"node_cpu_seconds_total", "cpu_idle_time", "s", 1, Combine::kSum, "mode", "idle"},
};

struct Named {
    std::string_view name;
    std::span<const AdapterRow> rows;
};
constexpr Named kTables[] = {{"vllm", kVllm}, {"sglang", kSglang}, {"dcgm", kDcgm}, {"node", kNode}};

/// Which generation of a name a page speaks is settled by the first row of a quantity that it has.
class Collector {
public:
    void add(std::string_view metric, const AdapterRow& row, const TextSample& sample) {
        if (!std::isfinite(sample.value)) {
            return;
        }
        const std::string* selected = row.label.empty() ? nullptr : sample.label(row.label);
        if (!row.label.empty() && (selected == nullptr || *selected != row.label_value)) {
            return;
        }
        const std::string* label = sample.label("model_name");
        const std::string* le = row.quantity.ends_with("_bucket") ? sample.label("le") : nullptr;
        const double bound = le == nullptr ? 0 : parse_page_number(*le).value_or(0);
        if (std::isnan(bound)) {
            return;
        }
        const auto [spoken, is_new] = spoken_.try_emplace(std::string(row.quantity), metric);
        if (!is_new && spoken->second != metric) {
            return;
        }
        Series& series = series_[{std::string(row.quantity), label != nullptr ? *label : "", bound}];
        Reading& reading = series.reading;
        reading.quantity = row.quantity;
        reading.unit = row.unit;
        reading.model = label != nullptr ? *label : "";
        reading.bound = bound;
        reading.value += sample.value * row.scale;
        series.samples += row.combine == Combine::kMean || series.samples == 0 ? 1 : 0;
    }
    std::vector<Reading> take() {
        std::vector<Reading> out;
        for (auto& [key, series] : series_) {
            series.reading.value /= series.samples; // stays 1 for sums
            out.push_back(std::move(series.reading));
        }
        return out;
    }

private:
    struct Series {
        Reading reading;
        double samples = 0;
    };
    std::map<std::string, std::string> spoken_;
    std::map<std::tuple<std::string, std::string, double>, Series> series_;
};

} // namespace

Result<std::span<const AdapterRow>> find_adapter(std::string_view name) {
    std::string known;
    for (const Named& table : kTables) {
        if (table.name == name) {
            return table.rows;
        }
        known += (known.empty() ? "" : ", ") + std::string(table.name);
    }
    return Error{Errc::kNotFound, "no adapter is called '" + std::string(name) + "'; known: " + known};
}

Result<std::vector<Reading>> read_page(std::string_view page, TextFormat format,
                                       std::span<const AdapterRow> table,
                                       const std::vector<std::string>& also) {
    PrometheusText text(page, format);
    Collector collector;
    for (;;) {
        SL_TRY(const TextSample* sample, text.next());
        if (sample == nullptr) {
            return collector.take();
        }
        for (const AdapterRow& row : table) {
            if (row.metric == sample->name) {
                collector.add(sample->name, row, *sample);
            }
        }
        if (std::find(also.begin(), also.end(), sample->name) != also.end()) {
            collector.add(sample->name, {sample->name, sample->name, "1", 1}, *sample);
        }
    }
}

} // namespace suanlu
