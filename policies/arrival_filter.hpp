// SPDX-License-Identifier: Apache-2.0
// Arrivals per second from counts: calm while nothing changes, quick when something does. Two exponential
// averages; the slow one is used until the two differ by more than chance explains, then the quick one. How
// the arrivals divide into classes of size is another question: see ClassMix. Pure.
#pragma once

#include <cstddef>
#include <vector>

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

/// Shares of the size classes among all flows of a service, over all its ingresses together. One large job in
/// a thousand may be half of the work: an ArrivalFilter per class and ingress sees a few of them in a minute
/// and takes every one for a new load, a mix over all ingresses does not.
class ClassMix {
public:
    /// `shares` of the classes, believed as if so many `flows` had been counted.
    ClassMix(const std::vector<double>& shares, double flows);
    /// Flows of each class in the last `seconds`; nonsense changes nothing.
    void count(const std::vector<double>& flows, double seconds);
    [[nodiscard]] double share(std::size_t size_class) const;

private:
    std::vector<double> flows_; ///< faded
};

} // namespace suanlu
