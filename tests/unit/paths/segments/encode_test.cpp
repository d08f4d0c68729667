// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/segments/encode.hpp"

#include <gtest/gtest.h>

#include "controller/paths/segments/walk_list.hpp"
#include "tests/unit/paths/segments/small_network.hpp"

namespace suanlu::paths::test {
namespace {

/// Fewest segments that pin a walk, found by offering every segment at every place to the checker.
std::size_t fewest_segments(Forwarding& forwarding, std::uint32_t from, const Walk& walk, bool ends_at_node) {
    const Graph& graph = forwarding.graph();
    const auto routers = graph.visited(from, walk);
    const auto fits = [&](std::size_t begin, std::size_t end, const PathSegment& segment) {
        const auto walked = walk_list(forwarding, routers[begin], std::span(&segment, 1));
        return walked && walked->is_single &&
               std::equal(walked->walk.begin(), walked->walk.end(), walk.begin() + static_cast<long>(begin),
                          walk.begin() + static_cast<long>(end));
    };
    std::vector<std::size_t> fewest(routers.size(), 1000); // to bring a packet there
    fewest[0] = 0;
    std::size_t ended = 1000;
    for (std::size_t begin = 0; begin < routers.size(); ++begin) {
        for (std::size_t end = begin; end < routers.size(); ++end) {
            const bool by_node = fits(begin, end, node_segment(graph.view(), routers[end]));
            const bool by_link =
                end == begin + 1 && fits(begin, end, adjacency_segment(graph.view(), walk[begin]));
            if (by_node || by_link) {
                fewest[end] = std::min(fewest[end], fewest[begin] + 1);
            }
            if (end + 1 == routers.size() && (by_node || (by_link && !ends_at_node))) {
                ended = std::min(ended, fewest[begin] + 1);
            }
        }
    }
    return ended;
}

EncodeOptions unlimited(bool has_function) {
    EncodeOptions options;
    options.max_segments = 200;
    options.has_function = has_function;
    options.packing.mode = ListMode::kSid;
    return options;
}

TEST(Encode, RandomWalks_ArePinnedWithTheFewestSegments) {
    std::mt19937 random(7);
    std::size_t with_adjacency = 0;
    std::size_t hops = 0;
    for (int round = 0; round < 250; ++round) {
        TopologyView view = random_network(random, 2 + random() % 7, false);
        for (Router& router : view.routers) {
            router.depths = {255, 255, 255, 255};
            router.is_overloaded = random() % 9 == 0;
        }
        const Graph graph = graph_of(view);
        Forwarding forwarding(graph);
        for (int pick = 0; pick < 12; ++pick) {
            const std::uint32_t from = random() % graph.routers();
            const Walk walk = random_walk(random, graph, from);
            const bool has_function = random() % 2 == 0;
            const auto encoding = encode(forwarding, from, walk, unlimited(has_function));
            ASSERT_TRUE(encoding.has_value()) << encoding.error().text();
            ASSERT_EQ(encoding->kind, EncodingKind::kPinned) << encoding->reason;
            const auto walked = walk_list(forwarding, from, encoding->segments);
            ASSERT_TRUE(walked.has_value());
            ASSERT_TRUE(walked->is_single);
            ASSERT_EQ(walked->walk, walk);
            ASSERT_EQ(encoding->segments.size(), fewest_segments(forwarding, from, walk, has_function))
                << to_text(graph.view(), encoding->segments);
            for (const PathSegment& segment : encoding->segments) {
                with_adjacency += segment.kind == SegmentKind::kAdjacency ? 1 : 0;
            }
            hops += walk.size();
        }
    }
    EXPECT_GT(with_adjacency, 500U);
    EXPECT_GT(hops, 3000U);
}

TEST(Encode, MetricZero_StillPinsEveryWalk) {
    std::mt19937 random(8);
    for (int round = 0; round < 150; ++round) {
        TopologyView view = random_network(random, 2 + random() % 6, true);
        for (Router& router : view.routers) {
            router.depths = {255, 255, 255, 255};
        }
        const Graph graph = graph_of(view);
        Forwarding forwarding(graph);
        for (int pick = 0; pick < 10; ++pick) {
            const std::uint32_t from = random() % graph.routers();
            const Walk walk = random_walk(random, graph, from);
            const auto encoding = encode(forwarding, from, walk, unlimited(true));
            ASSERT_TRUE(encoding.has_value()) << encoding.error().text();
            const auto walked = walk_list(forwarding, from, encoding->segments);
            ASSERT_TRUE(walked.has_value()) << walked.error().text();
            ASSERT_EQ(walked->walk, walk);
            ASSERT_GE(encoding->segments.size(), fewest_segments(forwarding, from, walk, true));
        }
    }
}

TEST(Encode, ListText_NamesNodesAndAdjacencies) {
    // R0-R1 has a cheaper parallel link, so the dear one needs its own SID.
    const Graph graph = graph_of(both_ways(3, {{0, 1, 1, 5}, {0, 1, 7, 2}, {1, 2, 1, 3}}));
    Forwarding forwarding(graph);
    const Walk walk{link_between(graph, 0, 1) + 1, link_between(graph, 1, 2)};
    const auto encoding = encode(forwarding, 0, walk);
    ASSERT_TRUE(encoding.has_value());
    EXPECT_EQ(to_text(graph.view(), encoding->segments), "R0>R1, R2");
    EXPECT_EQ(encoding->shortest_delay, 5U);
    EXPECT_EQ(encoding->longest_delay, 5U);
    EXPECT_EQ(encoding->links, walk);
    EXPECT_EQ(encoding->ids, (std::vector<std::uint16_t>{graph.link(walk[0]).adjacency_usid, 3}));
    EXPECT_EQ(encoding->reason, "");
}

TEST(Encode, LastHopByAdjacency_IsFollowedByTheNodeOnlyForAFunction) {
    const Graph graph = graph_of(both_ways(2, {{0, 1, 1, 5}, {0, 1, 7, 2}}));
    Forwarding forwarding(graph);
    const Walk walk{link_between(graph, 0, 1) + 1};
    EXPECT_EQ(to_text(graph.view(), encode(forwarding, 0, walk)->segments), "R0>R1, R1");
    EncodeOptions options;
    options.has_function = false;
    EXPECT_EQ(to_text(graph.view(), encode(forwarding, 0, walk, options)->segments), "R0>R1");
    EXPECT_EQ(to_text(graph.view(), encode(forwarding, 0, {}, options)->segments), "R0");
}

TEST(Encode, WalkThatComesBack_IsPinned) {
    // A chain: to R2 for a function there, and back to R1.
    const Graph graph = graph_of(both_ways(3, {{0, 1, 1, 5}, {1, 2, 1, 3}}));
    Forwarding forwarding(graph);
    const auto encoding = encode(forwarding, 0, walk_over(graph, {0, 1, 2, 1}));
    ASSERT_TRUE(encoding.has_value()) << encoding.error().text();
    EXPECT_EQ(to_text(graph.view(), encoding->segments), "R2, R1");
}

TEST(Encode, HopWithoutAdjacencySid_IsRefusedByName) {
    TopologyView view = both_ways(2, {{0, 1, 1, 5}, {0, 1, 7, 2}});
    for (TopologyLink& link : view.links) {
        link.adjacency_usid = 0;
    }
    const Graph graph = graph_of(view);
    Forwarding forwarding(graph);
    EncodeOptions options;
    options.delay_bound = 3;
    const auto refused = encode(forwarding, 0, {link_between(graph, 0, 1) + 1}, options);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::kUnsupported);
    EXPECT_NE(refused.error().detail.find("R0>R1"), std::string::npos) << refused.error().detail;
    options.delay_bound = 5;
    EXPECT_EQ(encode(forwarding, 0, {link_between(graph, 0, 1) + 1}, options)->kind, EncodingKind::kLoose);
}

TEST(Encode, LinkThatFailed_IsRefused) {
    const Graph graph = graph_of(both_ways(2, {{0, 1, 1, 5}}));
    const Walk walk{link_between(graph, 0, 1)};
    Forwarding forwarding(graph, {walk, {}});
    EXPECT_EQ(encode(forwarding, 0, walk).error().code, Errc::kBadInput);
}

} // namespace
} // namespace suanlu::paths::test
