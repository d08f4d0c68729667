// SPDX-License-Identifier: Apache-2.0
// A sum over octets that are kept in files: against half-written and damaged ones, not against forgers. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace suanlu {

/// FNV-1a, 64 bits.
constexpr std::uint64_t checksum(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : bytes) {
        hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
    }
    return hash;
}

} // namespace suanlu
