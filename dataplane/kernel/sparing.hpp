// SPDX-License-Identifier: Apache-2.0
// When something expensive may be done again, so that it takes a twentieth of the time at most. Owned by who
// does it.
#pragma once

#include "core/support/clock.hpp"

namespace suanlu {

class Sparing {
public:
    [[nodiscard]] bool is_due(MonoTime now) const { return now.since_boot >= next_.since_boot; }
    void note(MonoTime began, MonoTime ended) {
        next_ = {ended.since_boot + 20 * (ended.since_boot - began.since_boot)};
    }

private:
    MonoTime next_{};
};

} // namespace suanlu
