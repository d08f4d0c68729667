// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/engine/batch_engine.hpp"

#include <algorithm>

#include "controller/paths/engine/cuda_engine.hpp"

namespace suanlu::paths {

namespace {

// Nanoseconds on one core, measured (docs/benchmarks.md, "What a choice rests on"): per link and router of a
// search, per link of finding an order, per link or pair of putting weights on it, per arc of a sweep over up
// to 64 roots and for each 16 of them, per distance compared, per change and kept tree.
constexpr double kSearched = 8, kOrdered = 300, kWeighed = 1.5, kSwept = 0.6, kSweptLanes = 0.75;
constexpr double kCompared = 1, kChanged = 300;
// Pairs per link of a carrier, while there is no order yet.
constexpr double kUsualPairs = 5;
// A GPU pays where the sweep takes one core so long, and several times as long as the copy of the result.
constexpr double kLeastForCuda = 20e6, kCopied = 0.4, kLeastCopies = 3;
// Roots that a sweep carries side by side; kept trees are refreshed as many at a time, which bounds their
// rows.
constexpr std::size_t kBlock = std::size_t{kMostRows} * kLanes;

} // namespace

std::string_view to_string(Engine engine) {
    switch (engine) {
    case Engine::kSingle:
        return "single";
    case Engine::kSweep:
        return "sweep";
    case Engine::kIncremental:
        return "incremental";
    case Engine::kCuda:
        return "cuda";
    case Engine::kNone:
        break;
    }
    return "none";
}

BatchEngine::BatchEngine(const Graph& graph, BatchOptions options)
    : graph_(graph), options_(options), weights_(graph.links(), kInfinite), search_(graph), trees_(graph) {
}

BatchEngine::~BatchEngine() = default;

double BatchEngine::single_cost(std::size_t roots) const {
    return static_cast<double>(roots) * (graph_.links() + graph_.routers()) * kSearched;
}

double BatchEngine::sweep_cost(std::size_t roots) const {
    double arcs = graph_.links();
    double weights = arcs * (1 + kUsualPairs) * kWeighed;
    if (sweep_ != nullptr) {
        const Contraction& contraction = sweep_->contraction();
        arcs = static_cast<double>(contraction.to().size()) +
               static_cast<double>(contraction.core_to().size()) * EliminationLimits{}.core_passes;
        weights = (graph_.links() + static_cast<double>(contraction.pairs())) * kWeighed;
    }
    const double blocks = static_cast<double>((roots + kBlock - 1) / kBlock) * kSwept +
                          static_cast<double>((roots + kLanes - 1) / kLanes) * kSweptLanes;
    return (sweep_is_current_ ? 0 : weights) + blocks * arcs;
}

double BatchEngine::incremental_cost(std::size_t changes) const {
    return static_cast<double>(changes * trees_.trees()) * kChanged;
}

EngineRun BatchEngine::choose_cuda(std::size_t roots) const {
    const double copied = static_cast<double>(roots) * graph_.routers() * kCopied;
    if (!options_.uses_cuda || sweep_cost(roots) < std::max(kLeastForCuda, copied * kLeastCopies)) {
        return {};
    }
    const Status available = cuda_available();
    return available ? EngineRun{Engine::kCuda, "many roots on a GPU"}
                     : EngineRun{Engine::kNone, available.error().detail};
}

EngineRun BatchEngine::choose_batch(std::size_t roots) {
    if (options_.only && *options_.only != Engine::kIncremental) {
        return {*options_.only, "asked for"};
    }
    EngineRun cuda = choose_cuda(roots);
    if (cuda.engine == Engine::kCuda) {
        return cuda;
    }
    const double single = single_cost(roots);
    if (single <= sweep_cost(roots)) {
        return {Engine::kSingle, "too few roots for a sweep"};
    }
    spent_ += sweep_ == nullptr ? single : 0;
    if (sweep_ == nullptr && spent_ < graph_.links() * kOrdered) {
        return {Engine::kSingle, "too few roots so far to pay for the order of a sweep"};
    }
    return {Engine::kSweep, "the roots share a sweep" + (cuda.reason.empty() ? "" : "; " + cuda.reason)};
}

EngineRun BatchEngine::choose_update(std::size_t changes) {
    if (options_.only == Engine::kIncremental) {
        return {Engine::kIncremental, "asked for"};
    }
    if (options_.only) {
        return {*options_.only, "asked for"};
    }
    sweep_is_current_ = false; // its weights are the old ones
    const double compared = static_cast<double>(trees_.trees()) * graph_.routers() * kCompared;
    const double refreshed = std::min(single_cost(trees_.trees()), sweep_cost(trees_.trees())) + compared;
    if (incremental_cost(changes) <= refreshed) {
        return {Engine::kIncremental, "few changes"};
    }
    EngineRun run = choose_batch(trees_.trees());
    run.reason = "many changes; " + run.reason;
    return run;
}

SweepEngine& BatchEngine::sweep() {
    if (sweep_ == nullptr) {
        sweep_ = std::make_unique<SweepEngine>(graph_, options_.isa);
        sweep_is_current_ = false;
    }
    if (!sweep_is_current_) {
        sweep_->set_weights(weights_);
        sweep_is_current_ = true;
    }
    return *sweep_;
}

void BatchEngine::run_single(std::span<const std::uint32_t> roots, Direction direction, Distances& out) {
    out.direction = direction;
    out.roots.assign(roots.begin(), roots.end());
    out.routers = graph_.routers();
    out.stride = static_cast<std::uint32_t>((roots.size() + kLanes - 1) / kLanes * kLanes);
    out.rows.assign(std::size_t{out.routers} * out.stride, kInfinite);
    for (std::size_t column = 0; column < roots.size(); ++column) {
        search_.run(weights_, roots[column], direction, scratch_);
        for (std::uint32_t router = 0; router < out.routers; ++router) {
            out.rows[std::size_t{router} * out.stride + column] = scratch_.distance[router];
        }
    }
}

// By last_; a GPU that fails is left alone from then on.
void BatchEngine::run(std::span<const std::uint32_t> roots, Direction direction, Distances& out) {
    for (const std::uint32_t root : roots) {
        SL_CHECK(root < graph_.routers());
    }
    if (last_.engine == Engine::kCuda) {
        if (cuda_ == nullptr) {
            cuda_ = std::make_unique<CudaEngine>(sweep().contraction());
        }
        if (!cuda_is_current_) {
            cuda_->set_weights(sweep().contraction());
            cuda_is_current_ = true;
        }
        const Status done = cuda_->many(roots, direction, out);
        if (done) {
            return;
        }
        options_.uses_cuda = false;
        last_ = {Engine::kSweep, "asked for cuda: " + done.error().detail};
    }
    if (last_.engine == Engine::kSweep) {
        sweep().many(roots, direction, out);
    } else {
        run_single(roots, direction, out);
    }
}

// Kept trees under weights_, by the engine in last_, a block of roots at a time.
void BatchEngine::refresh(std::vector<ChangedRow>* rows) {
    trees_.store_weights(weights_);
    std::vector<std::uint32_t> roots;
    for (std::size_t first = 0; first < trees_.trees(); first += kBlock) {
        roots.clear();
        for (std::size_t tree = first; tree < std::min(first + kBlock, trees_.trees()); ++tree) {
            roots.push_back(trees_.root(tree));
        }
        run(roots, kept_direction_, block_);
        trees_.adopt(first, block_, rows);
    }
}

std::vector<ChangedRow> BatchEngine::set_weights(Weights weights) {
    SL_CHECK(weights.size() == graph_.links());
    weights_ = std::move(weights);
    for (std::uint32_t& weight : weights_) {
        weight = std::min(weight, kInfinite);
    }
    sweep_is_current_ = cuda_is_current_ = false;
    if (trees_.trees() == 0) {
        trees_.store_weights(weights_);
        return {};
    }
    last_ = choose_batch(trees_.trees());
    std::vector<ChangedRow> rows;
    refresh(&rows);
    return rows;
}

std::vector<ChangedRow> BatchEngine::apply(std::span<const WeightChange> changes) {
    for (const WeightChange& change : changes) {
        SL_CHECK(change.link < weights_.size());
        weights_[change.link] = std::min(change.weight, kInfinite);
    }
    sweep_is_current_ = cuda_is_current_ = false;
    last_ = choose_update(changes.size());
    if (last_.engine != Engine::kIncremental) {
        std::vector<ChangedRow> rows;
        refresh(&rows);
        return rows;
    }
    const std::span<const ChangedRow> rows = trees_.apply(changes);
    return {rows.begin(), rows.end()};
}

Status BatchEngine::keep(std::span<const std::uint32_t> roots, Direction direction) {
    const std::size_t each = std::size_t{graph_.routers()} * sizeof(std::uint32_t) + graph_.links() / 8 + 64;
    if (roots.size() * each > options_.kept_bytes) {
        return Error{Errc::kExhausted, std::to_string(roots.size()) + " trees of " + std::to_string(each) +
                                           " bytes are more than " + std::to_string(options_.kept_bytes)};
    }
    trees_.clear();
    kept_direction_ = direction;
    for (const std::uint32_t root : roots) {
        trees_.keep_unset(root, direction);
    }
    last_ = choose_batch(roots.size());
    refresh(nullptr);
    return {};
}

void BatchEngine::many_to_all(std::span<const std::uint32_t> roots, Direction direction, Distances& out) {
    last_ = choose_batch(roots.size());
    run(roots, direction, out);
}

Distances BatchEngine::many_to_all(std::span<const std::uint32_t> roots, Direction direction) {
    Distances out;
    many_to_all(roots, direction, out);
    return out;
}

std::size_t BatchEngine::memory() const {
    return weights_.size() * sizeof(std::uint32_t) + trees_.memory() +
           (sweep_ == nullptr ? 0 : sweep_->memory()) + block_.rows.capacity() * sizeof(std::uint32_t);
}

} // namespace suanlu::paths
