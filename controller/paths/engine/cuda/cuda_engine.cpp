// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/engine/cuda_engine.hpp"

#include <cuda_runtime_api.h>

#include "controller/paths/engine/cuda/gpu_kernels.hpp"
#include "controller/paths/engine/cuda/gpu_layout.hpp"

namespace suanlu::paths {

namespace {

Status checked(int code, const char* what) {
    if (code == cudaSuccess) {
        return {};
    }
    const auto error = static_cast<cudaError_t>(code);
    return Error{error == cudaErrorMemoryAllocation ? Errc::kExhausted : Errc::kKernel,
                 std::string(what) + ": " + cudaGetErrorString(error)};
}

// Memory on the device that grows when needed.
class DeviceArray {
public:
    DeviceArray() = default;
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;
    ~DeviceArray() { cudaFree(memory_); }

    Status reserve(std::size_t words) {
        if (words <= words_) {
            return {};
        }
        cudaFree(memory_);
        memory_ = nullptr;
        words_ = 0;
        SL_TRY_VOID(checked(cudaMalloc(reinterpret_cast<void**>(&memory_), words * sizeof(std::uint32_t)),
                            "memory on the GPU"));
        words_ = words;
        return {};
    }
    Status fill(const std::uint32_t* from, std::size_t words) {
        SL_TRY_VOID(reserve(words));
        return words == 0
                   ? Status{}
                   : checked(cudaMemcpy(memory_, from, words * sizeof(std::uint32_t), cudaMemcpyHostToDevice),
                             "copy to the GPU");
    }
    [[nodiscard]] std::uint32_t* get() const { return memory_; }

private:
    std::uint32_t* memory_ = nullptr;
    std::size_t words_ = 0;
};

Status ask_driver() {
    int devices = 0;
    const cudaError_t error = cudaGetDeviceCount(&devices);
    if (error != cudaSuccess) {
        return Error{Errc::kUnsupported, std::string("no GPU: ") + cudaGetErrorString(error)};
    }
    return devices > 0 ? Status{} : Status{Error{Errc::kUnsupported, "no GPU in this machine"}};
}

} // namespace

// What the device holds: the job's arrays, then roots and rows.
struct CudaEngine::Device {
    explicit Device(const Contraction& contraction) : layout(contraction) {}
    Status upload(Direction wanted);

    static constexpr std::size_t kArrays = 12;
    GpuLayout layout;
    DeviceArray arrays[kArrays];
    DeviceArray roots, rows;
    GpuJob job;
    int processors = 1;
    bool has_layout = false;
    Direction direction = Direction::kTo; // of the uploaded weights
};

Status CudaEngine::Device::upload(Direction wanted) {
    if (has_layout && direction == wanted) {
        return {};
    }
    has_layout = false;
    job = layout.job(wanted);
    struct Part {
        const std::uint32_t** at;
        std::size_t words;
    };
    const std::size_t arcs = layout.arcs(), core_arcs = layout.core_arcs();
    const Part parts[kArrays] = {{&job.level_first, std::size_t{job.levels} + 1},
                                 {&job.member, job.members},
                                 {&job.parent, job.members},
                                 {&job.first, std::size_t{job.members} + 1},
                                 {&job.up, arcs},
                                 {&job.away, arcs},
                                 {&job.back, arcs},
                                 {&job.core_member, job.core},
                                 {&job.core_first, std::size_t{job.core} + 1},
                                 {&job.core_from, core_arcs},
                                 {&job.core_weight, core_arcs},
                                 {&job.member_of, job.routers}};
    for (std::size_t i = 0; i < kArrays; ++i) {
        SL_TRY_VOID(arrays[i].fill(*parts[i].at, parts[i].words));
        *parts[i].at = arrays[i].get();
    }
    int device = 0;
    SL_TRY_VOID(checked(cudaGetDevice(&device), "the GPU's number"));
    SL_TRY_VOID(checked(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device),
                        "the GPU's size"));
    direction = wanted;
    has_layout = true;
    return {};
}

Status cuda_available() {
    static const Status answer = ask_driver();
    return answer;
}

CudaEngine::CudaEngine(const Contraction& contraction) : device_(std::make_unique<Device>(contraction)) {
}

CudaEngine::~CudaEngine() = default;

void CudaEngine::set_weights(const Contraction& contraction) {
    device_->layout.set_weights(contraction);
    device_->has_layout = false;
}

Status CudaEngine::many(std::span<const std::uint32_t> roots, Direction direction, Distances& out) {
    SL_TRY_VOID(cuda_available());
    SL_TRY_VOID(device_->upload(direction));
    size_rows(roots, direction, device_->job.routers, out);
    if (out.rows.empty()) {
        return {};
    }
    SL_TRY_VOID(device_->roots.fill(roots.data(), roots.size()));
    SL_TRY_VOID(device_->rows.reserve(out.rows.size()));
    GpuJob job = device_->job;
    job.lanes = static_cast<std::uint32_t>(roots.size());
    job.stride = out.stride;
    job.roots = device_->roots.get();
    job.rows = device_->rows.get();
    SL_TRY_VOID(checked(launch_gpu_sweep(job, device_->processors), "the GPU's sweep"));
    return checked(cudaMemcpy(out.rows.data(), job.rows, out.rows.size() * sizeof(std::uint32_t),
                              cudaMemcpyDeviceToHost),
                   "copy from the GPU");
}

} // namespace suanlu::paths
