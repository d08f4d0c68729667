// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/library/path_library.hpp"

namespace suanlu::paths {

PathLibrary::PathLibrary(std::shared_ptr<const TopologyView> view, BatchOptions options)
    : graph_(std::move(view)), options_(std::move(options)) {
}

BatchEngine& PathLibrary::engine() {
    if (!engine_) {
        engine_ = std::make_unique<BatchEngine>(graph_, options_);
    }
    return *engine_;
}

Forwarding& PathLibrary::forwarding() {
    if (!forwarding_) {
        forwarding_ = std::make_unique<Forwarding>(graph_);
    }
    return *forwarding_;
}

std::vector<ChangedRow> PathLibrary::set_metrics(const MetricView& view) {
    return engine().set_weights(weights_of(graph_, view));
}

std::vector<ChangedRow> PathLibrary::apply(std::span<const WeightChange> changes) {
    return engine().apply(changes);
}

Status PathLibrary::keep(std::span<const std::uint32_t> roots, Direction direction) {
    return engine().keep(roots, direction);
}

Distances PathLibrary::many_to_all(std::span<const std::uint32_t> roots, Direction direction) {
    return engine().many_to_all(roots, direction);
}

const EngineRun& PathLibrary::last_engine() {
    return engine().last_engine();
}

Result<std::vector<FoundPath>> PathLibrary::path(const PathQuery& query) const {
    return find_paths(graph_, query);
}

Result<InterconnectedPaths> PathLibrary::path_by_layer(const PathQuery& query, const LayerRule& rule) const {
    return find_by_layer(graph_, query, rule);
}

Result<FoundChain> PathLibrary::chain(const ChainQuery& query) const {
    return find_chain(graph_, query);
}

Result<TransferSchedule> PathLibrary::transfer(const TransferQuery& query) const {
    return plan_transfer(graph_, query);
}

Result<Encoding> PathLibrary::encode(std::uint32_t from, const Walk& walk, const EncodeOptions& options) {
    return paths::encode(forwarding(), from, walk, options);
}

Result<WalkedList> PathLibrary::check(std::uint32_t from, std::span<const PathSegment> list,
                                      const WalkRules& rules) {
    return walk_list(forwarding(), from, list, rules);
}

RepairSet PathLibrary::protect(const Element& element, const ProtectOptions& options) {
    return paths::protect(forwarding(), element, options);
}

} // namespace suanlu::paths
