// SPDX-License-Identifier: Apache-2.0
// SipHash-2-4 (Aumasson and Bernstein 2012): a keyed hash of 64 bits for short inputs, which who does not
// know the key can neither guess nor steer. Server cookies need it (RFC 9018 section 4.4). Pure.
#pragma once

#include <array>
#include <bit>
#include <cstring>

#include "dns/record/wire.hpp"

namespace suanlu::dns {

using SipKey = std::array<std::uint8_t, 16>;

namespace siphash {

struct State {
    std::uint64_t v0, v1, v2, v3;

    void round() {
        v0 += v1;
        v2 += v3;
        v1 = std::rotl(v1, 13) ^ v0;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 = std::rotl(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = std::rotl(v1, 17) ^ v2;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 = std::rotl(v2, 32);
    }
    void absorb(std::uint64_t word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
};

/// The first `count` octets, at most 8, with the lowest first.
inline std::uint64_t little_endian(const std::uint8_t* at, std::size_t count) {
    std::uint64_t word = 0;
    for (std::size_t i = count; i-- > 0;) {
        word = word << 8U | at[i];
    }
    return word;
}

} // namespace siphash

inline std::uint64_t siphash24(const SipKey& key, ByteView input) {
    const std::uint64_t k0 = siphash::little_endian(key.data(), 8);
    const std::uint64_t k1 = siphash::little_endian(key.data() + 8, 8);
    siphash::State state{k0 ^ 0x736f6d6570736575ULL, k1 ^ 0x646f72616e646f6dULL, k0 ^ 0x6c7967656e657261ULL,
                         k1 ^ 0x7465646279746573ULL};
    std::size_t at = 0;
    for (; input.size() - at >= 8; at += 8) {
        state.absorb(siphash::little_endian(input.data() + at, 8));
    }
    const std::uint64_t size = input.size();
    state.absorb(size << 56U | siphash::little_endian(input.data() + at, input.size() - at));
    state.v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) {
        state.round();
    }
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

} // namespace suanlu::dns
