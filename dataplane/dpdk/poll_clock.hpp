// SPDX-License-Identifier: Apache-2.0
// The time for the polls of one lcore. Reading the clock takes as long as two packets: under load, where
// sixteen polls take microseconds, it is read once for all of them. Owned by the lcore's thread.
#pragma once

#include <cstdint>
#include <ctime>

namespace suanlu {

class PollClock {
public:
    /// Monotonic ns. `is_busy` = the poll before had packets: it was not followed by a sleep.
    std::uint64_t now(bool is_busy) {
        if (!is_busy || polls_++ % kPolls == 0) {
            timespec time{};
            clock_gettime(CLOCK_MONOTONIC, &time);
            now_ = static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
                   static_cast<std::uint64_t>(time.tv_nsec);
        }
        return now_;
    }

private:
    static constexpr std::uint32_t kPolls = 16;

    std::uint64_t now_ = 0;
    std::uint32_t polls_ = 0;
};

} // namespace suanlu
