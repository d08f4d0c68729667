// SPDX-License-Identifier: Apache-2.0
// Trees of many roots at once: the engine for whole refreshes. Distances flow up from each root over a
// contraction (a short walk), through its core (all roots together, until nothing changes) and down again in
// one linear pass over 16 to 64 roots side by side. AVX-512, AVX2 and portable code, chosen at run time, give
// equal results. Figures: docs/benchmarks.md. Pure.
#pragma once

#include <string_view>

#include "controller/paths/engine/contraction.hpp"
#include "controller/paths/engine/distances.hpp"
#include "controller/paths/engine/sweep_kernels.hpp"

namespace suanlu::paths {

enum class Isa : std::uint8_t { kPortable, kAvx2, kAvx512 };

std::string_view to_string(Isa isa);
/// Whether the build has the code and the processor runs it.
bool is_supported(Isa isa);
/// The widest supported one.
Isa widest_isa();

/// Not for two threads at once: it owns the working rows.
class SweepEngine {
public:
    /// Finds the order of elimination: about 25 ms for 10 000 routers. All weights are kInfinite until
    /// set_weights. The graph is not kept.
    explicit SweepEngine(const Graph& graph, Isa isa = widest_isa(), const EliminationLimits& limits = {});

    /// Weights of all links, by link; kInfinite = unusable.
    void set_weights(const Weights& weights) { contraction_.customise(weights); }

    /// Distances of every router from (kFrom) or to (kTo) each root. `out` is reused memory: keep it between
    /// runs of the same size, fresh pages cost more than the run.
    void many(std::span<const std::uint32_t> roots, Direction direction, Distances& out);
    [[nodiscard]] Distances many(std::span<const std::uint32_t> roots, Direction direction);

    [[nodiscard]] Isa isa() const { return isa_; }
    [[nodiscard]] const Contraction& contraction() const { return contraction_; }
    /// Bytes it keeps, working rows included; results come on top.
    [[nodiscard]] std::size_t memory() const;

private:
    void find_above(std::span<const std::uint32_t> roots);
    void set_roots(std::span<const std::uint32_t> roots);
    void mark_due();
    void run_block(std::span<const std::uint32_t> roots, Direction direction, std::uint32_t* out,
                   std::uint64_t stride);

    Isa isa_;
    const SweepKernels* kernels_;
    Contraction contraction_;
    Rows rows_;                         // of a block: the core, one per depth, one per place above a root
    std::uint32_t width_ = 0;           // lanes of the block
    std::vector<std::uint32_t> row_of_; // by place: row for those above a root, kNone between blocks
    std::vector<std::uint32_t> above_;  // places above roots, one walk up after the other
    std::vector<std::uint32_t> walks_;  // where each walk starts in above_
    std::vector<std::uint32_t> order_;  // places above roots, each before those above it
    std::vector<std::uint8_t> is_met_, is_due_; // by core number
};

} // namespace suanlu::paths
