// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/bounds.hpp"

#include <gtest/gtest.h>

#include "tests/unit/paths/query/small_network.hpp"

namespace suanlu::paths {
namespace {

// R0 > R1 > R2, one way; each test changes what it is about.
TopologyView line() {
    return sketch(3, {{0, 1, 1, 10}, {1, 2, 1, 20}}, true);
}

bool is_admitted(TopologyView view, const Bounds& bounds, std::uint32_t link = 0) {
    return admits(graph_of(std::move(view)), bounds, 0, 2, link);
}

TEST(LegalArea, OfTheLinkElseOfBothRouters) {
    Bounds bounds;
    bounds.legal_areas = {"CN-GD", "MO"};
    const auto with = [&](const char* near, const char* far, const char* own) {
        TopologyView view = line();
        view.routers[0].legal_area = near;
        view.routers[1].legal_area = far;
        view.links[0].legal_area = own;
        return is_admitted(std::move(view), bounds);
    };
    EXPECT_TRUE(with("CN-GD", "MO", ""));
    EXPECT_TRUE(with("", "", "CN-GD"));
    EXPECT_TRUE(with("", "MO", "CN-GD"));
    EXPECT_FALSE(with("", "", "")) << "unknown is not admitted";
    EXPECT_FALSE(with("CN-GD", "", ""));
    EXPECT_FALSE(with("CN-GD", "CN-GD", "HK"));
    EXPECT_FALSE(with("CN-GD", "HK", "CN-GD")) << "a router known to lie elsewhere";
}

TEST(Protection, LinksAndTransitRouters_WeakestFirst) {
    TopologyView view = line();
    view.links[0].protection = Protection::kMacsec;
    Bounds bounds;
    bounds.protection = Protection::kIpsec;
    EXPECT_TRUE(is_admitted(view, bounds));
    bounds.protection = Protection::kOtnsec;
    EXPECT_FALSE(is_admitted(view, bounds));
    bounds = {};
    bounds.transit_protection = Protection::kIpsec;
    EXPECT_FALSE(is_admitted(view, bounds, 0)) << "R1 is passed";
    view.routers[1].protection = Protection::kIpsec;
    EXPECT_TRUE(is_admitted(view, bounds, 0)) << "the ends are not asked";
    EXPECT_TRUE(is_admitted(view, bounds, 1));
}

TEST(Bandwidth, AvailableBeforeNominal_UnknownNotAdmitted) {
    Bounds bounds;
    bounds.min_bandwidth = BytesPerSecond{100};
    TopologyView view = line();
    EXPECT_FALSE(is_admitted(view, bounds));
    view.links[0].bandwidth = BytesPerSecond{100};
    EXPECT_TRUE(is_admitted(view, bounds));
    view.links[0].available = BytesPerSecond{99};
    EXPECT_FALSE(is_admitted(view, bounds));
}

TEST(LinkBounds, AffinityLayerAndExclusions) {
    TopologyView view = line();
    view.links[0].affinity = 0b101;
    view.links[0].srlgs = {3, 9};
    Bounds bounds;
    bounds.affinity = {0b001, 0b100, 0b010};
    EXPECT_TRUE(is_admitted(view, bounds));
    bounds.affinity.exclude_any = 0b100;
    EXPECT_FALSE(is_admitted(view, bounds));
    bounds = {};
    bounds.layers = {LinkLayer::kUnknown, LinkLayer::kOtn};
    EXPECT_FALSE(is_admitted(view, bounds)) << "an unknown layer cannot be asked for";
    view.links[0].layer = LinkLayer::kOtn;
    EXPECT_TRUE(is_admitted(view, bounds));
    Bounds link, router, end, group;
    link.exclude_links = {0};
    router.exclude_routers = {1};
    end.exclude_routers = {0};
    group.exclude_srlgs = {1, 9};
    for (const Bounds& excluded : {link, router, end, group}) {
        Bound culprit{};
        EXPECT_FALSE(admits(graph_of(view), excluded, 0, 2, 0, &culprit));
        EXPECT_EQ(culprit, Bound::kExcluded);
    }
}

TEST(CheckWalk, SumTooLarge_SaysByHowMuch) {
    const Graph graph = graph_of(line());
    Bounds bounds;
    bounds.max_delay = Microseconds{29};
    EXPECT_EQ(check_walk(graph, bounds, 0, {0, 1}).error().detail, "delay is 30 us, the bound 29 us");
    bounds.max_delay = Microseconds{30};
    EXPECT_TRUE(check_walk(graph, bounds, 0, {0, 1}));
    bounds.max_loss_ppm = 5;
    EXPECT_EQ(check_walk(graph, bounds, 0, {0, 1}).error().detail, "the bound on loss does not admit R0>R1");
}

TEST(Bounds, OnlyAndWithout_AreEachOthersRest) {
    std::mt19937 random(5);
    const Graph graph = graph_of(random_view(random, 5, 10));
    for (int round = 0; round < 200; ++round) {
        const Bounds bounds = random_bounds(random, graph);
        Weights together(graph.links(), 1), one_by_one(graph.links(), 1);
        mask(graph, bounds, 0, 4, together);
        for (std::uint8_t kind = 0; kind < kBoundKinds; ++kind) {
            mask(graph, only(bounds, static_cast<Bound>(kind)), 0, 4, one_by_one);
            EXPECT_EQ(only(without(bounds, static_cast<Bound>(kind)), static_cast<Bound>(kind)), Bounds{});
        }
        EXPECT_EQ(together, one_by_one);
    }
}

TEST(Survival, ComposesTheLossOfLinks) {
    EXPECT_EQ(loss_ppm_of(over_link(over_link(kAllArrive, 1'000), 1'000)), 1'999U);
    EXPECT_EQ(loss_ppm_of(over_link(kAllArrive, 1'000'000)), 1'000'000U);
    EXPECT_EQ(loss_ppm_of(over_link(kAllArrive, 4'000'000'000U)), 1'000'000U);
    EXPECT_EQ(loss_ppm_of(kAllArrive), 0U);
    Survival survival = kAllArrive;
    for (int link = 0; link < 1000; ++link) {
        survival = over_link(survival, 1);
    }
    EXPECT_EQ(loss_ppm_of(survival), 1'000U); // 1 - (1 - 1e-6)^1000 = 999.5 ppm
}

} // namespace
} // namespace suanlu::paths
