// SPDX-License-Identifier: Apache-2.0
// New flows per second of every (ingress, service), smoothed over two seconds, from the counters that agents
// report. A new boot id or a counter that fell back restarts the difference, never the estimate. An ingress
// that stops reporting keeps its last rate. Pure; owned by Decision.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "core/model/sample.hpp"
#include "core/model/units.hpp"
#include "core/support/clock.hpp"

namespace suanlu {

class ArrivalTable {
public:
    explicit ArrivalTable(Duration smoothing = std::chrono::seconds(2)) : smoothing_(smoothing) {}

    void note(const IngressReport& report, MonoTime now);
    /// New flows per second, summed over client classes; 0 before two reports.
    [[nodiscard]] PerSecond rate(const std::string& ingress, const std::string& service) const;
    /// Time over which the arrivals of this ingress have been watched, decayed; zero before two reports.
    [[nodiscard]] Seconds watched(const std::string& ingress) const;
    /// Counters that fell back or changed their boot.
    [[nodiscard]] std::uint64_t restarts() const { return restarts_; }

private:
    struct Estimate {
        std::string boot_id;
        std::uint64_t counter = 0;
        MonoTime at;
        /// Decayed sums; their quotient is unbiased from the first interval on.
        double flows = 0;
        double seconds = 0;
    };
    void update(Estimate& estimate, const std::string& boot_id, std::uint64_t counter, MonoTime now);

    Duration smoothing_;
    std::map<std::pair<std::string, std::string>, Estimate> estimates_;
    std::uint64_t restarts_ = 0;
};

} // namespace suanlu
