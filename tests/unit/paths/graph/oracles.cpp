// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/paths/graph/oracles.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>

#ifdef SL_LEMON
#include "tests/unit/paths/graph/lemon_dijkstra.hpp"
#endif

namespace suanlu::paths {

namespace {

std::vector<std::uint32_t> clamped(const std::vector<std::uint64_t>& distances) {
    std::vector<std::uint32_t> out;
    for (const std::uint64_t distance : distances) {
        out.push_back(distance > kFarthest ? kInfinite : static_cast<std::uint32_t>(distance));
    }
    return out;
}

// The usable links, in the direction that the search goes.
struct Arcs {
    std::vector<std::uint32_t> from, to;
    std::vector<std::uint64_t> weights;

    Arcs(const Graph& graph, const Weights& link_weights, Direction direction) {
        for (std::uint32_t link = 0; link < graph.links(); ++link) {
            if (link_weights[link] < kInfinite) {
                from.push_back(direction == Direction::kFrom ? graph.from(link) : graph.to(link));
                to.push_back(direction == Direction::kFrom ? graph.to(link) : graph.from(link));
                weights.push_back(link_weights[link]);
            }
        }
    }
};

} // namespace

std::vector<std::uint32_t> boost_distances(const Graph& graph, const Weights& weights, std::uint32_t root,
                                           Direction direction) {
    using Weight = boost::property<boost::edge_weight_t, std::uint64_t>;
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, Weight> routers(
        graph.routers());
    const Arcs arcs(graph, weights, direction);
    for (std::size_t i = 0; i < arcs.from.size(); ++i) {
        boost::add_edge(arcs.from[i], arcs.to[i], Weight(arcs.weights[i]), routers);
    }
    std::vector<std::uint64_t> distances(graph.routers());
    boost::dijkstra_shortest_paths(routers, root,
                                   boost::distance_map(boost::make_iterator_property_map(
                                       distances.begin(), boost::get(boost::vertex_index, routers))));
    return clamped(distances);
}

std::vector<std::uint32_t> lemon_distances([[maybe_unused]] const Graph& graph,
                                           [[maybe_unused]] const Weights& weights,
                                           [[maybe_unused]] std::uint32_t root,
                                           [[maybe_unused]] Direction direction) {
#ifdef SL_LEMON
    const Arcs arcs(graph, weights, direction);
    return clamped(lemon_dijkstra(graph.routers(), arcs.from, arcs.to, arcs.weights, root));
#else
    return {};
#endif
}

} // namespace suanlu::paths
