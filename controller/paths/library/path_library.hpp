// SPDX-License-Identifier: Apache-2.0
// The path engine as one object: a topology goes in, and trees, paths, segment lists, proofs and repairs come
// out. Parts are made on first use. Trees follow set_metrics() and apply(); paths, lists and repairs are
// asked of the topology itself, so that what is written down agrees with what the routers were told. A new
// topology version is a new library. Not for two threads at once. Pure.
#pragma once

#include "controller/paths/engine/batch_engine.hpp"
#include "controller/paths/query/chain.hpp"
#include "controller/paths/query/find_path.hpp"
#include "controller/paths/query/interconnection.hpp"
#include "controller/paths/query/transfer.hpp"
#include "controller/paths/segments/encode.hpp"
#include "controller/paths/segments/protect.hpp"
#include "controller/paths/segments/walk_list.hpp"

namespace suanlu::paths {

class PathLibrary {
public:
    explicit PathLibrary(std::shared_ptr<const TopologyView> view, BatchOptions options = {});
    PathLibrary(const PathLibrary&) = delete;
    PathLibrary& operator=(const PathLibrary&) = delete;

    [[nodiscard]] const Graph& graph() const { return graph_; }
    [[nodiscard]] const TopologyView& view() const { return graph_.view(); }

    // Trees.
    /// What the trees count from now on; the rows of kept trees that changed. The first call comes before any
    /// other of this part.
    std::vector<ChangedRow> set_metrics(const MetricView& view);
    /// Weights that differ from the topology's, e.g. fresh measurements or a link that went down.
    std::vector<ChangedRow> apply(std::span<const WeightChange> changes);
    /// Keeps the trees of these roots up to date under apply(). kExhausted: they need more than
    /// BatchOptions::kept_bytes.
    Status keep(std::span<const std::uint32_t> roots, Direction direction);
    Distances many_to_all(std::span<const std::uint32_t> roots, Direction direction);
    /// Which engine ran last, and why that one.
    [[nodiscard]] const EngineRun& last_engine();

    // Paths.
    [[nodiscard]] Result<std::vector<FoundPath>> path(const PathQuery& query) const;
    [[nodiscard]] Result<InterconnectedPaths> path_by_layer(const PathQuery& query,
                                                            const LayerRule& rule) const;
    [[nodiscard]] Result<FoundChain> chain(const ChainQuery& query) const;
    [[nodiscard]] Result<TransferSchedule> transfer(const TransferQuery& query) const;

    // Segment lists.
    Result<Encoding> encode(std::uint32_t from, const Walk& walk, const EncodeOptions& options = {});
    /// The checker's proof of a list.
    Result<WalkedList> check(std::uint32_t from, std::span<const PathSegment> list,
                             const WalkRules& rules = {});
    RepairSet protect(const Element& element, const ProtectOptions& options = {});
    /// What every router does with a destination.
    Forwarding& forwarding();

private:
    BatchEngine& engine();

    Graph graph_;
    BatchOptions options_;
    std::unique_ptr<BatchEngine> engine_;
    std::unique_ptr<Forwarding> forwarding_;
};

} // namespace suanlu::paths
