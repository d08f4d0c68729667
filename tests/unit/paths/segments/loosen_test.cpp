// SPDX-License-Identifier: Apache-2.0
// The rungs below pinning: loose, Flex-Algo, binding, refusal.
#include <gtest/gtest.h>

#include "controller/paths/segments/encode.hpp"
#include "controller/paths/segments/walk_list.hpp"
#include "tests/unit/paths/segments/small_network.hpp"

namespace suanlu::paths::test {
namespace {

/// A ladder of four squares: R0-R1-R2-R3-R4 above with delay 10 a hop, R5..R8 the equal-cost ways round
/// with 12.
TopologyView ladder() {
    std::vector<Line> lines;
    for (std::uint32_t hop = 0; hop < 4; ++hop) {
        lines.push_back({hop, hop + 1, 2, 10});
        lines.push_back({hop, 5 + hop, 1, 6});
        lines.push_back({5 + hop, hop + 1, 1, 6});
    }
    return both_ways(9, lines);
}

void set_algorithm(TopologyView& view) {
    FlexAlgorithm low_delay;
    low_delay.algorithm = 128;
    low_delay.metric = Metric::kDelayMin;
    view.algorithms = {low_delay};
    for (std::size_t router = 0; router < view.routers.size(); ++router) {
        Prefix6 locator = view.routers[router].locator;
        locator.address.bytes[4] = 1; // node ids 0x101..
        view.routers[router].algorithms.push_back({128, locator});
    }
}

TEST(Ladder, EnoughIds_Pins) {
    const Graph graph = graph_of(ladder());
    Forwarding forwarding(graph);
    const auto encoding = encode(forwarding, 0, walk_over(graph, {0, 1, 2, 3, 4}));
    ASSERT_TRUE(encoding.has_value()) << encoding.error().text();
    EXPECT_EQ(encoding->kind, EncodingKind::kPinned);
    EXPECT_EQ(to_text(graph.view(), encoding->segments), "R0>R1, R1>R2, R2>R3, R3>R4, R4");
}

TEST(Ladder, TooManyIds_LoosensWithinTheBound) {
    TopologyView view = ladder();
    view.routers[0].msd = 5; // four segments and the function
    const Graph graph = graph_of(view);
    Forwarding forwarding(graph);
    EncodeOptions options;
    options.delay_bound = 48;
    auto encoding = encode(forwarding, 0, walk_over(graph, {0, 1, 2, 3, 4}), options);
    ASSERT_TRUE(encoding.has_value()) << encoding.error().text();
    EXPECT_EQ(encoding->kind, EncodingKind::kLoose);
    EXPECT_EQ(to_text(graph.view(), encoding->segments), "R4");
    EXPECT_EQ(encoding->shortest_delay, 40U);
    EXPECT_EQ(encoding->longest_delay, 48U);
    EXPECT_EQ(encoding->links.size(), 12U);
    EXPECT_EQ(encoding->reason, "5 segments, R0 may impose 4");
    options.delay_bound =
        45; // one square may be loose, hence three adjacencies... or two squares, two adjacencies
    encoding = encode(forwarding, 0, walk_over(graph, {0, 1, 2, 3, 4}), options);
    ASSERT_TRUE(encoding.has_value()) << encoding.error().text();
    EXPECT_EQ(encoding->kind, EncodingKind::kLoose);
    EXPECT_EQ(encoding->segments.size(), 3U);
    EXPECT_EQ(encoding->longest_delay, 44U);
}

TEST(Ladder, NotAdmittedLinks_AreNotUsedByLooseLists) {
    TopologyView view = ladder();
    const Graph graph = graph_of(view);
    Forwarding forwarding(graph);
    EncodeOptions options;
    options.max_segments = 4;
    options.delay_bound = 48;
    options.admitted.assign(graph.links(), true);
    options.admitted[link_between(graph, 2, 7)] = false;
    const auto encoding = encode(forwarding, 0, walk_over(graph, {0, 1, 2, 3, 4}), options);
    ASSERT_TRUE(encoding.has_value()) << encoding.error().text();
    EXPECT_EQ(to_text(graph.view(), encoding->segments), "R2, R2>R3, R4");
}

TEST(Ladder, BoundTooTight_TakesTheFlexAlgorithm) {
    TopologyView view = ladder();
    set_algorithm(view);
    const Graph graph = graph_of(view);
    Forwarding forwarding(graph);
    EncodeOptions options;
    options.max_segments = 2;
    const auto encoding = encode(forwarding, 0, walk_over(graph, {0, 1, 2, 3, 4}), options);
    ASSERT_TRUE(encoding.has_value()) << encoding.error().text();
    EXPECT_EQ(encoding->kind, EncodingKind::kFlexAlgo);
    EXPECT_EQ(to_text(graph.view(), encoding->segments), "R4(algo 128)");
    EXPECT_EQ(encoding->ids, (std::vector<std::uint16_t>{0x105}));
    EXPECT_EQ(encoding->longest_delay, 40U);
    options.may_use_algorithms = false;
    EXPECT_EQ(encode(forwarding, 0, walk_over(graph, {0, 1, 2, 3, 4}), options).error().code,
              Errc::kOutOfRange);
}

TEST(Ladder, NothingElse_TakesTheBindingSid) {
    // R0 - R4 are a chain of fast links; two hops of it cost as much as a slow way round.
    std::vector<Line> lines;
    for (std::uint32_t hop = 0; hop < 4; ++hop) {
        lines.push_back({hop, hop + 1, 10, 1});
    }
    for (std::uint32_t hop = 0; hop < 3; ++hop) {
        lines.push_back({hop, 5 + hop, 5, 100});
        lines.push_back({5 + hop, hop + 2, 5, 100});
    }
    TopologyView view = both_ways(8, lines);
    view.routers[1].bindings.push_back({0xef00, {"R2", "R3", "R4"}});
    const Graph graph = graph_of(view);
    Forwarding forwarding(graph);
    EncodeOptions options;
    options.max_segments = 3;
    options.delay_bound = 50;
    auto encoding = encode(forwarding, 0, walk_over(graph, {0, 1, 2, 3, 4}), options);
    ASSERT_TRUE(encoding.has_value()) << encoding.error().text();
    EXPECT_EQ(encoding->kind, EncodingKind::kBinding);
    EXPECT_EQ(to_text(graph.view(), encoding->segments), "R1, R1[0xef00], R4");
    EXPECT_EQ(encoding->ids, (std::vector<std::uint16_t>{2, 0xef00, 5}));
    EXPECT_EQ(encoding->longest_delay, 4U);
    options.may_bind = false;
    EXPECT_FALSE(encode(forwarding, 0, walk_over(graph, {0, 1, 2, 3, 4}), options).has_value());
}

TEST(Ladder, DepthsOfRouters_AreKeptAndNamed) {
    TopologyView view = ladder();
    view.routers[0].msd = 20;
    view.routers[4].depths.end_d = 0;
    EncodeOptions options;
    options.packing.mode = ListMode::kSid;
    {
        const Graph graph = graph_of(view);
        Forwarding forwarding(graph);
        const auto refused = encode(forwarding, 0, walk_over(graph, {0, 1, 2, 3, 4}), options);
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().code, Errc::kOutOfRange);
        EXPECT_NE(refused.error().detail.find("R4 takes off an SRH of at most this many SIDs: 0"),
                  std::string::npos)
            << refused.error().detail;
    }
    view.routers[4].depths.end_d = 15;
    view.routers[1].depths.segments_left = 2;
    const Graph graph = graph_of(view);
    Forwarding forwarding(graph);
    const auto refused = encode(forwarding, 0, walk_over(graph, {0, 1, 2, 3, 4}), options);
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().detail.find("R1 processes at most this Segments Left: 2"), std::string::npos)
        << refused.error().detail;
}

TEST(Ladder, UnknownDelay_IsNeverLoosened) {
    TopologyView view = ladder();
    for (TopologyLink& link : view.links) {
        link.delay = kUnreachableDelay;
    }
    const Graph graph = graph_of(view);
    Forwarding forwarding(graph);
    EncodeOptions options;
    options.max_segments = 2;
    const auto refused = encode(forwarding, 0, walk_over(graph, {0, 1, 2, 3, 4}), options);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().detail, "5 segments, R0 may impose 2");
    options.max_segments = 5;
    EXPECT_EQ(encode(forwarding, 0, walk_over(graph, {0, 1, 2, 3, 4}), options)->longest_delay, kInfinite);
}

TEST(Ladder, RandomNetworks_KeepBoundAndLimit) {
    std::mt19937 random(21);
    std::size_t loose = 0;
    for (int round = 0; round < 300; ++round) {
        const Graph graph = graph_of(random_network(random, 4 + random() % 6, random() % 3 == 0));
        Forwarding forwarding(graph);
        const std::uint32_t from = random() % graph.routers();
        const Walk walk = random_walk(random, graph, from);
        EncodeOptions options;
        options.max_segments = 1 + random() % 3;
        options.delay_bound = 20 + random() % 200;
        options.admitted.assign(graph.links(), true);
        for (std::uint32_t link = 0; link < graph.links(); ++link) {
            options.admitted[link] =
                random() % 6 != 0 || std::find(walk.begin(), walk.end(), link) != walk.end();
        }
        const auto encoding = encode(forwarding, from, walk, options);
        if (!encoding) {
            continue;
        }
        WalkRules rules;
        rules.admitted = options.admitted;
        const auto walked = walk_list(forwarding, from, encoding->segments, rules);
        ASSERT_TRUE(walked.has_value()) << walked.error().text();
        ASSERT_LE(encoding->segments.size(), *options.max_segments);
        ASSERT_EQ(walked->end, walk.empty() ? from : graph.to(walk.back()));
        if (encoding->kind == EncodingKind::kLoose) {
            ASSERT_LE(walked->longest_delay, *options.delay_bound);
            ++loose;
        }
    }
    EXPECT_GT(loose, 40U);
}

} // namespace
} // namespace suanlu::paths::test
