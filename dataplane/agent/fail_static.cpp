// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/fail_static.hpp"

#include <utility>

namespace suanlu {

std::string_view to_text(AgentMode mode) {
    switch (mode) {
    case AgentMode::kLive:
        return "live";
    case AgentMode::kLastGood:
        return "last-good";
    case AgentMode::kStatic:
        return "static";
    case AgentMode::kAnycast:
        return "anycast";
    case AgentMode::kSelfSuspect:
        return "self-suspect";
    }
    return "unknown";
}

bool FailStatic::on_session(MonoTime) {
    lost_at_.reset();
    return std::exchange(mode_, AgentMode::kLive) != AgentMode::kLive;
}

void FailStatic::on_lost(MonoTime now) {
    if (!lost_at_) {
        lost_at_ = now;
    }
}

bool FailStatic::tick(MonoTime now) {
    if (!lost_at_) {
        return false;
    }
    const Duration silent = now - *lost_at_;
    AgentMode next = mode_;
    if (silent >= times_.anycast_after) {
        next = AgentMode::kAnycast;
    } else if (silent >= times_.static_after) {
        next = AgentMode::kStatic;
    } else if (silent >= times_.grace) {
        next = AgentMode::kLastGood;
    }
    return std::exchange(mode_, next) != next;
}

} // namespace suanlu
