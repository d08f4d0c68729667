// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/arrivals.hpp"

#include <cmath>

namespace suanlu {

namespace {

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
        if (is_new) {
            found->second.boot_id = report.boot_id;
            found->second.counter = counter;
            found->second.at = now;
        } else {
            update(found->second, report.boot_id, counter, now);
        }
    }
}

void ArrivalTable::update(Estimate& estimate, const std::string& boot_id, std::uint64_t counter,
                          MonoTime now) {
    const double elapsed = seconds_of(now - estimate.at);
    const bool restarted = boot_id != estimate.boot_id || counter < estimate.counter;
    if (!restarted && elapsed > 0) {
        const double kept = std::exp(-elapsed / seconds_of(smoothing_));
        estimate.flows = estimate.flows * kept + static_cast<double>(counter - estimate.counter);
        estimate.seconds = estimate.seconds * kept + elapsed;
    }
    restarts_ += restarted ? 1 : 0;
    if (restarted || elapsed > 0) {
        estimate.boot_id = boot_id;
        estimate.counter = counter;
        estimate.at = now;
    }
}

PerSecond ArrivalTable::rate(const std::string& ingress, const std::string& service) const {
    const auto found = estimates_.find({ingress, service});
    if (found == estimates_.end() || found->second.seconds <= 0) {
        return {0};
    }
    return {found->second.flows / found->second.seconds};
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
