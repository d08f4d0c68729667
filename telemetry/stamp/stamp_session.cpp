// SPDX-License-Identifier: Apache-2.0
#include "telemetry/stamp/stamp_session.hpp"

#include <algorithm>

namespace suanlu {

namespace {

/// Bounds the memory of a session whose answers take seconds.
constexpr std::size_t kMaxOutstanding = 64;

} // namespace

Duration StampSession::patience() const {
    // A path of 80 ms is no worse at 50 ms probes: the usual round trip comes on top, twice for its
    // variation.
    return config_.interval + 2 * round_trip();
}

Duration StampSession::round_trip() const {
    const auto known = std::min<std::uint64_t>(counters_.received, kRoundTripWindow);
    const auto least =
        std::min_element(recent_.begin(), recent_.begin() + static_cast<std::ptrdiff_t>(known));
    return known == 0 ? Duration{0} : *least;
}

bool StampSession::enter(ProbeState next) {
    if (state_ == next) {
        return false;
    }
    state_ = next;
    return true;
}

bool StampSession::expire(MonoTime now) {
    while (!outstanding_.empty() && now - outstanding_.front().sent >= patience()) {
        outstanding_.pop_front();
        ++misses_;
        answers_ = 0;
    }
    return misses_ >= config_.miss && enter(ProbeState::kDown);
}

std::uint32_t StampSession::on_sent(MonoTime now) {
    if (outstanding_.size() >= kMaxOutstanding) {
        outstanding_.pop_front();
    }
    outstanding_.push_back({next_sequence_, now});
    ++counters_.sent;
    // Keeps the rhythm, but never catches up in a burst after a stall.
    next_send_ = std::max(next_send_ + config_.interval, now + config_.interval / 2);
    return next_sequence_++;
}

bool StampSession::on_reply(std::uint32_t sequence, Duration round_trip) {
    // Sequence numbers wrap; an answer is ours when it lies in the window behind the next one.
    const std::uint32_t behind = next_sequence_ - sequence;
    if (behind == 0 || behind > counters_.sent || behind > 4 * kMaxOutstanding) {
        ++counters_.strays;
        return false;
    }
    while (!outstanding_.empty() && next_sequence_ - outstanding_.front().sequence >= behind) {
        const bool is_it = outstanding_.front().sequence == sequence;
        outstanding_.pop_front();
        if (is_it) {
            break;
        }
    }
    ++counters_.received;
    misses_ = 0;
    ++answers_;
    recent_[(counters_.received - 1) % kRoundTripWindow] = std::max(round_trip, Duration{0});
    return answers_ >= config_.answers && enter(ProbeState::kUp);
}

} // namespace suanlu
