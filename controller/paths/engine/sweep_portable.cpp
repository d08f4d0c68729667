// SPDX-License-Identifier: Apache-2.0
#define SL_VECTOR_BYTES 16
#define SL_STREAM(to, value) (*reinterpret_cast<Vector*>(to) = (value))
#define SL_FENCE() static_cast<void>(0)
#include "controller/paths/engine/sweep_rows.hpp"

namespace suanlu::paths {

const SweepKernels* portable_kernels() {
    return &kKernels;
}

} // namespace suanlu::paths
