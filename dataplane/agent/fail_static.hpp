// SPDX-License-Identifier: Apache-2.0
// What an agent does without a controller: nothing for a while (last-good), then the operator's static
// weights, then plain anycast. Each state has a name that the API shows. Pure; time comes in.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/support/clock.hpp"

namespace suanlu {

/// kSelfSuspect is no stage of being alone: the guard against correlated loss enters it (liveness.hpp).
enum class AgentMode : std::uint8_t { kLive, kLastGood, kStatic, kAnycast, kSelfSuspect };

/// "live", "last-good", "static", "anycast", "self-suspect".
std::string_view to_text(AgentMode mode);

struct FailStaticTimes {
    /// A session that comes back within this was never lost.
    Duration grace = std::chrono::seconds(2);
    Duration static_after = std::chrono::seconds(60);
    Duration anycast_after = std::chrono::seconds(600);
};

class FailStatic {
public:
    /// Starts without a session: last-good from `now` on.
    FailStatic(FailStaticTimes times, MonoTime now) : times_(times), lost_at_(now) {}

    /// True when the mode changed.
    bool on_session(MonoTime now);
    void on_lost(MonoTime now);
    bool tick(MonoTime now);
    [[nodiscard]] AgentMode mode() const { return mode_; }

private:
    FailStaticTimes times_;
    /// Set while no session lives.
    std::optional<MonoTime> lost_at_;
    AgentMode mode_ = AgentMode::kLastGood;
};

} // namespace suanlu
