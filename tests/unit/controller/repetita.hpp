// SPDX-License-Identifier: Apache-2.0
// Reads a REPETITA .graph file for tests: nodes become routers R0.., the IGP weight and the delay are kept.
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "controller/topology/topology.hpp"

namespace suanlu::test {

inline Router make_router(std::size_t n) {
    Router r;
    r.name = "R" + std::to_string(n);
    r.locator = {*Ip6::parse("fc00::"), 48};
    r.locator.address.bytes[4] = static_cast<std::uint8_t>((n + 1) >> 8);
    r.locator.address.bytes[5] = static_cast<std::uint8_t>(n + 1);
    r.is_ingress = true;
    return r;
}

/// An empty topology when the file cannot be read.
inline Topology read_repetita(const std::string& path) {
    std::ifstream in(path);
    std::string line;
    std::vector<Router> routers;
    std::vector<LinkState> links;
    bool in_edges = false;
    while (std::getline(in, line)) {
        std::istringstream fields(line);
        std::string label;
        fields >> label;
        if (label == "EDGES") {
            in_edges = true;
        } else if (!in_edges && !label.empty() && label != "NODES" && label != "label") {
            routers.push_back(make_router(routers.size()));
        } else if (in_edges && !label.empty() && label != "label") {
            std::size_t from = 0;
            std::size_t to = 0;
            double weight = 0;
            double bandwidth = 0;
            double delay = 0;
            fields >> from >> to >> weight >> bandwidth >> delay;
            LinkState link;
            link.from = "R" + std::to_string(from);
            link.to = "R" + std::to_string(to);
            link.igp_metric = static_cast<std::uint32_t>(weight);
            link.delay = Microseconds{static_cast<std::uint32_t>(delay) + 1};
            links.push_back(link);
        }
    }
    Topology topology(std::move(routers), {}, {1500}, std::chrono::seconds(10));
    topology.set_static(std::move(links));
    return topology;
}

} // namespace suanlu::test
