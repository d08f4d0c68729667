// SPDX-License-Identifier: Apache-2.0
// Seconds since 1970 as protocols write them: signatures, serials, cookies. It may step; durations are
// MonoTime's.
#pragma once

#include <chrono>
#include <cstdint>

namespace suanlu {

inline std::uint32_t unix_seconds() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

} // namespace suanlu
