// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#define SL_VECTOR_BYTES 32
#define SL_STREAM(to, value)                                                                                 \
    _mm256_stream_si256(reinterpret_cast<__m256i*>(to), reinterpret_cast<__m256i>(value))
#define SL_FENCE() _mm_sfence()
#include "controller/paths/engine/sweep_rows.hpp"

namespace suanlu::paths {

const SweepKernels* avx2_kernels() {
    return &kKernels;
}

} // namespace suanlu::paths
