// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/segments/protect.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "controller/paths/segments/post_tree.hpp"
#include "tests/unit/paths/segments/repair_proof.hpp"
#include "tests/unit/paths/segments/small_network.hpp"

namespace suanlu::paths::test {
namespace {

const Repair* repair_for(const RepairSet& set, std::uint32_t at, std::uint32_t destination) {
    const auto found = std::find_if(set.repairs.begin(), set.repairs.end(), [&](const Repair& r) {
        return r.at == at && r.destination == destination;
    });
    return found == set.repairs.end() ? nullptr : &*found;
}

std::vector<Element> elements_of(const Graph& graph) {
    std::vector<Element> out;
    for (std::uint32_t link = 0; link < graph.links(); ++link) {
        out.push_back({ElementKind::kLink, link});
    }
    for (std::uint32_t router = 0; router < graph.routers(); ++router) {
        out.push_back({ElementKind::kNode, router});
    }
    for (std::uint32_t group = 1; group <= 3; ++group) {
        out.push_back({ElementKind::kSrlg, group});
    }
    return out;
}

TopologyView random_with_groups(std::mt19937& random, bool zeros) {
    TopologyView view = random_network(random, 3 + random() % 8, zeros);
    for (TopologyLink& link : view.links) {
        if (random() % 4 == 0) {
            link.srlgs = {static_cast<std::uint32_t>(1 + random() % 3)};
        }
    }
    return view;
}

/// Which destinations a router must repair: every next hop leads over the element, now or later.
bool is_exposed(Forwarding& before, const Failure& failure, std::uint32_t at, std::uint32_t target) {
    const Graph& graph = before.graph();
    WalkRules rules;
    rules.broken = failure;
    bool is_hit = false;
    for (auto [link, end] = graph.out(at); link < end; ++link) {
        if (!before.is_next_hop(link, target)) {
            continue;
        }
        const PathList over{adjacency_segment(graph.view(), link)};
        if (!walk_list(before, at, over, rules)) {
            is_hit = true;
            continue;
        }
        const PathList rest{node_segment(graph.view(), target)};
        if (walk_list(before, graph.to(link), rest, rules)) {
            return false;
        }
    }
    return is_hit;
}

void prove_all(const Graph& graph, std::size_t& proven, std::size_t& with_segments) {
    Forwarding before(graph);
    for (const Element& element : elements_of(graph)) {
        const RepairSet set = protect(before, element);
        const Failure failure = failure_of(graph, element);
        Forwarding after(graph, failure);
        std::set<std::pair<std::uint32_t, std::uint32_t>> named;
        for (const Repair& repair : set.repairs) {
            ASSERT_TRUE(is_proven(before, set, repair));
            named.insert({repair.at, repair.destination});
            ++proven;
            with_segments += repair.segments > 0 ? 1 : 0;
        }
        for (const Unprotected& entry : set.unprotected) {
            named.insert({entry.at, entry.destination});
            if (entry.reason == UnprotectedReason::kCutOff) {
                ASSERT_EQ(after.tree(entry.at).distance[entry.destination], kInfinite);
            }
        }
        for (std::uint32_t at = 0; at < graph.routers(); ++at) {
            const bool repairs = element.kind != ElementKind::kLink || at == graph.from(element.index);
            for (std::uint32_t to = 0; repairs && to < graph.routers(); ++to) {
                const auto& down = failure.routers;
                const bool is_down =
                    std::count(down.begin(), down.end(), at) + std::count(down.begin(), down.end(), to) > 0;
                if (at != to && !is_down) {
                    ASSERT_EQ(named.contains({at, to}), is_exposed(before, failure, at, to));
                }
            }
        }
    }
}

TEST(Protect, RandomNetworks_EveryRepairAvoidsItsElement) {
    std::mt19937 random(31);
    std::size_t proven = 0;
    std::size_t with_segments = 0;
    for (int round = 0; round < 60; ++round) {
        TopologyView view = random_with_groups(random, false);
        prove_all(graph_of(view), proven, with_segments);
        if (HasFatalFailure()) {
            return;
        }
    }
    EXPECT_GT(proven, 3000U);
    EXPECT_GT(with_segments, 300U);
}

TEST(Protect, MetricZero_RepairsStayFreeOfCircles) {
    std::mt19937 random(32);
    for (int round = 0; round < 40; ++round) {
        const Graph graph = graph_of(random_with_groups(random, true));
        Forwarding before(graph);
        for (const Element& element : elements_of(graph)) {
            const RepairSet set = protect(before, element);
            for (const Repair& repair : set.repairs) {
                ASSERT_TRUE(is_proven(before, set, repair));
            }
        }
    }
}

TEST(Protect, OverloadedRouters_CarryNoRepair) {
    std::mt19937 random(33);
    std::size_t proven = 0;
    for (int round = 0; round < 40; ++round) {
        TopologyView view = random_with_groups(random, false);
        for (Router& router : view.routers) {
            router.is_overloaded = random() % 4 == 0;
        }
        const Graph graph = graph_of(view);
        Forwarding before(graph);
        for (const Element& element : elements_of(graph)) {
            const RepairSet set = protect(before, element);
            for (const Repair& repair : set.repairs) {
                ASSERT_TRUE(is_proven(before, set, repair));
                ASSERT_TRUE(before.carries(graph.to(repair.first_link)) ||
                            graph.to(repair.first_link) == repair.destination);
                ++proven;
            }
        }
    }
    EXPECT_GT(proven, 500U);
}

/// Fewest segments that bring a packet from the first hop of the repair's path on to the destination, trying
/// every segment between any two of its routers.
std::size_t fewest_segments(Forwarding& before, const Failure& failure,
                            const std::vector<std::uint32_t>& routers) {
    const TopologyView& view = before.graph().view();
    WalkRules rules;
    rules.broken = failure;
    std::vector<std::size_t> fewest(routers.size(), 1000);
    fewest[1] = 0;
    std::size_t ended = 1000;
    for (std::size_t begin = 1; begin < routers.size(); ++begin) {
        for (std::size_t end = begin; end < routers.size(); ++end) {
            const PathList by_node{node_segment(view, routers[end])};
            const bool is_free = walk_list(before, routers[begin], by_node, rules).has_value();
            if (is_free && end + 1 == routers.size()) {
                ended = std::min(ended, fewest[begin]);
            }
            if (is_free || end == begin + 1) {
                fewest[end] = std::min(fewest[end], fewest[begin] + 1);
            }
        }
    }
    return ended;
}

TEST(Protect, LinkRepairs_FollowThePostConvergencePathWithTheFewestSegments) {
    std::mt19937 random(34);
    for (int round = 0; round < 80; ++round) {
        const Graph graph = graph_of(random_network(random, 4 + random() % 8, false));
        Forwarding before(graph);
        const std::vector<bool> everything;
        PostTree tree(before, everything);
        for (std::uint32_t link = 0; link < graph.links(); ++link) {
            const RepairSet set = protect(before, {ElementKind::kLink, link});
            const Failure failure = failure_of(graph, set.element);
            Forwarding after(graph, failure);
            for (const Repair& repair : set.repairs) {
                tree.run(repair.at, failure.links);
                Walk walk;
                std::uint32_t metric = 0;
                for (std::uint32_t at = repair.destination; at != repair.at; at = graph.from(walk.back())) {
                    walk.push_back(tree.parent(at));
                    metric += graph.link(walk.back()).igp_metric;
                }
                std::reverse(walk.begin(), walk.end());
                ASSERT_EQ(metric, after.tree(repair.at).distance[repair.destination]);
                ASSERT_EQ(walk.front(), repair.first_link);
                ASSERT_EQ(repair.segments, fewest_segments(before, failure, graph.visited(repair.at, walk)));
            }
        }
    }
}

TEST(Protect, Ring_NeedsTheFurthestNodeThatIsReachedWithoutTheLink) {
    // A ring of six, all metrics 1: when R0>R1 fails, R0 reaches R1 the other way round. R5 and R4 send R1's
    // packets back, R3 does not (nor both ways), and R5 reaches R3 without R0.
    const Graph graph = graph_of(
        both_ways(6, {{0, 1, 1, 1}, {1, 2, 1, 1}, {2, 3, 1, 1}, {3, 4, 1, 1}, {4, 5, 1, 1}, {5, 0, 1, 1}}));
    Forwarding before(graph);
    const RepairSet set = protect(before, {ElementKind::kLink, link_between(graph, 0, 1)});
    const Repair* repair = repair_for(set, 0, 1);
    ASSERT_NE(repair, nullptr);
    EXPECT_EQ(repair->first_link, link_between(graph, 0, 5));
    EXPECT_EQ(to_text(graph.view(), set.list(*repair)), "R3");
    EXPECT_EQ(repair_for(set, 0, 3), nullptr); // equal cost over R5
    const Repair* next = repair_for(set, 0, 2);
    ASSERT_NE(next, nullptr);
    EXPECT_EQ(to_text(graph.view(), set.list(*next)), "R3"); // R5 reaches R2 both ways
}

TEST(Protect, CutOffDestination_IsNamed) {
    const Graph graph = graph_of(both_ways(3, {{0, 1, 1, 1}, {1, 2, 1, 1}}));
    Forwarding before(graph);
    const Element element{ElementKind::kNode, 1};
    const RepairSet set = protect(before, element);
    ASSERT_EQ(set.unprotected.size(), 2U);
    EXPECT_EQ(to_text(graph.view(), element, set.unprotected[0]),
              "R0: no repair for R2 when R1 fails: no other way");
}

TEST(Protect, Bounds_BindRepairs) {
    const auto lines =
        std::vector<Line>{{0, 1, 1, 1}, {0, 2, 2, 1}, {2, 1, 2, 1}, {0, 3, 9, 1}, {3, 1, 9, 1}};
    const Graph graph = graph_of(both_ways(4, lines));
    Forwarding before(graph);
    const Element element{ElementKind::kLink, link_between(graph, 0, 1)};
    EXPECT_EQ(repair_for(protect(before, element), 0, 1)->first_link, link_between(graph, 0, 2));
    ProtectOptions options;
    options.admitted.assign(graph.links(), true);
    options.admitted[link_between(graph, 2, 1)] = false;
    RepairSet set = protect(before, element, options);
    const Repair* repair = repair_for(set, 0, 1);
    ASSERT_NE(repair, nullptr);
    EXPECT_EQ(repair->first_link, link_between(graph, 0, 3));
    EXPECT_TRUE(is_proven(before, set, *repair, options));
    options.admitted[link_between(graph, 3, 1)] = false;
    set = protect(before, element, options);
    const auto named = std::find_if(set.unprotected.begin(), set.unprotected.end(),
                                    [](const Unprotected& entry) { return entry.destination == 1; });
    ASSERT_NE(named, set.unprotected.end());
    EXPECT_EQ(named->reason, UnprotectedReason::kBound);
}

TEST(Protect, RandomBounds_HoldForEveryRepair) {
    std::mt19937 random(35);
    std::size_t proven = 0;
    for (int round = 0; round < 40; ++round) {
        const Graph graph = graph_of(random_with_groups(random, round % 4 == 0));
        Forwarding before(graph);
        ProtectOptions options;
        for (std::uint32_t link = 0; link < graph.links(); ++link) {
            options.admitted.push_back(random() % 8 != 0);
        }
        for (const Element& element : elements_of(graph)) {
            const RepairSet set = protect(before, element, options);
            for (const Repair& repair : set.repairs) {
                ASSERT_TRUE(is_proven(before, set, repair, options));
                ++proven;
            }
        }
    }
    EXPECT_GT(proven, 1000U);
}

TEST(Protect, LimitsAndMissingSids_AreNamed) {
    TopologyView view =
        both_ways(6, {{0, 1, 1, 1}, {1, 2, 1, 1}, {2, 3, 1, 1}, {3, 4, 1, 1}, {4, 5, 1, 1}, {5, 0, 1, 1}});
    const Element element{ElementKind::kLink, 0}; // R0>R1
    {
        const Graph graph = graph_of(view);
        Forwarding before(graph);
        ProtectOptions options;
        options.max_segments = 0;
        const RepairSet set = protect(before, element, options);
        EXPECT_EQ(set.unprotected.front(), (Unprotected{0, 1, UnprotectedReason::kTooManySegments}));
    }
    view.routers[3].locator = {};
    const Graph graph = graph_of(view);
    Forwarding before(graph);
    EXPECT_EQ(protect(before, element).unprotected.front(), (Unprotected{0, 1, UnprotectedReason::kNoSid}));
}

TEST(Protect, AllLinks_EqualEachLinkAlone) {
    std::mt19937 random(36);
    const Graph graph = graph_of(random_network(random, 20, false));
    Forwarding forwarding(graph);
    const auto sets = protect_all_links(forwarding);
    ASSERT_EQ(sets.size(), graph.links());
    for (std::uint32_t link = 0; link < graph.links(); ++link) {
        const RepairSet alone = protect(forwarding, {ElementKind::kLink, link});
        EXPECT_EQ(sets[link].repairs, alone.repairs);
        EXPECT_EQ(sets[link].segments, alone.segments);
        EXPECT_EQ(sets[link].unprotected, alone.unprotected);
    }
}

} // namespace
} // namespace suanlu::paths::test
