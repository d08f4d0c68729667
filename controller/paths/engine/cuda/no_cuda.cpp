// SPDX-License-Identifier: Apache-2.0
// Stands in for cuda_engine.cpp in builds without a CUDA compiler.
#include "controller/paths/engine/cuda_engine.hpp"

namespace suanlu::paths {

struct CudaEngine::Device {};

Status cuda_available() {
    return Error{Errc::kUnsupported, "this build has no CUDA"};
}

CudaEngine::CudaEngine(const Contraction&) {
}

CudaEngine::~CudaEngine() = default;

void CudaEngine::set_weights(const Contraction&) {
}

Status CudaEngine::many(std::span<const std::uint32_t>, Direction, Distances&) {
    return cuda_available();
}

} // namespace suanlu::paths
