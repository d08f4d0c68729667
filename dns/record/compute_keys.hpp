// SPDX-License-Identifier: Apache-2.0
// What a record says about compute, as typed values, and the one codec of it: each type lists its fields once
// (`list`), and octets, text and views follow from that list. Unknown keys of a SvcParam list are not ours to
// judge and stay with it. Pure values.
#pragma once

#include <optional>

#include "core/model/ip6.hpp"
#include "dns/record/svc_params.hpp"

namespace suanlu::dns {

/// Texts of a field's values; an empty one is no value.
using Words = std::span<const std::string_view>;

inline constexpr std::size_t kMostSids = 6;
inline constexpr std::size_t kMostRegionBytes = 63;

struct ServiceSids {
    std::vector<Ip6> sids;

    bool operator==(const ServiceSids&) const = default;
    static void list(auto& self, auto& field) { field("sids", self.sids); }
};

struct Colour {
    std::uint32_t colour = 0;
    std::optional<Ip6> endpoint;

    bool operator==(const Colour&) const = default;
    static void list(auto& self, auto& field) {
        field("colour", self.colour);
        field("endpoint", self.endpoint);
    }
};

struct ComputeLevel {
    std::uint8_t grade = 0;
    std::uint8_t step = 0;
    std::uint8_t size = 0;
    std::uint8_t accelerator = 0;
    std::uint16_t benchmark = 0;
    std::uint8_t precision = 0;
    std::uint8_t workload = 0;
    std::uint32_t score = 0;

    bool operator==(const ComputeLevel&) const = default;
    static constexpr std::string_view kGrades[] = {"none", "B", "S", "P"};
    static constexpr std::string_view kSizes[] = {"none", "small", "medium", "large", "xlarge"};
    static constexpr std::string_view kAccelerators[] = {"none", "gpu", "npu", "fpga", "other"};
    static constexpr std::string_view kBenchmarks[] = {"none", "resnet50", "tflops", "llm"};
    static constexpr std::string_view kPrecisions[] = {"unknown", "fp64", "fp32", "tf32", "bf16",
                                                       "fp16",    "fp8",  "int8", "int4"};
    static constexpr std::string_view kWorkloads[] = {"unknown", "training", "inference"};
    static void list(auto& self, auto& field) {
        field("class", self.grade, Words(kGrades));
        field("step", self.step);
        field("size", self.size, Words(kSizes));
        field("accelerator", self.accelerator, Words(kAccelerators));
        field("benchmark", self.benchmark, Words(kBenchmarks));
        field("precision", self.precision, Words(kPrecisions));
        field("workload", self.workload, Words(kWorkloads));
        field("score", self.score);
    }
};

struct Capacity {
    std::uint16_t free_permille = 0;
    std::uint16_t queue = 0;
    std::uint32_t free_units = 0;

    bool operator==(const Capacity&) const = default;
    static void list(auto& self, auto& field) {
        field("free_permille", self.free_permille, 1000U);
        field("queue", self.queue);
        field("free_units", self.free_units);
    }
};

struct TokenRate {
    std::uint32_t tokens_per_s = 0;
    std::uint16_t ttft_ms = 0;

    bool operator==(const TokenRate&) const = default;
    static void list(auto& self, auto& field) {
        field("tokens_per_s", self.tokens_per_s);
        field("ttft_ms", self.ttft_ms);
    }
};

struct Price {
    std::uint32_t micro = 0;
    std::uint16_t currency = 156;
    std::uint8_t basis = 1;

    bool operator==(const Price&) const = default;
    static constexpr std::string_view kBases[] = {"", "tokens", "gpu-second"};
    static void list(auto& self, auto& field) {
        field("micro", self.micro);
        field("currency", self.currency, 999U);
        field("basis", self.basis, Words(kBases));
    }
};

struct Energy {
    std::uint32_t mj_per_token = 0;
    std::uint16_t g_co2_per_kwh = 0;
    std::uint8_t renewable_percent = 0;

    bool operator==(const Energy&) const = default;
    static void list(auto& self, auto& field) {
        field("mj_per_token", self.mj_per_token);
        field("g_co2_per_kwh", self.g_co2_per_kwh);
        field("renewable_percent", self.renewable_percent, 100U);
    }
};

struct NetworkGrade {
    std::uint8_t grade = 0;
    std::uint16_t delay_100us = 0;
    std::uint32_t access_mbps = 0;

    bool operator==(const NetworkGrade&) const = default;
    static void list(auto& self, auto& field) {
        field("grade", self.grade);
        field("delay_100us", self.delay_100us);
        field("access_mbps", self.access_mbps);
    }
};

struct Region {
    std::string name;

    bool operator==(const Region&) const = default;
    static void list(auto& self, auto& field) { field("name", self.name); }
};

struct Generation {
    std::uint32_t number = 0;
    std::uint32_t unix_time = 0;
    std::uint16_t max_age_s = 0;

    bool operator==(const Generation&) const = default;
    static void list(auto& self, auto& field) {
        field("number", self.number);
        field("unix_time", self.unix_time);
        field("max_age_s", self.max_age_s);
    }
};

struct CatsScore {
    std::uint8_t score = 0;
    std::uint8_t level = 2;

    bool operator==(const CatsScore&) const = default;
    static void list(auto& self, auto& field) {
        field("score", self.score, 10U);
        field("level", self.level, 2U);
    }
};

/// Numbers of the keys.
namespace compute_key {
#define SL_COMPUTE_KEY(name, key, type, value, example) inline constexpr std::uint16_t name = key;
#include "dns/record/compute_keys.def"
#undef SL_COMPUTE_KEY
} // namespace compute_key

/// Each key is there or not.
struct ComputeKeys {
#define SL_COMPUTE_KEY(name, key, type, value, example) std::optional<type> name;
#include "dns/record/compute_keys.def"
#undef SL_COMPUTE_KEY

    bool operator==(const ComputeKeys&) const = default;
};

/// One field of a value, for tables and JSON.
struct FieldView {
    std::string name;
    std::string text;
    bool is_number = false;
};

struct KeyView {
    std::string name;
    std::uint16_t key = 0;
    std::vector<FieldView> fields;
};

/// Sets the keys in `params`, in order; what else is there stays.
void put_compute_keys(SvcParams& params, const ComputeKeys& keys);
/// Picks the compute keys out of `params`. kBadInput: a value of ours that is not as documented.
Result<ComputeKeys> compute_keys_of(const SvcParams& params);

/// "name=value" of each key there, in the order of the keys: the strings of the TXT mirror.
std::vector<std::string> compute_texts(const ComputeKeys& keys);
/// One such string into `keys`. kNotFound for a name that is not ours, kConflict for one that is there.
Status read_compute_text(std::string_view text, ComputeKeys& keys);

std::vector<KeyView> view_of_keys(const ComputeKeys& keys);

} // namespace suanlu::dns
