// SPDX-License-Identifier: Apache-2.0
// Whatever paths are given out, on networks that fail at random and on real ones, is proven.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>

#include "tests/unit/controller/path_network.hpp"

namespace suanlu {
namespace {

using test::Edge, test::kBlock, test::lab_edges, test::make_net, test::Net, test::Network, test::site_at;

/// Random failures: whatever is given out is proven on the network as it then is, and uses no failed link.
TEST(SitePaths, LinksFailAtRandom_OnlyProvenPathsComeOut) {
    std::mt19937 random(13);
    const Site site = site_at({4, 5});
    std::vector<PathPlan> previous;
    for (int round = 0; round < 200; ++round) {
        auto edges = lab_edges();
        std::erase_if(edges, [&](const Edge&) { return random() % 5 == 0; });
        const Net net = make_net(6, edges);
        const auto paths = compile_site_paths(net->forwarding, {&site, "R0", kBlock, previous});
        if (!paths) {
            continue;
        }
        std::set<std::uint32_t> ids;
        for (const PathPlan& path : *paths) {
            EXPECT_TRUE(check_path(net->forwarding, "R0", path));
            EXPECT_TRUE(ids.insert(path.id.value).second) << "an id twice";
            EXPECT_EQ(site_of(path.id), site.id);
        }
        previous = *paths;
    }
}

std::filesystem::path real_data() {
    const char* configured = std::getenv("SUANLU_DATA");
    return configured != nullptr ? configured : "../shared/data";
}

/// Pairs that got a path; every path is proven, and no faster than the fastest way.
std::size_t prove_from(const Net& net, std::size_t ingress) {
    std::size_t pairs = 0;
    const paths::Tree fastest = paths::shortest_tree(net->graph, paths::weights_of(net->graph, {}),
                                                     static_cast<std::uint32_t>(ingress));
    const std::string name = "R" + std::to_string(ingress);
    for (std::size_t egress = 0; egress < net->graph.routers(); ++egress) {
        const Site site = site_at({egress});
        const auto paths = compile_site_paths(net->forwarding, {&site, name, kBlock, {}});
        if (!paths) {
            EXPECT_FALSE(paths.error().detail.empty());
            continue; // ingress itself, or it needs an adjacency SID: the reason is in the error
        }
        ++pairs;
        for (const PathPlan& path : *paths) {
            const Status proof = check_path(net->forwarding, name, path);
            EXPECT_TRUE(proof) << path.segments.text() << ": " << (proof ? "" : proof.error().detail);
            EXPECT_GE(path.delay.value, fastest.distance[egress] + 100);
        }
    }
    return pairs;
}

TEST(SitePaths, RealTopologies_EveryPairIsProven) {
    for (const char* name : {"Abilene", "Cernet", "AttMpls", "Chinanet", "Geant2012", "Uninett2010"}) {
        const auto file = real_data() / "topologies/repetita" / (std::string(name) + ".graph");
        if (!std::filesystem::exists(file)) {
            GTEST_SKIP() << "no test data at " << file << " (set SUANLU_DATA)";
        }
        const Net net = std::make_unique<Network>(test::read_repetita(file).view());
        std::size_t pairs = 0;
        for (std::size_t ingress = 0; ingress < net->graph.routers(); ++ingress) {
            pairs += prove_from(net, ingress);
        }
        const std::size_t all = net->graph.routers() * (net->graph.routers() - 1);
        EXPECT_GT(pairs, all * 9 / 10) << name << ": of " << all;
    }
}

TEST(SitePaths, LargeRealTopologies_SomeIngressesAreProven) {
    for (const char* name : {"GtsCe", "Cogentco", "rf1239_real_hard"}) {
        const auto file = real_data() / "topologies/repetita" / (std::string(name) + ".graph");
        if (!std::filesystem::exists(file)) {
            GTEST_SKIP() << "no test data at " << file << " (set SUANLU_DATA)";
        }
        const Net net = std::make_unique<Network>(test::read_repetita(file).view());
        EXPECT_GT(prove_from(net, 0) + prove_from(net, net->graph.routers() / 2), net->graph.routers())
            << name;
    }
}

} // namespace
} // namespace suanlu
