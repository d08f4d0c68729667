// SPDX-License-Identifier: Apache-2.0
// The networks that the path benchmark runs on: made up ones by name, published ones from the data folder.
#pragma once

#include <optional>
#include <random>
#include <string>

#include "controller/paths/graph/metric_view.hpp"
#include "tests/bench/paths/boost_peer.hpp"

namespace suanlu::bench {

struct Network {
    explicit Network(std::shared_ptr<const TopologyView> view, const paths::MetricView& metric = {})
        : graph(std::move(view)), weights(paths::weights_of(graph, metric)) {}

    paths::Graph graph;
    paths::Weights weights;

    [[nodiscard]] BoostPeer peer() const;
    [[nodiscard]] std::vector<std::uint32_t> roots(std::size_t count) const;
};

/// "hier10k", "hier100k", "ba10k"; "rf1239" (IGP metric) and "caida" (weights drawn) from `data`. Absent when
/// a file is: why is printed on stderr.
std::optional<Network> network(const std::string& name, const std::string& data);

/// Files of the Topology Zoo and of Rocketfuel: REPETITA's and Rocketfuel's own.
std::vector<std::string> carrier_files(const std::string& data);

} // namespace suanlu::bench
