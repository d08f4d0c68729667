// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/compute_values.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu::dns {

namespace {

/// A number beyond the table of words, as a newer view may hold, reads as the first word: none or unknown.
template <std::size_t kWords, class Enum>
std::uint8_t word_of(const std::string_view (&)[kWords], Enum value) {
    const auto number = static_cast<std::uint32_t>(value);
    return static_cast<std::uint8_t>(number < kWords ? number : 0);
}

ComputeLevel level_of(const ComputeGrade& grade) {
    ComputeLevel level;
    level.grade = word_of(ComputeLevel::kGrades, grade.family);
    level.step = grade.step;
    level.size = word_of(ComputeLevel::kSizes, grade.size);
    level.accelerator = grade.accelerator == Accelerator::kOther
                            ? 4
                            : word_of(ComputeLevel::kAccelerators, grade.accelerator);
    level.benchmark = word_of(ComputeLevel::kBenchmarks, grade.benchmark);
    level.precision = word_of(ComputeLevel::kPrecisions, grade.precision);
    level.workload = word_of(ComputeLevel::kWorkloads, grade.workload);
    level.score = grade.score;
    return level;
}

void put_compute(ComputeKeys& keys, const DnsCompute& compute) {
    if (compute.grade) {
        keys.level = level_of(*compute.grade);
    }
    if (compute.capacity) {
        keys.cap = Capacity{std::min<std::uint16_t>(compute.capacity->free_permille, 1000),
                            compute.capacity->queue, compute.capacity->free_units};
    }
    if (compute.inference) {
        keys.tps = TokenRate{compute.inference->free_tokens_per_s, compute.inference->first_token_ms};
    }
    if (compute.price) {
        keys.price = Price{compute.price->micros, std::min<std::uint16_t>(compute.price->currency, 999),
                           static_cast<std::uint8_t>(compute.price->unit)};
    }
    if (compute.energy) {
        keys.energy = Energy{compute.energy->millijoules_per_token, compute.energy->carbon_g_per_kwh,
                             std::min<std::uint8_t>(compute.energy->renewable_percent, 100)};
    }
    if (compute.score) {
        keys.cats = CatsScore{std::min<std::uint8_t>(*compute.score, 10), 1};
    }
}

} // namespace

std::uint16_t tenths_of_ms(Microseconds delay) {
    return static_cast<std::uint16_t>(
        std::clamp<double>(std::round(static_cast<double>(delay.value) / 100), 0, 65535));
}

ComputeKeys keys_of(const DnsSite& site) {
    ComputeKeys keys;
    if (!site.sids.empty()) {
        const std::size_t count = std::min(site.sids.size(), kMostSids);
        keys.sid = ServiceSids{{site.sids.begin(), site.sids.begin() + static_cast<std::ptrdiff_t>(count)}};
    }
    if (!site.region.empty()) {
        keys.region = Region{site.region};
    }
    if (site.access) {
        keys.net = NetworkGrade{site.access->grade, tenths_of_ms(site.access->delay),
                                site.access->bandwidth_mbit_per_s};
    }
    put_compute(keys, site.compute);
    return keys;
}

ComputeKeys keys_of(const DnsSite& site, const DnsCompute& instance, const DnsRank& rank) {
    ComputeKeys keys = keys_of(site);
    put_compute(keys, instance);
    if (rank.delay) {
        if (!keys.net) {
            keys.net = NetworkGrade{0, 0, 0};
        }
        keys.net->delay_100us = tenths_of_ms(*rank.delay);
    }
    return keys;
}

} // namespace suanlu::dns
