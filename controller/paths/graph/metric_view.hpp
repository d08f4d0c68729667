// SPDX-License-Identifier: Apache-2.0
// One way of looking at the links of a graph: which metric counts and which links and routers take part. A
// Flex-Algo (RFC 9350) is such a view. Pure.
#pragma once

#include <vector>

#include "controller/paths/graph/graph.hpp"

namespace suanlu::paths {

/// By link; kInfinite = the link does not take part.
using Weights = std::vector<std::uint32_t>;

struct MetricView {
    Metric metric = Metric::kDelay;
    AffinityRule affinity;
    std::vector<std::uint32_t> exclude_srlgs; ///< ascending
    /// Only routers with a locator for it take part; 0 = all.
    std::uint8_t algorithm = 0;
    /// Overloaded routers carry nothing through (the view then keeps links that enter them, none that leave).
    /// A search that starts at one looks at Graph::link itself.
    bool respects_overload = true;

    bool operator==(const MetricView&) const = default;
    /// The view that a Flex-Algo's definition describes.
    static MetricView of(const FlexAlgorithm& definition);
};

/// The number a link has in a metric; kInfinite when nobody told it, when it is farther than kFarthest, or
/// when an IGP metric is kUnusableMetric. kTe falls back to the IGP metric (RFC 5305 section 3.7), kDelayMin
/// and kDelayMax to the average.
std::uint32_t metric_of(const TopologyLink& link, Metric metric);

/// Weights of every link of the graph under a view. Links that leave an overloaded router are unusable except
/// for `sources`, which may send what is their own.
Weights weights_of(const Graph& graph, const MetricView& view, std::span<const std::uint32_t> sources = {});

} // namespace suanlu::paths
