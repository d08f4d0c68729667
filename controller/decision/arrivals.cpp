// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/arrivals.hpp"

#include <cmath>

namespace suanlu {

namespace {

constexpr double kFadeS = 2;
/// Before that the filter would stay where the first counts happened to be.
constexpr double kFilterAfterS = 4;

double seconds_of(Duration d) {
    return std::chrono::duration<double>(d).count();
}

} // namespace

void ArrivalTable::note(const IngressReport& report, MonoTime now) {
    std::map<std::string, std::uint64_t> totals;
    for (const IngressServiceCount& count : report.services) {
        totals[count.service] += count.new_flows;
    }
    for (const auto& [service, counter] : totals) {
        const auto [found, is_new] = estimates_.try_emplace({report.node, service});
        Estimate& estimate = found->second;
        const double elapsed = is_new ? 0 : seconds_of(now - estimate.at);
        const bool restarted = !is_new && (report.boot_id != estimate.boot_id || counter < estimate.counter);
        restarts_ += restarted ? 1 : 0;
        if (!restarted && elapsed > 0) {
            update(estimate, counter - estimate.counter, elapsed);
        }
        if (is_new || restarted || elapsed > 0) {
            estimate.boot_id = report.boot_id;
            estimate.counter = counter;
            estimate.at = now;
        }
    }
}

void ArrivalTable::update(Estimate& estimate, std::uint64_t grown, double elapsed) {
    const double kept = std::exp(-elapsed / kFadeS);
    estimate.flows = estimate.flows * kept + static_cast<double>(grown);
    estimate.seconds = estimate.seconds * kept + elapsed;
    estimate.watched_s += elapsed;
    if (estimate.watched_s < kFilterAfterS) {
        estimate.filter = ArrivalFilter(estimate.flows / estimate.seconds);
    } else {
        estimate.filter.count(static_cast<double>(grown), elapsed);
    }
}

PerSecond ArrivalTable::rate(const std::string& ingress, const std::string& service) const {
    const auto found = estimates_.find({ingress, service});
    if (found == estimates_.end() || found->second.seconds <= 0) {
        return {0};
    }
    return {found->second.filter.per_s()};
}

Seconds ArrivalTable::watched(const std::string& ingress) const {
    Seconds longest{0};
    for (const auto& [key, estimate] : estimates_) {
        if (key.first == ingress && estimate.seconds > longest.value) {
            longest.value = estimate.seconds;
        }
    }
    return longest;
}

} // namespace suanlu
