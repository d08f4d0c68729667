// SPDX-License-Identifier: Apache-2.0
#include "controller/dns_view/dns_compute.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

namespace {

DnsCapacity capacity_of(const InstanceReport& report) {
    const double free = std::clamp(report.slots_usable - report.running, 0.0, report.slots_total);
    DnsCapacity out;
    out.free_permille = static_cast<std::uint16_t>(
        report.slots_total > 0 ? std::lround(1000 * free / report.slots_total) : 0);
    out.queue = static_cast<std::uint16_t>(std::min(rounded(report.waiting), 65'535U));
    out.free_units = rounded(std::floor(free));
    return out;
}

/// 10 = everything is free; divided by one and the jobs that wait for each worker.
std::uint8_t score_of(const InstanceReport& report, const DnsCapacity& capacity) {
    const double per_worker = report.slots_total > 0 ? report.waiting / report.slots_total : 0;
    return static_cast<std::uint8_t>(std::lround(capacity.free_permille / 100.0 / (1 + per_worker)));
}

} // namespace

std::uint32_t rounded(double value) {
    constexpr double kMost = 4e9;
    const double fair = std::clamp(value, 0.0, kMost);
    const double unit = fair < 100 ? 1 : std::pow(10, std::floor(std::log10(fair)) - 1);
    return static_cast<std::uint32_t>(std::round(fair / unit) * unit);
}

DnsCompute dns_compute_of(const DnsSiteSettings* settings, const InstanceReport* instance) {
    DnsCompute out = settings == nullptr ? DnsCompute() : settings->stated;
    if (instance == nullptr) {
        out.inference.reset(); // stated for one worker, and how many are free is unknown
        return out;
    }
    out.capacity = capacity_of(*instance);
    out.score = score_of(*instance, *out.capacity);
    if (out.inference) {
        out.inference->free_tokens_per_s =
            rounded(1.0 * out.capacity->free_units * out.inference->free_tokens_per_s);
    }
    return out;
}

const InstanceReport* largest_instance(const SiteReport* report) {
    if (report == nullptr || report->instances.empty()) {
        return nullptr;
    }
    return &*std::max_element(
        report->instances.begin(), report->instances.end(),
        [](const InstanceReport& a, const InstanceReport& b) { return a.slots_total < b.slots_total; });
}

} // namespace suanlu
