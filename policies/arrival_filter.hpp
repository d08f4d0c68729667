// SPDX-License-Identifier: Apache-2.0
// Arrivals per second from counts: calm while nothing changes, quick when something does. Two exponential
// averages; the slow one is used until the two differ by more than chance explains, then the quick one. Pure.
#pragma once

namespace suanlu {

class ArrivalFilter {
public:
    /// `first` arrivals per second until there are counts.
    explicit ArrivalFilter(double first = 0) : quick_(first), slow_(first) {}
    /// `count` arrivals in the last `seconds`; no time, or no number, changes nothing.
    void count(double count, double seconds);
    [[nodiscard]] double per_s() const { return slow_; }

private:
    double quick_;
    double slow_;
};

} // namespace suanlu
