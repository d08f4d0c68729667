// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#define SL_VECTOR_BYTES 64
#define SL_STREAM(to, value)                                                                                 \
    _mm512_stream_si512(reinterpret_cast<__m512i*>(to), reinterpret_cast<__m512i>(value))
#define SL_FENCE() _mm_sfence()
#include "controller/paths/engine/sweep_rows.hpp"

namespace suanlu::paths {

const SweepKernels* avx512_kernels() {
    return &kKernels;
}

} // namespace suanlu::paths
