// SPDX-License-Identifier: Apache-2.0
// Hashes of names label by label from the root down, so that those of all suffixes of a name come from one
// pass over it. Lower case only. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>

#include "dns/record/domain_name.hpp"

namespace suanlu::dns {

inline constexpr std::size_t kMostLabels = 128;

/// Adds a label, length octet first, in front of a name whose hash is `above`; that of the root is 0.
inline std::uint64_t hash_label(std::uint64_t above, const std::uint8_t* label) {
    std::uint64_t hash = above;
    std::size_t left = *label + 1U;
    while (left > 0) {
        std::uint64_t word = 0;
        const std::size_t taken = std::min<std::size_t>(left, sizeof word);
        std::memcpy(&word, label, taken);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL; // golden ratio, as in Fibonacci hashing
        hash ^= hash >> 32U;
        label += taken;
        left -= taken;
    }
    return hash;
}

/// Of an uncompressed name in wire form.
inline std::uint64_t hash_name(ByteView name) {
    std::array<std::uint8_t, kMostLabels> label_at;
    std::size_t labels = 0;
    for (std::size_t at = 0; name[at] != 0; at += name[at] + 1U) {
        label_at[labels++] = static_cast<std::uint8_t>(at);
    }
    std::uint64_t hash = 0;
    while (labels > 0) {
        hash = hash_label(hash, name.data() + label_at[--labels]);
    }
    return hash;
}

} // namespace suanlu::dns
