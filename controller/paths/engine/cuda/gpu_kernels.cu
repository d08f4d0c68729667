// SPDX-License-Identifier: Apache-2.0
// The sweep's kernel: one block of threads owns a slab of lanes and takes it through every step, so that only
// the threads of a block ever wait for each other. Neighbouring threads are neighbouring lanes of one router.
#include "controller/paths/engine/cuda/gpu_kernels.hpp"

#include <cuda_runtime_api.h>

namespace suanlu::paths {

namespace {

constexpr unsigned kThreads = 1024;

template <unsigned slab>
__global__ void __launch_bounds__(kThreads) sweep_slab(GpuJob job) {
    const std::uint32_t lane = blockIdx.x * slab + threadIdx.x % slab;
    const std::uint32_t first = threadIdx.x / slab;
    constexpr std::uint32_t step = kThreads / slab;
    for (std::uint32_t router = first; router < job.routers; router += step) {
        job.rows[router * job.stride + lane] = kGpuInfinite;
    }
    __syncthreads();
    if (threadIdx.x < slab && lane < job.lanes) {
        gpu_climb(job, lane);
    }
    __syncthreads();
    // A pass without a change read nothing but final distances.
    for (int is_any = job.core > 0 ? 1 : 0; is_any != 0;) {
        bool is_shorter = false;
        for (std::uint32_t number = first; number < job.core; number += step) {
            is_shorter |= gpu_relax_core(job, number, lane);
        }
        is_any = __syncthreads_or(is_shorter ? 1 : 0);
    }
    for (std::uint32_t level = 0; level < job.levels; ++level) {
        const std::uint32_t end = job.level_first[level + 1];
        for (std::uint32_t member = job.level_first[level] + first; member < end; member += step) {
            gpu_descend(job, member, lane);
        }
        __syncthreads();
    }
}

} // namespace

// Slabs of 8 lanes are a sector of memory per router and make the most blocks; wider ones read weights less
// often once there are blocks enough.
int launch_gpu_sweep(const GpuJob& job, int processors) {
    const auto lanes = static_cast<unsigned>(job.stride);
    if (lanes / 32 >= 2 * static_cast<unsigned>(processors) && lanes % 32 == 0) {
        sweep_slab<32><<<lanes / 32, kThreads>>>(job);
    } else {
        sweep_slab<8><<<lanes / 8, kThreads>>>(job);
    }
    return static_cast<int>(cudaGetLastError());
}

} // namespace suanlu::paths
