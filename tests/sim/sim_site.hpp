// SPDX-License-Identifier: Apache-2.0
// A site of the simulator: a pool of workers with one queue. Jobs are served in order, each for 1/rate;
// local work takes workers away. Its report is computed from that very queue. Virtual time only.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/model/sample.hpp"
#include "core/support/clock.hpp"

namespace suanlu::sim {

class SimSite {
public:
    SimSite(std::string name, std::size_t workers, double rate)
        : name_(std::move(name)), free_at_(workers), rate_(rate) {}

    /// Workers that local work holds from now on.
    void set_local(std::size_t workers) { local_ = workers; }
    void set_reporting(bool on) { is_reporting_ = on; }
    void set_up(bool up) { is_up_ = up; }
    [[nodiscard]] bool is_up() const { return is_up_; }
    [[nodiscard]] const std::string& name() const { return name_; }

    /// One job arrives.
    void serve(MonoTime now) {
        const auto usable = free_at_.begin() + static_cast<std::ptrdiff_t>(free_at_.size() - local_);
        const auto worker = std::min_element(free_at_.begin(), usable);
        if (worker == usable) {
            return; // everything is local
        }
        const auto work = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1 / rate_));
        *worker = std::max(*worker, now) + work;
        ++completed_;
    }

    [[nodiscard]] double utilisation(MonoTime now) const {
        return static_cast<double>(busy(now) + local_) / static_cast<double>(free_at_.size());
    }

    [[nodiscard]] SiteReport report(MonoTime now, const std::vector<std::string>& services) {
        SiteReport out;
        out.site = name_;
        out.boot_id = "boot";
        out.sequence = ++sequence_;
        for (const std::string& service : services) {
            InstanceReport instance;
            instance.service = service;
            instance.slots_total = static_cast<double>(free_at_.size());
            instance.slots_usable = static_cast<double>(free_at_.size() - local_);
            instance.running = static_cast<double>(busy(now));
            instance.rate_per_slot = {rate_};
            instance.utilisation = std::min(1.0, utilisation(now));
            instance.cv2 = 1;
            instance.completed = completed_;
            out.instances.push_back(instance);
        }
        return out;
    }
    [[nodiscard]] bool is_reporting() const { return is_reporting_ && is_up_; }

private:
    [[nodiscard]] std::size_t busy(MonoTime now) const {
        return static_cast<std::size_t>(std::count_if(free_at_.begin(),
                                                      free_at_.end() - static_cast<std::ptrdiff_t>(local_),
                                                      [now](MonoTime t) { return t > now; }));
    }

    std::string name_;
    std::vector<MonoTime> free_at_;
    double rate_;
    std::size_t local_ = 0;
    std::uint64_t sequence_ = 0;
    std::uint64_t completed_ = 0;
    bool is_reporting_ = true;
    bool is_up_ = true;
};

} // namespace suanlu::sim
