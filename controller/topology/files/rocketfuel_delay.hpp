// SPDX-License-Identifier: Apache-2.0
// Rocketfuel's latencies: whole milliseconds, so that 0 stands for "somewhere below 1 ms" and is taken as the
// middle, 500 us, which a note says. Pure.
#pragma once

#include <optional>

#include "controller/topology/files/network_builder.hpp"
#include "controller/topology/files/number_text.hpp"

namespace suanlu {

inline constexpr Microseconds kBelowOneMillisecond{500};

/// Nothing when the delay is farther than a search can tell.
inline std::optional<Microseconds> rocketfuel_delay(double milliseconds, NetworkBuilder& into) {
    if (milliseconds == 0) {
        into.note("a delay of 0 ms is taken as 500 us: somewhere below 1 ms");
        return kBelowOneMillisecond;
    }
    return microseconds(milliseconds * 1000);
}

} // namespace suanlu
