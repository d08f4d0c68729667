// SPDX-License-Identifier: Apache-2.0
// How old a value is, as a state. Ages are monotonic from receipt; a value past its limit is "stale" and
// keeps its last number, it never turns into another number. Pure values, shared by the site table and
// suanlu-site.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/support/clock.hpp"

namespace suanlu {

enum class Freshness : std::uint8_t { kNeverReported, kFresh, kStale };

/// "never-reported", "fresh", "stale": the words of the operator API.
std::string_view to_text(Freshness freshness);

/// When something was last received; unset until the first time.
class LastSeen {
public:
    void touch(MonoTime now) {
        at_ = now;
        is_set_ = true;
    }
    [[nodiscard]] bool is_set() const { return is_set_; }
    [[nodiscard]] MonoTime at() const { return at_; }
    /// Zero until the first touch; never negative.
    [[nodiscard]] Duration age(MonoTime now) const;
    [[nodiscard]] Freshness state(MonoTime now, Duration max_age) const;

private:
    MonoTime at_;
    bool is_set_ = false;
};

} // namespace suanlu
