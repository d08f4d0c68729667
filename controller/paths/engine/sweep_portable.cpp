// SPDX-License-Identifier: Apache-2.0
#define SL_VECTOR_BYTES 16
#include "controller/paths/engine/sweep_rows.hpp"

namespace suanlu::paths {

const SweepKernels* portable_kernels() {
    return &kKernels;
}

} // namespace suanlu::paths
