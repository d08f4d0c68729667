// SPDX-License-Identifier: Apache-2.0
// Shortest distances by other people's code, Boost.Graph and LEMON, to compare ours with. They count in 64
// bits; what is farther than kFarthest is reported as kInfinite, as our engines do. Pure.
#pragma once

#include "controller/paths/graph/tree.hpp"

namespace suanlu::paths {

/// By router.
std::vector<std::uint32_t> boost_distances(const Graph& graph, const Weights& weights, std::uint32_t root,
                                           Direction direction);

/// The same; empty when the build has no LEMON.
std::vector<std::uint32_t> lemon_distances(const Graph& graph, const Weights& weights, std::uint32_t root,
                                           Direction direction);

} // namespace suanlu::paths
