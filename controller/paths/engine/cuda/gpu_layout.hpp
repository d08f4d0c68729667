// SPDX-License-Identifier: Apache-2.0
// A contraction in the arrays that the GPU reads: trees cut into levels, since what the CPU does one after
// the other the GPU does a level at a time. Pure.
#pragma once

#include "controller/paths/engine/contraction.hpp"
#include "controller/paths/engine/cuda/gpu_steps.hpp"
#include "controller/paths/engine/distances.hpp"

namespace suanlu::paths {

class GpuLayout {
public:
    explicit GpuLayout(const Contraction& contraction);

    /// Weights that the contraction was customised with.
    void set_weights(const Contraction& contraction);

    /// Sizes and host pointers; rows and roots are the caller's to set.
    [[nodiscard]] GpuJob job(Direction direction) const;
    /// Runs the GPU's steps on this processor, as the kernel does for each slab: for tests.
    void run_on_host(std::span<const std::uint32_t> roots, Direction direction, Distances& out) const;

    [[nodiscard]] std::size_t arcs() const { return up_.size(); }
    [[nodiscard]] std::size_t core_arcs() const { return core_from_.size(); }

private:
    std::vector<std::uint32_t> level_first_, member_, parent_, first_, up_;
    std::vector<std::uint32_t> arc_; // by arc: arc of the contraction
    std::vector<std::uint32_t> upwards_, downwards_;
    std::vector<std::uint32_t> core_member_, core_first_, core_from_, core_in_, core_out_;
    std::vector<std::uint32_t> member_of_; // by router
};

/// `out` sized for the roots, its rows not written.
void size_rows(std::span<const std::uint32_t> roots, Direction direction, std::uint32_t routers,
               Distances& out);

} // namespace suanlu::paths
