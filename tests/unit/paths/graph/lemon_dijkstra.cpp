// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/paths/graph/lemon_dijkstra.hpp"

#include <limits>

#include <lemon/dijkstra.h>
#include <lemon/smart_graph.h>

std::vector<std::uint64_t> lemon_dijkstra(std::uint32_t routers, const std::vector<std::uint32_t>& from,
                                          const std::vector<std::uint32_t>& to,
                                          const std::vector<std::uint64_t>& weights, std::uint32_t root) {
    lemon::SmartDigraph graph;
    std::vector<lemon::SmartDigraph::Node> nodes;
    for (std::uint32_t router = 0; router < routers; ++router) {
        nodes.push_back(graph.addNode());
    }
    lemon::SmartDigraph::ArcMap<std::uint64_t> lengths(graph);
    for (std::size_t link = 0; link < from.size(); ++link) {
        lengths[graph.addArc(nodes[from[link]], nodes[to[link]])] = weights[link];
    }
    lemon::Dijkstra<lemon::SmartDigraph, lemon::SmartDigraph::ArcMap<std::uint64_t>> dijkstra(graph, lengths);
    dijkstra.run(nodes[root]);
    std::vector<std::uint64_t> out;
    for (const auto& node : nodes) {
        out.push_back(dijkstra.reached(node) ? dijkstra.dist(node)
                                             : std::numeric_limits<std::uint64_t>::max());
    }
    return out;
}
