// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/interconnection.hpp"

#include <gtest/gtest.h>

#include "tests/unit/paths/query/small_network.hpp"

namespace suanlu::paths {
namespace {

using Layers = std::vector<LinkLayer>;
constexpr LinkLayer kOtn = LinkLayer::kOtn, kIp = LinkLayer::kIpPrivate, kNet = LinkLayer::kInternet;

TEST(LayerRule, PairOfSites_OrdersTheLayers) {
    EXPECT_EQ(layer_rule(SiteRole::kHub, SiteRole::kHub, {}).order, (Layers{kOtn, kIp, kNet}));
    EXPECT_EQ(layer_rule(SiteRole::kHub, SiteRole::kEdge, {}).order, (Layers{kIp, kOtn, kNet}));
    EXPECT_EQ(layer_rule(SiteRole::kEdge, SiteRole::kEdge, {}).order, (Layers{kIp, kOtn, kNet}));
    EXPECT_EQ(layer_rule(SiteRole::kHub, SiteRole::kHub, {}).name, "5.2 hub-hub: OTN, IP private, Internet");
}

TEST(LayerRule, ClassOfTraffic_ComesFirst) {
    const auto order = [](SiteRole a, SiteRole b, bool high, bool need) {
        return layer_rule(a, b, TrafficClass{high, need}).order;
    };
    EXPECT_EQ(order(SiteRole::kEdge, SiteRole::kEdge, true, true), (Layers{kOtn, kIp, kNet}));
    EXPECT_EQ(order(SiteRole::kHub, SiteRole::kHub, false, true), (Layers{kIp, kOtn, kNet}));
    EXPECT_EQ(order(SiteRole::kHub, SiteRole::kHub, true, false), (Layers{kNet, kOtn, kIp}));
    EXPECT_EQ(order(SiteRole::kHub, SiteRole::kEdge, false, false), (Layers{kNet, kIp, kOtn}));
}

Graph two_layers() {
    TopologyView view = sketch(2, {{0, 1, 1, 100}, {0, 1, 5, 900}}, true);
    view.links[0].layer = LinkLayer::kInternet;
    view.links[1].layer = LinkLayer::kOtn;
    return graph_of(std::move(view));
}

TEST(FindByLayer, WantedLayerHasAPath_TakenThoughDearer) {
    const Graph graph = two_layers();
    PathQuery query;
    query.to = 1;
    const auto found = find_by_layer(graph, query, layer_rule(SiteRole::kHub, SiteRole::kHub, {}));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->layers, Layers{kOtn});
    EXPECT_EQ(found->paths.front().measures.delay, Microseconds{900});
    EXPECT_TRUE(found->passed_over.empty());
}

TEST(FindByLayer, WantedLayerTooSlow_PassedOverWithTheReason) {
    const Graph graph = two_layers();
    PathQuery query;
    query.to = 1;
    query.bounds.max_delay = Microseconds{500};
    const auto found = find_by_layer(graph, query, layer_rule(SiteRole::kHub, SiteRole::kHub, {}));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->layers, (Layers{kOtn, kIp, kNet}));
    ASSERT_EQ(found->passed_over.size(), 2U);
    EXPECT_NE(found->passed_over[0].reason.detail.find("the least is 900 us"), std::string::npos);
}

TEST(FindByLayer, NoStepHasAPath_ListsEveryReason) {
    const Graph graph = two_layers();
    PathQuery query;
    query.to = 1;
    query.bounds.layers = {kOtn, kIp};
    query.bounds.max_delay = Microseconds{500};
    const auto found = find_by_layer(graph, query, layer_rule(SiteRole::kEdge, SiteRole::kEdge, {}));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::kRefused);
    for (const char* part : {"5.2 edge-edge", "IP private: ", "the least is 900 us", "Internet: left out"}) {
        EXPECT_NE(found.error().detail.find(part), std::string::npos)
            << part << " in " << found.error().detail;
    }
}

} // namespace
} // namespace suanlu::paths
