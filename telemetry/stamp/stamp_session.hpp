// SPDX-License-Identifier: Apache-2.0
// One STAMP Session-Sender (RFC 8762 section 4.2): when to send the next probe, which answers count, whether
// the path is up. Pure; time comes in. A miss is a probe that was really sent and stayed unanswered for one
// interval beyond the usual round trip, so a sender that was not scheduled for a while accuses nobody.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/support/clock.hpp"
#include "telemetry/stamp/stamp_codec.hpp"

namespace suanlu {

inline constexpr std::size_t kRoundTripWindow = 16;

enum class ProbeState : std::uint8_t { kUnknown, kUp, kDown };

struct StampSessionConfig {
    Duration interval = std::chrono::milliseconds(50);
    /// Consecutive misses until the path is down.
    std::uint32_t miss = 3;
    /// Consecutive answers until it is up again.
    std::uint32_t answers = 2;
};

struct StampCounters {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    /// Answers to nothing that was asked, or asked too long ago to know.
    std::uint64_t strays = 0;
};

class StampSession {
public:
    StampSession(StampSessionConfig config, MonoTime first_send) : config_(config), next_send_(first_send) {}

    [[nodiscard]] MonoTime next_send() const { return next_send_; }
    /// Another pace from the next probe on; what is known stays.
    void set_interval(Duration interval) { config_.interval = interval; }
    /// Counts the misses that are due. True when the state changed.
    bool expire(MonoTime now);
    /// A probe was sent just now: gives its sequence number and sets the time of the next one.
    std::uint32_t on_sent(MonoTime now);
    /// An answer to `sequence`, with its round trip less the time inside the reflector. True when the state
    /// changed.
    bool on_reply(std::uint32_t sequence, Duration round_trip);

    [[nodiscard]] ProbeState state() const { return state_; }
    /// Least of the last kRoundTripWindow answers, which neither a first packet that waited for neighbour
    /// discovery nor a busy host distorts; zero before the first answer.
    [[nodiscard]] Duration round_trip() const;
    [[nodiscard]] const StampCounters& counters() const { return counters_; }

private:
    struct Outstanding {
        std::uint32_t sequence;
        MonoTime sent;
    };

    [[nodiscard]] Duration patience() const;
    bool enter(ProbeState next);

    StampSessionConfig config_;
    MonoTime next_send_;
    std::uint32_t next_sequence_ = 0;
    std::deque<Outstanding> outstanding_;
    std::uint32_t misses_ = 0;
    std::uint32_t answers_ = 0;
    ProbeState state_ = ProbeState::kUnknown;
    std::array<Duration, kRoundTripWindow> recent_{};
    StampCounters counters_;
};

} // namespace suanlu
