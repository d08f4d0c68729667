// SPDX-License-Identifier: Apache-2.0
// What the CUDA compiler compiles, as the rest of the program calls it. All pointers of the job are the
// device's.
#pragma once

#include "controller/paths/engine/cuda/gpu_steps.hpp"

namespace suanlu::paths {

/// Starts the sweep of all lanes of `job` on the default stream; 0, or a cudaError_t.
int launch_gpu_sweep(const GpuJob& job, int processors);

} // namespace suanlu::paths
