// SPDX-License-Identifier: Apache-2.0
// Networks and sites for the tests of paths: routers R0, R1, ... as repetita.hpp makes them.
#pragma once

#include <memory>

#include "controller/paths/site_paths.hpp"
#include "tests/unit/controller/repetita.hpp"

namespace suanlu::test {

inline const Prefix6 kBlock = *Prefix6::parse("fc00:0::/32");

/// A network and what its routers do; shared because both refer to each other.
struct Network {
    explicit Network(std::shared_ptr<const TopologyView> view) : graph(std::move(view)), forwarding(graph) {}

    paths::Graph graph;
    paths::Forwarding forwarding;
};
using Net = std::unique_ptr<Network>;

inline LinkState link(std::size_t from, std::size_t to, std::uint32_t delay, std::uint32_t metric = 10) {
    LinkState l;
    l.from = "R" + std::to_string(from);
    l.to = "R" + std::to_string(to);
    l.delay = Microseconds{delay};
    l.igp_metric = metric;
    return l;
}

struct Edge {
    std::size_t a;
    std::size_t b;
    std::uint32_t delay;
};

inline Net make_net(std::size_t routers, const std::vector<Edge>& edges) {
    std::vector<Router> all;
    for (std::size_t n = 0; n < routers; ++n) {
        all.push_back(make_router(n));
    }
    Topology topology(std::move(all), {}, {2000}, std::chrono::seconds(10));
    std::vector<LinkState> links;
    for (const Edge& e : edges) {
        links.push_back(link(e.a, e.b, e.delay));
        links.push_back(link(e.b, e.a, e.delay));
    }
    topology.set_static(std::move(links));
    return std::make_unique<Network>(topology.view());
}

inline Attachment attachment(std::size_t egress) {
    Attachment a;
    a.egress = "R" + std::to_string(egress);
    a.sid6 = make_router(egress).locator.address;
    a.sid6.bytes[6] = 0xf0;
    a.sid6.bytes[7] = 0x06;
    a.delay = {100};
    a.mtu = {1500};
    return a;
}

inline Site site_at(std::vector<std::size_t> egresses) {
    Site s;
    s.id = {7};
    s.name = "mec";
    for (const std::size_t egress : egresses) {
        s.attachments.push_back(attachment(egress));
    }
    return s;
}

/// The smart-security core: R0 = ingress, R1..R3 = P1..P3, R4 and R5 = egresses of one site.
inline std::vector<Edge> lab_edges() {
    return {{0, 1, 500}, {0, 2, 2000}, {1, 2, 1000}, {1, 3, 1500}, {2, 3, 1000},
            {4, 1, 300}, {4, 2, 1200}, {5, 2, 800},  {5, 1, 900}};
}

} // namespace suanlu::test
