// SPDX-License-Identifier: Apache-2.0
// When which secondary is told that its zone changed (RFC 1996): at most once a second each, changes in
// between become one; again with doubling pauses until it answers, then never for that change. Pure; one
// owner.
#pragma once

#include <optional>
#include <vector>

#include "core/support/clock.hpp"

namespace suanlu::dns {

class NotifySchedule {
public:
    static constexpr Duration kLeastPause = std::chrono::seconds(1);
    /// Sent so often at most: the last one about a minute after the first. A secondary that is away longer
    /// finds the change by its refresh timer.
    static constexpr unsigned kMostAttempts = 6;

    explicit NotifySchedule(std::size_t targets) : targets_(targets) {}

    void changed(std::size_t target, MonoTime now);
    /// The targets to send to now, and the number that gave up meanwhile.
    struct Due {
        std::vector<std::size_t> targets;
        std::size_t given_up = 0;
    };
    Due take_due(MonoTime now);
    /// False: nothing was asked, or the zone changed again since.
    bool answered(std::size_t target);
    /// When take_due has something to do next.
    [[nodiscard]] std::optional<MonoTime> next() const;

private:
    struct Target {
        bool is_pending = false;
        bool is_asked = false;
        unsigned attempts = 0;
        MonoTime at;
        std::optional<MonoTime> sent;
    };
    std::vector<Target> targets_;
};

} // namespace suanlu::dns
