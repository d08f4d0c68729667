// SPDX-License-Identifier: Apache-2.0
// Networks small enough to try every path, and the trying: the oracle of the query tests.
#pragma once

#include <functional>
#include <random>

#include "controller/paths/query/find_path.hpp"

namespace suanlu::paths {

struct LinkSketch {
    std::uint32_t from, to, metric;
    std::uint32_t delay = 1;
};

/// Routers R0, R1, ...; links in both directions unless `one_way`.
TopologyView sketch(std::uint32_t routers, std::vector<LinkSketch> links, bool one_way = false);
Graph graph_of(TopologyView view);

/// Parallel links, self loops, zero and infinite weights, one-way links, parts out of reach, unknown figures.
TopologyView random_view(std::mt19937& random, std::uint32_t routers, std::uint32_t links);
/// Each kind of bound sometimes.
Bounds random_bounds(std::mt19937& random, const Graph& graph);

std::uint64_t cost_of(const Weights& weights, const Walk& walk);
/// Every walk without a router twice, of finite cost.
std::vector<Walk> all_walks(const Graph& graph, const Weights& weights, std::uint32_t from, std::uint32_t to);
/// Those within the bounds, by cost.
std::vector<Walk> walks_within(const Graph& graph, const PathQuery& query);

} // namespace suanlu::paths
