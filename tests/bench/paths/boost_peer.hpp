// SPDX-License-Identifier: Apache-2.0
// The peer: Boost.Graph's dijkstra_shortest_paths on compressed_sparse_row_graph, as its documentation has it
// (distances only, default colour map and heap). In a file of its own, compiled with -O3, so that our flags
// neither help nor hurt it.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace suanlu::bench {

class BoostPeer {
public:
    /// `links` sorted by their first router; weights in the same order.
    BoostPeer(std::uint32_t routers, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& links,
              const std::vector<std::uint32_t>& weights);
    ~BoostPeer();

    /// Distances from a root, by router; what was not reached is the largest number there is. Valid until the
    /// next run.
    const std::vector<std::uint32_t>& run(std::uint32_t root);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace suanlu::bench
