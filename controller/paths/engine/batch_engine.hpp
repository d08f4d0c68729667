// SPDX-License-Identifier: Apache-2.0
// One interface over the engines: trees of many roots, and roots whose trees are kept while weights change.
// Picks the engine by itself from the size of the graph, the number of roots and the size of the change, and
// says which one ran and why; the distances are the same whichever it was. Not for two threads at once. Pure,
// but for the GPU.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "controller/paths/engine/incremental.hpp"
#include "controller/paths/engine/sweep.hpp"

namespace suanlu::paths {

class CudaEngine;

enum class Engine : std::uint8_t { kNone, kSingle, kSweep, kIncremental, kCuda };

std::string_view to_string(Engine engine);

/// What ran last.
struct EngineRun {
    Engine engine = Engine::kNone;
    std::string reason;
};

struct BatchOptions {
    /// Always this engine, where it can do the job; for tests and benchmarks.
    std::optional<Engine> only;
    Isa isa = widest_isa();
    /// Most memory that kept trees take.
    std::size_t kept_bytes = std::size_t{2} << 30;
    bool uses_cuda = true; ///< where there is a GPU
};

class BatchEngine {
public:
    /// Builds for one topology; `graph` outlives the engine. All weights are kInfinite until set_weights.
    explicit BatchEngine(const Graph& graph, BatchOptions options = {});
    ~BatchEngine();

    /// All weights, by link; trees that are kept follow. What changed in them, tree by tree.
    std::vector<ChangedRow> set_weights(Weights weights);
    /// Some weights; of several changes of one link the last counts. What changed in kept trees, tree by
    /// tree.
    std::vector<ChangedRow> apply(std::span<const WeightChange> changes);

    /// Keeps the trees of these roots, in this order, instead of those kept so far. kExhausted: they need
    /// more than BatchOptions::kept_bytes; the old ones then stay.
    Status keep(std::span<const std::uint32_t> roots, Direction direction);
    [[nodiscard]] std::size_t kept() const { return trees_.trees(); }
    /// By router: distances from or to the column-th kept root.
    [[nodiscard]] std::span<const std::uint32_t> kept_distances(std::size_t column) const {
        return trees_.distances(column);
    }

    /// Distances of every router from or to each root: 4 bytes each, roots rounded up to 16. `out` is reused
    /// memory.
    void many_to_all(std::span<const std::uint32_t> roots, Direction direction, Distances& out);
    [[nodiscard]] Distances many_to_all(std::span<const std::uint32_t> roots, Direction direction);

    [[nodiscard]] const Graph& graph() const { return graph_; }
    [[nodiscard]] const Weights& weights() const { return weights_; }
    [[nodiscard]] const EngineRun& last_engine() const { return last_; }
    /// Bytes held, results and graph not counted.
    [[nodiscard]] std::size_t memory() const;

private:
    /// Estimates in nanoseconds of one core.
    [[nodiscard]] double single_cost(std::size_t roots) const;
    [[nodiscard]] double sweep_cost(std::size_t roots) const;
    [[nodiscard]] double incremental_cost(std::size_t changes) const;
    [[nodiscard]] EngineRun choose_batch(std::size_t roots);
    [[nodiscard]] EngineRun choose_update(std::size_t changes);
    [[nodiscard]] EngineRun choose_cuda(std::size_t roots) const;
    SweepEngine& sweep();
    void run_single(std::span<const std::uint32_t> roots, Direction direction, Distances& out);
    void run(std::span<const std::uint32_t> roots, Direction direction, Distances& out);
    void refresh(std::vector<ChangedRow>* rows);

    const Graph& graph_;
    BatchOptions options_;
    Weights weights_;
    EngineRun last_;
    TreeSearch search_;
    Tree scratch_;
    Direction kept_direction_ = Direction::kTo;
    IncrementalTrees trees_;
    std::unique_ptr<SweepEngine> sweep_;
    bool sweep_is_current_ = false;
    std::unique_ptr<CudaEngine> cuda_;
    bool cuda_is_current_ = false;
    /// Spent in searches that the sweep would have done; once it exceeds the price of the sweep's order, that
    /// is bought: never more than twice the cost of having known.
    double spent_ = 0;
    Distances block_;
};

} // namespace suanlu::paths
