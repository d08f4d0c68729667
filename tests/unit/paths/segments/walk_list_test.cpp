// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/segments/walk_list.hpp"

#include <gtest/gtest.h>

#include "tests/unit/paths/segments/small_network.hpp"

namespace suanlu::paths::test {
namespace {

class Square : public testing::Test {
protected:
    /// R0 - R1 - R3 and R0 - R2 - R3 cost the same; R4 hangs on R3.
    Square()
        : graph_(graph_of(
              both_ways(5, {{0, 1, 1, 10}, {1, 3, 1, 10}, {0, 2, 1, 5}, {2, 3, 1, 7}, {3, 4, 1, 1}}))),
          forwarding_(graph_) {}

    PathSegment node(std::uint32_t router) { return node_segment(graph_.view(), router); }
    PathSegment over(std::uint32_t from, std::uint32_t to) {
        return adjacency_segment(graph_.view(), link_between(graph_, from, to));
    }
    Error refusal(const PathList& list, const WalkRules& rules = {}) {
        const auto walked = walk_list(forwarding_, 0, list, rules);
        EXPECT_FALSE(walked.has_value());
        return walked ? Error{} : walked.error();
    }

    Graph graph_;
    Forwarding forwarding_;
};

TEST_F(Square, EqualCosts_GiveTheWholeSetAndItsDelays) {
    const auto walked = walk_list(forwarding_, 0, PathList{node(4)});
    ASSERT_TRUE(walked.has_value());
    EXPECT_FALSE(walked->is_single);
    EXPECT_TRUE(walked->walk.empty());
    EXPECT_EQ(walked->links.size(), 5U);
    EXPECT_EQ(walked->shortest_delay, 13U);
    EXPECT_EQ(walked->longest_delay, 21U);
    EXPECT_EQ(walked->end, 4U);
    EXPECT_EQ(walked->mtu, Bytes{1500});
}

TEST_F(Square, DelayBound_HoldsForEveryEqualCostPath) {
    WalkRules rules;
    rules.delay_bound = 20;
    EXPECT_EQ(refusal({node(4)}, rules).code, Errc::kRefused);
    rules.delay_bound = 21;
    EXPECT_TRUE(walk_list(forwarding_, 0, PathList{node(4)}, rules).has_value());
}

TEST_F(Square, RouterPassedTwice_IsALoopUnlessAllowed) {
    const PathList list{node(1), node(3), node(2), node(4)};
    EXPECT_NE(refusal(list).detail.find("loop"), std::string::npos);
    WalkRules rules;
    rules.may_revisit = true;
    EXPECT_TRUE(walk_list(forwarding_, 0, list, rules).has_value());
}

TEST_F(Square, AdjacencyOfAnotherRouter_IsABlackHole) {
    EXPECT_EQ(refusal({over(1, 3)}).detail,
              "black hole: the packet is at R0, which does not know R1>R3's local SID");
    EXPECT_TRUE(walk_list(forwarding_, 0, PathList{node(1), over(1, 3)}).has_value());
}

TEST_F(Square, WrongIds_AreRefused) {
    PathSegment wrong = node(1);
    wrong.usid = 77;
    EXPECT_EQ(refusal({wrong}).code, Errc::kBadInput);
    wrong = over(0, 1);
    wrong.usid = 0xefff;
    EXPECT_EQ(refusal({wrong}).code, Errc::kBadInput);
    wrong = node(1);
    wrong.algorithm = 128;
    EXPECT_EQ(refusal({wrong}).code, Errc::kBadInput);
    wrong = node(0);
    wrong.kind = SegmentKind::kBinding;
    EXPECT_EQ(refusal({wrong}).code, Errc::kBadInput);
}

TEST_F(Square, BrokenElements_AreFoundInEveryEqualCostPath) {
    WalkRules rules;
    rules.broken.links = {link_between(graph_, 2, 3)};
    EXPECT_EQ(refusal({node(4)}, rules).detail, "link R2>R3 is down");
    EXPECT_TRUE(walk_list(forwarding_, 0, PathList{node(1), node(4)}, rules).has_value());
    rules.broken = {{}, {1}};
    EXPECT_FALSE(walk_list(forwarding_, 0, PathList{node(1), node(4)}, rules).has_value());
    EXPECT_TRUE(walk_list(forwarding_, 0, PathList{node(2), node(4)}, rules).has_value());
}

TEST_F(Square, BoundsOnLinksAndMtu_AreChecked) {
    WalkRules rules;
    rules.admitted.assign(graph_.links(), true);
    rules.admitted[link_between(graph_, 0, 1)] = false;
    EXPECT_EQ(refusal({node(4)}, rules).code, Errc::kRefused);
    rules.admitted.clear();
    rules.mtu = {1501};
    EXPECT_EQ(refusal({node(4)}, rules).code, Errc::kOutOfRange);
}

TEST_F(Square, ListForAFunction_EndsAtANode) {
    WalkRules rules;
    rules.has_function = true;
    EXPECT_EQ(refusal({over(0, 1)}, rules).code, Errc::kBadInput);
    rules.depths = PackOptions{};
    EXPECT_TRUE(walk_list(forwarding_, 0, PathList{over(0, 1), node(1)}, rules).has_value());
}

TEST(WalkList, UnreachableTarget_IsABlackHole) {
    const Graph graph = graph_of(one_way(2, {{1, 0, 1, 1}}));
    Forwarding forwarding(graph);
    const auto walked = walk_list(forwarding, 0, PathList{node_segment(graph.view(), 1)});
    EXPECT_EQ(walked.error().detail, "black hole: R0 has no route to R1");
}

TEST(WalkList, MetricZeroCircle_IsALoop) {
    const Graph graph = graph_of(both_ways(3, {{0, 1, 0, 1}, {0, 2, 5, 1}, {1, 2, 5, 1}}));
    Forwarding forwarding(graph);
    const auto walked = walk_list(forwarding, 0, PathList{node_segment(graph.view(), 2)});
    ASSERT_FALSE(walked.has_value());
    EXPECT_NE(walked.error().detail.find("metric 0"), std::string::npos);
}

TEST(WalkList, OverloadedRouter_IsPassedOnlyAsAnEndpoint) {
    TopologyView view = both_ways(4, {{0, 1, 1, 1}, {1, 3, 1, 1}, {0, 2, 5, 1}, {2, 3, 5, 1}});
    view.routers[1].is_overloaded = true;
    const Graph graph = graph_of(view);
    Forwarding forwarding(graph);
    const auto to = [&](std::uint32_t router) { return node_segment(graph.view(), router); };
    EXPECT_EQ(walk_list(forwarding, 0, PathList{to(3)})->walk, walk_over(graph, {0, 2, 3}));
    EXPECT_EQ(walk_list(forwarding, 0, PathList{to(1), to(3)})->walk, walk_over(graph, {0, 1, 3}));
}

} // namespace
} // namespace suanlu::paths::test
