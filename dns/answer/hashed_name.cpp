// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/hashed_name.hpp"

#include <algorithm>
#include <bit>

#include "dns/record/domain_name.hpp"

namespace suanlu::dns {

namespace {

constexpr std::size_t kBlockBytes = 64;
using State = std::array<std::uint32_t, 5>;

std::uint32_t word_at(const std::uint8_t* octets) {
    return static_cast<std::uint32_t>(octets[0]) << 24U | static_cast<std::uint32_t>(octets[1]) << 16U |
           static_cast<std::uint32_t>(octets[2]) << 8U | octets[3];
}

/// The function and the constant of a round (FIPS 180-4 sections 4.1.1 and 4.2.1).
std::uint32_t mixed(std::size_t round, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    if (round < 20) {
        return ((b & c) ^ (~b & d)) + 0x5a827999U;
    }
    if (round < 40) {
        return (b ^ c ^ d) + 0x6ed9eba1U;
    }
    return round < 60 ? ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdcU : (b ^ c ^ d) + 0xca62c1d6U;
}

void add_block(State& state, const std::uint8_t* block) {
    std::array<std::uint32_t, 80> words;
    for (std::size_t i = 0; i < 16; ++i) {
        words[i] = word_at(block + 4 * i);
    }
    for (std::size_t i = 16; i < words.size(); ++i) {
        words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    }
    auto [a, b, c, d, e] = state;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::uint32_t next = std::rotl(a, 5) + mixed(i, b, c, d) + e + words[i];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e};
}

} // namespace

NameHash hash_of_name(ByteView name) {
    // The name, a one bit, zeros, and the length in bits at the end of the last block.
    std::array<std::uint8_t, (kMostNameBytes + 9 + kBlockBytes - 1) / kBlockBytes * kBlockBytes> padded{};
    std::copy(name.begin(), name.end(), padded.begin());
    padded[name.size()] = 0x80;
    const std::size_t size = (name.size() + 9 + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
    put_u16(padded.data() + size - 2, name.size() * 8);
    State state{0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U, 0xc3d2e1f0U};
    for (std::size_t at = 0; at < size; at += kBlockBytes) {
        add_block(state, padded.data() + at);
    }
    NameHash out;
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
    }
    return out;
}

HashedLabel label_of(const NameHash& hash) {
    static constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuv";
    HashedLabel out;
    out[0] = static_cast<std::uint8_t>(out.size() - 1);
    for (std::size_t digit = 0; digit + 1 < out.size(); ++digit) {
        const std::size_t bit = 5 * digit;
        const unsigned low = bit / 8 + 1 < hash.size() ? hash[bit / 8 + 1] : 0;
        const unsigned both = static_cast<unsigned>(hash[bit / 8]) << 8U | low;
        out[1 + digit] = static_cast<std::uint8_t>(kDigits[both >> (11 - bit % 8) & 31U]);
    }
    return out;
}

} // namespace suanlu::dns
