// SPDX-License-Identifier: Apache-2.0
// The sweep for one instruction set: compiled by each of sweep_portable.cpp, sweep_avx2.cpp and
// sweep_avx512.cpp with its own SL_VECTOR_BYTES, SL_STREAM (a store past the cache) and SL_FENCE. Everything
// has internal linkage, so that the three do not mix. Pure.
#pragma once

#include "controller/paths/engine/sweep_kernels.hpp"

namespace suanlu::paths {

namespace {

constexpr std::uint32_t kUnreached = 0x7fffffff; // kInfinite
constexpr std::uint32_t kEnd = 0xffffffff;       // kNone

typedef std::uint32_t Vector __attribute__((vector_size(SL_VECTOR_BYTES), may_alias));

constexpr std::uint32_t kVectorLanes = SL_VECTOR_BYTES / 4;

template <std::uint32_t rows>
struct Row {
    static constexpr std::uint32_t kParts = rows * kLanes / kVectorLanes;
    Vector part[kParts];

    [[gnu::always_inline]] void fill(std::uint32_t value) {
#pragma GCC unroll 16
        for (std::uint32_t i = 0; i < kParts; ++i) {
            part[i] = value - Vector{};
        }
    }
    [[gnu::always_inline]] void load(const std::uint32_t* from) {
#pragma GCC unroll 16
        for (std::uint32_t i = 0; i < kParts; ++i) {
            part[i] = reinterpret_cast<const Vector*>(from)[i];
        }
    }
    [[gnu::always_inline]] void store(std::uint32_t* to) const {
#pragma GCC unroll 16
        for (std::uint32_t i = 0; i < kParts; ++i) {
            reinterpret_cast<Vector*>(to)[i] = part[i];
        }
    }
    // The least of itself and the row at `from` plus `weight`. Stays at or below kUnreached when it starts
    // there.
    [[gnu::always_inline]] void relax(const std::uint32_t* from, std::uint32_t weight) {
#pragma GCC unroll 16
        for (std::uint32_t i = 0; i < kParts; ++i) {
            const Vector over = reinterpret_cast<const Vector*>(from)[i] + weight;
            part[i] = over < part[i] ? over : part[i];
        }
    }
    // Past the cache: for results that it cannot hold.
    [[gnu::always_inline]] void stream(std::uint32_t* to) const {
#pragma GCC unroll 16
        for (std::uint32_t i = 0; i < kParts; ++i) {
            SL_STREAM(to + i * kVectorLanes, part[i]);
        }
    }
    // The row at `to` becomes the least of itself and this one plus `weight`.
    [[gnu::always_inline]] void push(std::uint32_t* to, std::uint32_t weight) const {
#pragma GCC unroll 16
        for (std::uint32_t i = 0; i < kParts; ++i) {
            Vector& there = reinterpret_cast<Vector*>(to)[i];
            const Vector over = part[i] + weight;
            there = over < there ? over : there;
        }
    }
    [[gnu::always_inline]] bool differs(const Row& other) const {
        Vector any = part[0] ^ other.part[0];
#pragma GCC unroll 16
        for (std::uint32_t i = 1; i < kParts; ++i) {
            any |= part[i] ^ other.part[i];
        }
        std::uint64_t bits = 0;
        typedef std::uint64_t Wide __attribute__((vector_size(SL_VECTOR_BYTES), may_alias));
        const Wide wide = reinterpret_cast<const Wide&>(any);
#pragma GCC unroll 8
        for (std::uint32_t i = 0; i < SL_VECTOR_BYTES / 8; ++i) {
            bits |= wide[i];
        }
        return bits != 0;
    }
};

template <std::uint32_t rows>
void climb(const ClimbJob& job) {
    constexpr std::uint64_t kWidth = rows * kLanes;
    for (std::uint32_t i = 0; i < job.count; ++i) {
        const std::uint32_t place = job.order[i];
        Row<rows> distance;
        distance.load(job.rows + job.row_of[place] * kWidth);
        const std::uint32_t end = job.routers[place + 1].first;
        for (std::uint32_t arc = job.routers[place].first; arc < end; ++arc) {
            std::uint32_t row = job.upper[arc];
            if ((row & kCorePlace) != 0) {
                row &= ~kCorePlace;
                job.is_met[row] = 1;
            } else {
                row = job.row_of[row];
            }
            distance.push(job.rows + row * kWidth, job.weights[std::uint64_t{arc} * 2]);
        }
    }
}

template <std::uint32_t rows, bool bypasses_cache>
void sweep_into(const SweepJob& job) {
    constexpr std::uint64_t kWidth = rows * kLanes;
    for (std::uint32_t place = 0; place < job.places; ++place) {
        const ContractedRouter& router = job.routers[place];
        Row<rows> least;
        if (job.row_of[place] == kEnd) {
            least.fill(kUnreached);
        } else {
            least.load(job.rows + job.row_of[place] * kWidth);
        }
        const std::uint32_t end = job.routers[place + 1].first;
        for (std::uint32_t arc = router.first; arc < end; ++arc) {
            least.relax(job.rows + job.to[arc] * kWidth, job.weights[std::uint64_t{arc} * 2]);
        }
        least.store(job.rows + router.row * kWidth);
        if constexpr (bypasses_cache) {
            least.stream(job.out + router.router * job.stride);
        } else {
            least.store(job.out + router.router * job.stride);
        }
    }
}

template <std::uint32_t rows>
void sweep(const SweepJob& job) {
    if (job.bypasses_cache) {
        sweep_into<rows, true>(job);
        SL_FENCE();
    } else {
        sweep_into<rows, false>(job);
    }
}

// Takes the least over all neighbours; whether that changed anything.
template <std::uint32_t rows>
[[gnu::always_inline]] inline bool pull(const CoreJob& job, std::uint32_t number) {
    constexpr std::uint64_t kWidth = rows * kLanes;
    Row<rows> before, least;
    before.load(job.rows + number * kWidth);
    least = before;
    const std::uint32_t end = job.first[number + 1];
    for (std::uint32_t arc = job.first[number]; arc < end; ++arc) {
        least.relax(job.rows + job.to[arc] * kWidth, job.weights[arc]);
    }
    if (!least.differs(before)) {
        return false;
    }
    least.store(job.rows + number * kWidth);
    for (std::uint32_t arc = job.first[number]; arc < end; ++arc) {
        job.is_due[job.to[arc]] = 1;
    }
    return true;
}

// Over the routers whose neighbours changed, forwards and backwards in turn, until none is left.
template <std::uint32_t rows>
void settle_core(const CoreJob& job) {
    constexpr std::uint64_t kWidth = rows * kLanes;
    typedef std::uint64_t Eight __attribute__((may_alias));
    const Eight* eights = reinterpret_cast<const Eight*>(job.is_due);
    const std::uint32_t words = (job.size + 7) / 8;
    bool is_back = false;
    for (bool is_any = true; is_any; is_back = !is_back) {
        is_any = false;
        for (std::uint32_t step = 0; step < words; ++step) {
            const std::uint32_t word = is_back ? words - 1 - step : step;
            if (eights[word] == 0) {
                continue;
            }
            is_any = true;
            for (std::uint32_t i = 0; i < 8; ++i) {
                const std::uint32_t number = word * 8 + (is_back ? 7 - i : i);
                if (job.is_due[number] != 0) {
                    job.is_due[number] = 0;
                    pull<rows>(job, number);
                }
            }
        }
    }
    for (std::uint32_t number = 0; number < job.size; ++number) {
        Row<rows> row;
        row.load(job.rows + number * kWidth);
        row.store(job.out + job.routers[number] * job.stride);
    }
}

constexpr SweepKernels kKernels{{climb<1>, climb<2>, climb<3>, climb<4>},
                                {sweep<1>, sweep<2>, sweep<3>, sweep<4>},
                                {settle_core<1>, settle_core<2>, settle_core<3>, settle_core<4>}};

} // namespace

} // namespace suanlu::paths
