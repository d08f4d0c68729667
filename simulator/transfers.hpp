// SPDX-License-Identifier: Apache-2.0
// Data of jobs on the way to their sites. Transfers that share a link share its bandwidth: rates are max-min
// fair (no transfer can get more without one that has no more than it getting less), found by filling all
// links evenly until one is full, and again for the rest. Every transfer has the same volume, those between
// the same two places the same rate. Exact between two events. Owned by the world.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "simulator/scenario.hpp"

namespace suanlu::sim {

class Transfers {
public:
    /// `data` outlives the object.
    explicit Transfers(const JobVolume& data);

    void start(std::uint32_t job, std::size_t ingress, std::size_t site, double now_s);
    /// When the next transfer is done; infinite without one.
    [[nodiscard]] double next_done_s() const { return next_done_s_; }
    /// Removes that one.
    std::uint32_t finish(double now_s);
    /// What one more transfer would take now, if nothing changed: at its fair share of the narrowest link, or
    /// more. 0 without data.
    [[nodiscard]] double expected_s(std::size_t ingress, std::size_t site) const;
    /// Bytes per second of one transfer there; for tests.
    [[nodiscard]] double rate(std::size_t ingress, std::size_t site) const {
        return routes_[route(ingress, site)].rate;
    }
    [[nodiscard]] std::size_t count() const { return count_; }

private:
    struct Moving {
        double done_at = 0; ///< progress of its route
        std::uint32_t job = 0;
    };
    /// All transfers between two places: they advance together and end in the order in which they began.
    struct Route {
        const std::vector<std::uint32_t>* links = nullptr;
        std::deque<Moving> moving;
        double progress = 0; ///< bytes
        double rate = 0;
    };

    [[nodiscard]] std::size_t route(std::size_t ingress, std::size_t site) const {
        return ingress * sites_ + site;
    }
    void advance(double now_s);
    void share_out();
    void find_next(double now_s);

    const JobVolume& data_;
    std::size_t sites_ = 0;
    std::vector<Route> routes_;
    std::vector<double> on_link_; ///< transfers
    std::size_t count_ = 0;
    double at_s_ = 0;
    double next_done_s_;
    std::size_t next_route_ = 0;
};

} // namespace suanlu::sim
