// SPDX-License-Identifier: Apache-2.0
// Time as the logic sees it. Pure code takes `MonoTime now` as an argument; only strand shells ask a Clock.
// Ages are monotonic from receipt: a peer's wall clock is shown, never computed with (design: telemetry).
#pragma once

#include <chrono>

namespace suanlu {

using Duration = std::chrono::nanoseconds;

/// A point on the monotonic clock of this process (CLOCK_MONOTONIC in production, virtual in tests).
struct MonoTime {
    Duration since_boot{0};

    auto operator<=>(const MonoTime&) const = default;
    friend MonoTime operator+(MonoTime t, Duration d) { return {t.since_boot + d}; }
    friend MonoTime operator-(MonoTime t, Duration d) { return {t.since_boot - d}; }
    friend Duration operator-(MonoTime a, MonoTime b) { return a.since_boot - b.since_boot; }
};

class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;
    [[nodiscard]] virtual MonoTime now() const = 0;
};

/// CLOCK_MONOTONIC, the clock that eBPF's bpf_ktime_get_ns also reads.
class SteadyClock final : public Clock {
public:
    [[nodiscard]] MonoTime now() const override {
        return {std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
    }
};

/// Moves only when told; one thread.
class VirtualClock final : public Clock {
public:
    [[nodiscard]] MonoTime now() const override { return now_; }
    void advance(Duration d) { now_ = now_ + d; }

private:
    MonoTime now_{std::chrono::seconds(1000)};
};

} // namespace suanlu
