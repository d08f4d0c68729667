// SPDX-License-Identifier: Apache-2.0
// The built-in tables and their units. Names: vLLM 0.5..0.11, SGLang with --enable-metrics,
// node_exporter 1.x, DCGM exporter up to 4.8 (classic) and from 4.9 (unit in the name).
#include "core/support/yaml_walk.hpp"
#include "telemetry/adapter.hpp"

namespace suanlu {

namespace {

struct QuantityUnit {
    std::string_view quantity;
    std::string_view unit;
};

constexpr QuantityUnit kQuantities[] = {
    {"requests_running", "1"},
    {"requests_waiting", "1"},
    {"requests_completed", "1"},
    {"inference_time", "s"},
    {"kv_cache_used", "ratio"},
    {"prompt_tokens", "1"},
    {"generation_tokens", "1"},
    {"load1", "1"},
    {"cpu_seconds", "s"},
    {"cpu_idle_seconds", "s"},
    {"memory_total", "B"},
    {"memory_available", "B"},
    {"gpu_utilisation", "ratio"},
    {"gpu_memory_used", "B"},
    {"gpu_memory_free", "B"},
    {"gpu_power", "W"},
    {"gpu_energy", "J"},
    {"gpu_clock", "Hz"},
    {"gpu_temperature", "C"},
    {"gpu_tensor_active", "ratio"},
    {"gpu_memory_active", "ratio"},
};

struct UnitScale {
    std::string_view unit;
    std::string_view canonical;
    double scale;
};

constexpr UnitScale kUnits[] = {
    {"1", "1", 1},         {"s", "s", 1},
    {"ms", "s", 1e-3},     {"us", "s", 1e-6},
    {"ratio", "ratio", 1}, {"percent", "ratio", 1e-2},
    {"B", "B", 1},         {"KiB", "B", 1024},
    {"MiB", "B", 1048576}, {"GiB", "B", 1073741824.0},
    {"MB", "B", 1e6},      {"W", "W", 1},
    {"mW", "W", 1e-3},     {"J", "J", 1},
    {"mJ", "J", 1e-3},     {"Hz", "Hz", 1},
    {"MHz", "Hz", 1e6},    {"C", "C", 1},
};

struct Builtin {
    std::string_view metric;
    std::string_view quantity;
    std::string_view unit;
    Combine combine = Combine::kSum;
    std::string_view label = {};
    std::string_view label_value = {};
};

// The newer name stands first: a page in transition that has both is not counted twice.
constexpr Builtin kVllm[] = {
    {"vllm:num_requests_running", "requests_running", "1"},
    {"vllm:num_requests_waiting", "requests_waiting", "1"},
    {"vllm:request_success_total", "requests_completed", "1"},
    {"vllm:request_success", "requests_completed", "1"},
    {"vllm:request_inference_time_seconds", "inference_time", "s"},
    {"vllm:kv_cache_usage_perc", "kv_cache_used", "ratio", Combine::kMean}, // a ratio in spite of its name
    {"vllm:gpu_cache_usage_perc", "kv_cache_used", "ratio", Combine::kMean},
    {"vllm:prompt_tokens_total", "prompt_tokens", "1"},
    {"vllm:generation_tokens_total", "generation_tokens", "1"},
};
constexpr Builtin kSglang[] = {
    {"sglang:num_running_reqs", "requests_running", "1"},
    {"sglang:num_queue_reqs", "requests_waiting", "1"},
    {"sglang:num_requests_total", "requests_completed", "1"},
    {"sglang:e2e_request_latency_seconds", "inference_time",
     "s"}, // queueing included: SGLang has nothing closer
    {"sglang:token_usage", "kv_cache_used", "ratio", Combine::kMean},
    {"sglang:prompt_tokens_total", "prompt_tokens", "1"},
    {"sglang:generation_tokens_total", "generation_tokens", "1"},
};
constexpr Builtin kNode[] = {
    {"node_load1", "load1", "1"},
    {"node_cpu_seconds_total", "cpu_seconds", "s"},
    {"node_cpu_seconds_total", "cpu_idle_seconds", "s", Combine::kSum, "mode", "idle"},
    {"node_memory_MemTotal_bytes", "memory_total", "B"},
    {"node_memory_MemAvailable_bytes", "memory_available", "B"},
};
constexpr Builtin kDcgm[] = {
    {"DCGM_FI_DEV_GPU_UTIL_RATIO", "gpu_utilisation", "ratio", Combine::kMean},
    {"DCGM_FI_DEV_GPU_UTIL", "gpu_utilisation", "percent", Combine::kMean},
    {"DCGM_FI_DEV_FB_USED_BYTES", "gpu_memory_used", "B"},
    {"DCGM_FI_DEV_FB_USED", "gpu_memory_used", "MiB"},
    {"DCGM_FI_DEV_FB_FREE_BYTES", "gpu_memory_free", "B"},
    {"DCGM_FI_DEV_FB_FREE", "gpu_memory_free", "MiB"},
    {"DCGM_FI_DEV_BOARD_POWER_WATTS", "gpu_power", "W"},
    {"DCGM_FI_DEV_POWER_USAGE", "gpu_power", "W"},
    {"DCGM_FI_DEV_GPU_ENERGY_JOULES_TOTAL", "gpu_energy", "J"},
    {"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "gpu_energy", "mJ"},
    {"DCGM_FI_DEV_SM_CLOCK_HERTZ", "gpu_clock", "Hz", Combine::kMean},
    {"DCGM_FI_DEV_SM_CLOCK", "gpu_clock", "MHz", Combine::kMean},
    {"DCGM_FI_DEV_GPU_TEMP_CELSIUS", "gpu_temperature", "C", Combine::kMost},
    {"DCGM_FI_DEV_GPU_TEMP", "gpu_temperature", "C", Combine::kMost},
    {"DCGM_FI_PROF_TENSOR_UTIL_RATIO", "gpu_tensor_active", "ratio", Combine::kMean},
    {"DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", "gpu_tensor_active", "ratio", Combine::kMean},
    {"DCGM_FI_PROF_DRAM_UTIL_RATIO", "gpu_memory_active", "ratio", Combine::kMean},
    {"DCGM_FI_PROF_DRAM_ACTIVE", "gpu_memory_active", "ratio", Combine::kMean},
};

template <std::size_t N>
Adapter from_table(const char* name, const char* model_label, const Builtin (&table)[N]) {
    Adapter adapter{name, model_label, {}};
    for (const Builtin& row : table) {
        auto scale = unit_scale(row.quantity, row.unit);
        SL_CHECK(scale.has_value());
        AdapterRow out{std::string(row.metric), {}, std::string(row.quantity), *scale, row.combine};
        if (!row.label.empty()) {
            out.labels.emplace_back(row.label, row.label_value);
        }
        adapter.rows.push_back(std::move(out));
    }
    return adapter;
}

AdapterRow read_row(YamlNode node) {
    AdapterRow row;
    row.metric = node.required("metric").text();
    row.quantity = node.required("quantity").text();
    YamlNode unit = node.required("unit");
    const std::string combine = node.optional("combine").one_of({"sum", "mean", "max"}, "sum");
    row.combine = combine == "mean" ? Combine::kMean : combine == "max" ? Combine::kMost : Combine::kSum;
    YamlNode labels = node.optional("labels");
    for (const std::string& key : labels.keys()) {
        row.labels.emplace_back(key, labels.required(key).text());
    }
    auto scale = unit_scale(row.quantity, unit.text());
    if (!scale) {
        unit.complain(scale.error().detail);
        return row;
    }
    row.scale = *scale * node.optional("scale").number(1e-12, 1e12, 1);
    return row;
}

} // namespace

std::string_view unit_of_quantity(std::string_view quantity) {
    for (const QuantityUnit& known : kQuantities) {
        if (known.quantity == quantity) {
            return known.unit;
        }
    }
    return {};
}

Result<double> unit_scale(std::string_view quantity, std::string_view unit) {
    const std::string_view canonical = unit_of_quantity(quantity);
    if (canonical.empty()) {
        return Error{Errc::kBadInput, "unknown quantity '" + std::string(quantity) + "'"};
    }
    for (const UnitScale& known : kUnits) {
        if (known.unit == unit && known.canonical == canonical) {
            return known.scale;
        }
    }
    return Error{Errc::kBadInput, "unit '" + std::string(unit) + "' does not fit " + std::string(quantity) +
                                      " (" + std::string(canonical) + ")"};
}

AdapterSet builtin_adapters() {
    AdapterSet set;
    for (Adapter adapter :
         {from_table("vllm", "model_name", kVllm), from_table("sglang", "model_name", kSglang),
          from_table("node", "", kNode), from_table("dcgm", "", kDcgm)}) {
        set.emplace(adapter.name, adapter);
    }
    return set;
}

Status add_adapters(AdapterSet& set, const std::string& yaml, const std::string& file) {
    SL_TRY(YamlNode root, YamlNode::load_text(yaml, file));
    std::vector<Adapter> added;
    for (YamlNode& node : root.required("adapters").items()) {
        Adapter adapter;
        adapter.name = node.required("name").text();
        adapter.model_label = node.optional("model_label").text();
        for (YamlNode& row : node.required("rows").items()) {
            adapter.rows.push_back(read_row(row));
        }
        added.push_back(std::move(adapter));
    }
    root.finish();
    SL_TRY_VOID(root.status());
    for (Adapter& adapter : added) {
        set[adapter.name] = std::move(adapter);
    }
    return {};
}

} // namespace suanlu
