// SPDX-License-Identifier: Apache-2.0
// Networks made up for benchmarks and tests, the same on every machine for one seed.
//   hierarchical  a carrier: routers/200 cores on a plane (a ring, their nearest neighbours, chords),
//   routers/10
//                 aggregation routers homed to two cores, the rest access: dual-homed, chained, with local
//                 laterals. Degree about 5, delays 5..15000 us by distance and tier.
//   preferential  Barabasi-Albert: each router joins `links_each` others in proportion to their degree. No
//   hierarchy
//                 to exploit: the worst case of the contraction. Weights log-uniform in 10..10000.
// Router numbers of the carrier show its tiers; shuffled() hides them, as a file's order would. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "controller/topology/network.hpp"

namespace suanlu::bench {

/// Usable in both directions with the same weight.
struct Edge {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::uint32_t weight = 0;
};

struct EdgeList {
    std::uint32_t routers = 0;
    std::vector<Edge> edges;
};

EdgeList hierarchical(std::uint32_t routers, std::uint32_t seed);
EdgeList preferential(std::uint32_t routers, std::uint32_t links_each, std::uint32_t seed);

/// Routers renumbered and edges reordered at random.
EdgeList shuffled(EdgeList list, std::uint32_t seed);

/// Weights drawn again, log-uniform in 10..10000, for lists that come without any.
EdgeList reweighted(EdgeList list, std::uint32_t seed);

/// Two links per edge, its weight as IGP metric and as delay. Routers are called "r0", "r1", ...
std::shared_ptr<const TopologyView> view_of(const EdgeList& list);

} // namespace suanlu::bench
