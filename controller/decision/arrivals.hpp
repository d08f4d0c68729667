// SPDX-License-Identifier: Apache-2.0
// New flows per second of every (ingress, service), from the counters that agents report: a plain mean at
// first, then the arrival filter (calm while nothing changes, quick when something does). A new boot id or a
// counter that fell back restarts the difference, never the estimate. An ingress that stops reporting keeps
// its last rate. Pure; owned by Decision.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "core/model/sample.hpp"
#include "core/model/units.hpp"
#include "core/support/clock.hpp"
#include "policies/arrival_filter.hpp"

namespace suanlu {

class ArrivalTable {
public:
    void note(const IngressReport& report, MonoTime now);
    /// New flows per second, summed over client classes; 0 before two reports.
    [[nodiscard]] PerSecond rate(const std::string& ingress, const std::string& service) const;
    /// Time over which the arrivals of this ingress have been watched, decayed; zero before two reports.
    [[nodiscard]] Seconds watched(const std::string& ingress) const;
    /// Pairs of ingress and service that are watched.
    [[nodiscard]] std::size_t size() const { return estimates_.size(); }
    /// Counters that fell back or changed their boot.
    [[nodiscard]] std::uint64_t restarts() const { return restarts_; }

private:
    struct Estimate {
        std::string boot_id;
        std::uint64_t counter = 0;
        MonoTime at;
        /// Decayed sums; their quotient is unbiased from the first interval on. It serves until the filter,
        /// which begins with it, has seen enough.
        double flows = 0;
        double seconds = 0;
        double watched_s = 0;
        ArrivalFilter filter;
    };
    static void update(Estimate& estimate, std::uint64_t grown, double elapsed);

    std::map<std::pair<std::string, std::string>, Estimate> estimates_;
    std::uint64_t restarts_ = 0;
};

} // namespace suanlu
