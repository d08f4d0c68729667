// SPDX-License-Identifier: Apache-2.0
// Notices that the wall clock was set, by a clock that runs evenly: a box without one of its own starts in
// another year, a suspended machine wakes up hours later. Pure value; one owner.
#pragma once

#include <chrono>
#include <cstdint>

namespace suanlu::dns {

class ClockWatch {
public:
    using Steady = std::chrono::steady_clock::time_point;

    ClockWatch(Steady now, std::uint32_t unix_now) : began_(now), unix_began_(unix_now) {}

    /// The wall clock is a minute or more from where it should be; from then on that is where it should be.
    bool has_stepped(Steady now, std::uint32_t unix_now) {
        const auto passed = std::chrono::duration_cast<std::chrono::seconds>(now - began_).count();
        const std::int64_t ahead = std::int64_t{unix_now} - unix_began_ - passed;
        if (ahead > -kNoStep && ahead < kNoStep) {
            return false;
        }
        *this = ClockWatch(now, unix_now);
        return true;
    }

private:
    /// Seconds. NTP slews less than that by rate, and signatures begin an hour before they are made.
    static constexpr std::int64_t kNoStep = 60;

    Steady began_;
    std::uint32_t unix_began_;
};

} // namespace suanlu::dns
