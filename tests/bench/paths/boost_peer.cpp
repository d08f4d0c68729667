// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/paths/boost_peer.hpp"

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>

namespace suanlu::bench {

namespace {

struct Road {
    std::uint32_t weight;
};
using BoostGraph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, Road>;

} // namespace

struct BoostPeer::State {
    BoostGraph graph;
    std::vector<std::uint32_t> distance;
};

BoostPeer::BoostPeer(std::uint32_t routers, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& links,
                     const std::vector<std::uint32_t>& weights) {
    std::vector<Road> roads;
    for (const std::uint32_t weight : weights) {
        roads.push_back({weight});
    }
    state_ = std::make_unique<State>(
        State{BoostGraph(boost::edges_are_sorted, links.begin(), links.end(), roads.begin(), routers), {}});
    state_->distance.resize(routers);
}

BoostPeer::~BoostPeer() = default;

const std::vector<std::uint32_t>& BoostPeer::run(std::uint32_t root) {
    const BoostGraph& graph = state_->graph;
    boost::dijkstra_shortest_paths(
        graph, root,
        boost::weight_map(boost::get(&Road::weight, graph))
            .distance_map(boost::make_iterator_property_map(state_->distance.begin(),
                                                            boost::get(boost::vertex_index, graph))));
    return state_->distance;
}

} // namespace suanlu::bench
