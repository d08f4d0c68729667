// SPDX-License-Identifier: Apache-2.0
// The inner loops of the sweep, once for each instruction set, and the plain structures they read. This
// header and sweep_rows.hpp include nothing that has inline functions: files compiled for AVX-512 must not
// lend their copy of one to the rest of the program. Pure.
#pragma once

#include <cstdint>

namespace suanlu::paths {

/// One row is 16 roots: a cache line and an AVX-512 register.
inline constexpr std::uint32_t kLanes = 16;
/// Rows that one sweep carries side by side; weights and indices are then read once for 64 roots.
inline constexpr std::uint32_t kMostRows = 4;

/// A router outside the core. Places are numbered depth-first, parents before children.
struct ContractedRouter {
    std::uint32_t router = 0xffffffff;
    std::uint32_t first = 0;           ///< its arcs up: [first, first of the next place)
    std::uint32_t row = 0;             ///< core size + depth: one row for every depth
    std::uint32_t parent = 0xffffffff; ///< place; kNone when it hangs on the core or on nothing
};

/// A place as a number, or a router of the core: kCorePlace | its number.
inline constexpr std::uint32_t kCorePlace = 0x80000000;

/// From the roots up to the tops of their trees and into the core.
struct ClimbJob {
    const ContractedRouter* routers = nullptr;
    const std::uint32_t* order = nullptr; ///< places above roots, each before those above it
    std::uint32_t count = 0;
    const std::uint32_t* upper = nullptr;   ///< by arc: place
    const std::uint32_t* weights = nullptr; ///< every second one counts
    const std::uint32_t* row_of = nullptr;  ///< by place; set for all above roots
    std::uint32_t* rows =
        nullptr; ///< in: 0 at the roots, kInfinite elsewhere; 64-byte aligned, the core's first
    std::uint8_t* is_met = nullptr; ///< by number in the core: out: not 0 = an arc leads there
};

struct SweepJob {
    const ContractedRouter* routers = nullptr;
    std::uint32_t places = 0;
    const std::uint32_t* to = nullptr;
    const std::uint32_t* weights = nullptr; ///< every second one counts
    const std::uint32_t* row_of = nullptr;  ///< by place: where its distances start from; kNone = unreached
    std::uint32_t* rows = nullptr;          ///< as ClimbJob left them
    std::uint32_t* out = nullptr;           ///< by router, 64-byte aligned
    std::uint64_t stride = 0;               ///< of `out`
    bool bypasses_cache = false;            ///< results are written past the cache
};

struct CoreJob {
    std::uint32_t size = 0;
    const std::uint32_t* first = nullptr;
    const std::uint32_t* to = nullptr;
    const std::uint32_t* weights = nullptr;
    const std::uint32_t* routers = nullptr;
    /// By number, padded with zeroes to a multiple of 8: not 0 = a neighbour's row changed.
    std::uint8_t* is_due = nullptr;
    std::uint32_t* rows = nullptr; ///< in: distances at the seeds, kInfinite elsewhere; out: distances
    std::uint32_t* out = nullptr;
    std::uint64_t stride = 0;
};

/// By number of rows, less one.
struct SweepKernels {
    void (*climb[kMostRows])(const ClimbJob&);
    void (*sweep[kMostRows])(const SweepJob&);
    void (*settle_core[kMostRows])(const CoreJob&);
};

/// Null where the build has no such code; whether this processor runs it is the caller's to ask.
const SweepKernels* portable_kernels();
const SweepKernels* avx2_kernels();
const SweepKernels* avx512_kernels();

} // namespace suanlu::paths
