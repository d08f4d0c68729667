// SPDX-License-Identifier: Apache-2.0
// The steps of the GPU's sweep as functions of one lane (a root) each, compiled for the GPU and for the host:
// tests run on the host what the kernel runs on the device. Distances are node-major, rows[router * stride +
// lane], so that the threads of a warp, which are neighbouring lanes, read and write neighbouring words.
// Plain C++17, no includes of ours: nvcc compiles it. Pure.
#pragma once

#include <cstdint>

#ifdef __CUDACC__
#define SL_HOST_DEVICE __host__ __device__
#else
#define SL_HOST_DEVICE
#endif

namespace suanlu::paths {

/// A contraction as the GPU reads it. Members are routers outside the core, those of one level together,
/// level by level; a member has arcs only to the core and to members of earlier levels.
struct GpuJob {
    std::uint32_t routers = 0, lanes = 0;
    std::uint64_t stride = 0;
    std::uint32_t members = 0, levels = 0, core = 0;
    const std::uint32_t* level_first = nullptr; ///< levels + 1: members
    const std::uint32_t* member = nullptr;      ///< router of each
    const std::uint32_t* parent = nullptr;      ///< member; kGpuNone at a tree's top
    const std::uint32_t* first = nullptr;       ///< members + 1: arcs
    const std::uint32_t* up = nullptr;          ///< by arc: router above
    const std::uint32_t* away = nullptr;        ///< by arc: weight on the side that leaves the root upwards
    const std::uint32_t* back = nullptr;        ///< by arc: weight downwards
    const std::uint32_t* core_member = nullptr; ///< router of each
    const std::uint32_t* core_first = nullptr;  ///< core + 1
    const std::uint32_t* core_from = nullptr;   ///< by arc of the core: neighbouring router
    const std::uint32_t* core_weight = nullptr; ///< by arc of the core: weight from it
    const std::uint32_t* member_of = nullptr;   ///< by router: member; kGpuNone in the core
    const std::uint32_t* roots = nullptr;       ///< by lane
    std::uint32_t* rows = nullptr;
};

inline constexpr std::uint32_t kGpuInfinite = 0x7fffffff; ///< kInfinite
inline constexpr std::uint32_t kGpuNone = 0xffffffff;     ///< kNone

/// Both at most kGpuInfinite: no overflow.
SL_HOST_DEVICE inline std::uint32_t gpu_least(std::uint32_t best, std::uint32_t distance,
                                              std::uint32_t weight) {
    const std::uint32_t over = distance + weight;
    return over < best ? over : best;
}

/// Distances of one root to its ancestors: the only way up. All rows of the lane are kGpuInfinite before.
SL_HOST_DEVICE inline void gpu_climb(const GpuJob& job, std::uint32_t lane) {
    job.rows[job.roots[lane] * job.stride + lane] = 0;
    for (std::uint32_t member = job.member_of[job.roots[lane]]; member != kGpuNone;
         member = job.parent[member]) {
        const std::uint32_t distance = job.rows[job.member[member] * job.stride + lane];
        for (std::uint32_t arc = job.first[member]; arc < job.first[member + 1]; ++arc) {
            std::uint32_t& upper = job.rows[job.up[arc] * job.stride + lane];
            upper = gpu_least(upper, distance, job.away[arc]);
        }
    }
}

/// Looks for a shorter way over the neighbours in the core; whether there was one. Called for all until none
/// has: what order they come in does not matter to where that ends.
SL_HOST_DEVICE inline bool gpu_relax_core(const GpuJob& job, std::uint32_t number, std::uint32_t lane) {
    std::uint32_t& own = job.rows[job.core_member[number] * job.stride + lane];
    const std::uint32_t before = own;
    std::uint32_t best = before;
    for (std::uint32_t arc = job.core_first[number]; arc < job.core_first[number + 1]; ++arc) {
        best = gpu_least(best, job.rows[job.core_from[arc] * job.stride + lane], job.core_weight[arc]);
    }
    if (best < before) {
        own = best;
    }
    return best < before;
}

/// The final distance of a member, once those of all earlier levels and of the core are final.
SL_HOST_DEVICE inline void gpu_descend(const GpuJob& job, std::uint32_t member, std::uint32_t lane) {
    std::uint32_t& own = job.rows[job.member[member] * job.stride + lane];
    std::uint32_t best = own;
    for (std::uint32_t arc = job.first[member]; arc < job.first[member + 1]; ++arc) {
        best = gpu_least(best, job.rows[job.up[arc] * job.stride + lane], job.back[arc]);
    }
    own = best;
}

} // namespace suanlu::paths
