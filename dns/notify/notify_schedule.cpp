// SPDX-License-Identifier: Apache-2.0
#include "dns/notify/notify_schedule.hpp"

#include <algorithm>

namespace suanlu::dns {

void NotifySchedule::changed(std::size_t target, MonoTime now) {
    Target& state = targets_.at(target);
    state.is_pending = true;
    state.is_asked = false;
    state.attempts = 0;
    state.at = state.sent ? std::max(now, *state.sent + kLeastPause) : now;
}

NotifySchedule::Due NotifySchedule::take_due(MonoTime now) {
    Due due;
    for (std::size_t number = 0; number < targets_.size(); ++number) {
        Target& state = targets_[number];
        if (!state.is_pending || state.at > now) {
            continue;
        }
        if (state.attempts == kMostAttempts) {
            state.is_pending = state.is_asked = false;
            ++due.given_up;
            continue;
        }
        state.at = now + kLeastPause * (2U << state.attempts++);
        state.sent = now;
        state.is_asked = true;
        due.targets.push_back(number);
    }
    return due;
}

bool NotifySchedule::answered(std::size_t target) {
    Target& state = targets_.at(target);
    if (!state.is_asked) {
        return false;
    }
    state.is_pending = state.is_asked = false;
    return true;
}

std::optional<MonoTime> NotifySchedule::next() const {
    std::optional<MonoTime> next;
    for (const Target& state : targets_) {
        if (state.is_pending && (!next || state.at < *next)) {
            next = state.at;
        }
    }
    return next;
}

} // namespace suanlu::dns
