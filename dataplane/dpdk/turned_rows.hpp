// SPDX-License-Identifier: Apache-2.0
// Eight rows of eight words become eight columns: the fastest way from packets to columns where a register
// holds a whole row. Written with the compiler's vectors, for functions that are compiled for AVX-512.
#pragma once

#include <array>
#include <cstdint>

namespace suanlu {

/// Eight words in one register.
using Words8 = std::uint64_t __attribute__((vector_size(64)));
using Words4 = std::uint64_t __attribute__((vector_size(32)));

/// Word n of all rows in the order of the rows becomes columns[n].
[[gnu::always_inline]] inline void turn(const std::array<Words8, 8>& rows, std::array<Words8, 8>& columns) {
    std::array<Words8, 8> pairs; // of the words n and n + 1 of two rows, in quarters of a register
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 8; i += 2) {
        pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
#pragma GCC unroll 2
    for (std::size_t odd = 0; odd < 2; odd++) {
        const auto low03 = __builtin_shufflevector(pairs[odd], pairs[odd + 2], 0, 1, 2, 3, 8, 9, 10, 11);
        const auto high03 = __builtin_shufflevector(pairs[odd], pairs[odd + 2], 4, 5, 6, 7, 12, 13, 14, 15);
        const auto low47 = __builtin_shufflevector(pairs[odd + 4], pairs[odd + 6], 0, 1, 2, 3, 8, 9, 10, 11);
        const auto high47 =
            __builtin_shufflevector(pairs[odd + 4], pairs[odd + 6], 4, 5, 6, 7, 12, 13, 14, 15);
        columns[odd] = __builtin_shufflevector(low03, low47, 0, 1, 4, 5, 8, 9, 12, 13);
        columns[odd + 2] = __builtin_shufflevector(low03, low47, 2, 3, 6, 7, 10, 11, 14, 15);
        columns[odd + 4] = __builtin_shufflevector(high03, high47, 0, 1, 4, 5, 8, 9, 12, 13);
        columns[odd + 6] = __builtin_shufflevector(high03, high47, 2, 3, 6, 7, 10, 11, 14, 15);
    }
}

} // namespace suanlu
