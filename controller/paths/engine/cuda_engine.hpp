// SPDX-License-Identifier: Apache-2.0
// The sweep on a GPU, for a thousand roots and more: the order of the CPU's contraction, a slab of roots per
// block of threads (cuda/gpu_steps.hpp). Distances equal the CPU's bit for bit. Where the build had no CUDA
// compiler or the machine has no GPU, cuda_available() says so and many() fails with the same words. An edge:
// talks to the driver.
#pragma once

#include <memory>
#include <span>

#include "controller/paths/engine/contraction.hpp"
#include "controller/paths/engine/distances.hpp"

namespace suanlu::paths {

/// kUnsupported and why not. Asks the driver once.
Status cuda_available();

class CudaEngine {
public:
    explicit CudaEngine(const Contraction& contraction);
    ~CudaEngine();

    /// Weights that the contraction was customised with.
    void set_weights(const Contraction& contraction);
    /// Distances of every router from or to each root. kUnsupported: no GPU; kExhausted: its memory is too
    /// small; kKernel: the driver failed.
    Status many(std::span<const std::uint32_t> roots, Direction direction, Distances& out);

private:
    struct Device;
    std::unique_ptr<Device> device_;
};

} // namespace suanlu::paths
