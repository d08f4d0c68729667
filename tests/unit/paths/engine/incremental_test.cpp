// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include "controller/paths/engine/incremental.hpp"
#include "tests/unit/paths/engine/random_network.hpp"

namespace suanlu::paths {
namespace {

std::vector<std::uint32_t> copy(std::span<const std::uint32_t> values) {
    return {values.begin(), values.end()};
}

// Several trees of both directions under one sequence of changes, each step compared with full searches.
class Sequence {
public:
    Sequence(std::uint32_t seed, std::uint32_t routers, std::uint32_t links, std::uint32_t most)
        : random_(seed), most_(most), graph_(random_graph(random_, routers, links)),
          weights_(random_weights(random_, graph_.links(), most)), trees_(graph_) {
        trees_.set_weights(weights_);
        for (int tree = 0; tree < 4; ++tree) {
            trees_.keep(static_cast<std::uint32_t>(random_() % routers),
                        tree % 2 == 0 ? Direction::kFrom : Direction::kTo);
        }
        remember();
    }

    void step(std::size_t changes) {
        std::vector<WeightChange> batch;
        for (std::size_t i = 0; i < changes; ++i) {
            const auto link = static_cast<std::uint32_t>(random_() % graph_.links());
            batch.push_back({link, next_weight(link)});
            weights_[link] = batch.back().weight;
        }
        const std::span<const ChangedRow> rows = trees_.apply(batch);
        compare(std::vector<ChangedRow>(rows.begin(), rows.end()));
    }

private:
    std::uint32_t next_weight(std::uint32_t link) {
        switch (random_() % 4) {
        case 0:
            return weights_[link] == kInfinite ? 1 : kInfinite; // down or up
        case 1:
            return weights_[link] < kFarthest / 2 ? weights_[link] * 2 : weights_[link] / 2;
        default:
            return random_weight(random_, most_);
        }
    }
    void remember() {
        before_.clear();
        for (std::size_t tree = 0; tree < trees_.trees(); ++tree) {
            before_.push_back(copy(trees_.distances(tree)));
        }
    }
    void compare(const std::vector<ChangedRow>& rows) {
        std::multiset<ChangedRow> expected;
        for (std::size_t tree = 0; tree < trees_.trees(); ++tree) {
            const Tree full = shortest_tree(graph_, weights_, trees_.root(tree), trees_.direction(tree));
            ASSERT_EQ(copy(trees_.distances(tree)), full.distance);
            for (std::uint32_t router = 0; router < graph_.routers(); ++router) {
                if (before_[tree][router] != full.distance[router]) {
                    expected.insert({trees_.root(tree), router});
                }
            }
        }
        ASSERT_EQ(std::multiset<ChangedRow>(rows.begin(), rows.end()), expected);
        remember();
    }

    std::mt19937 random_;
    std::uint32_t most_;
    Graph graph_;
    Weights weights_;
    IncrementalTrees trees_;
    std::vector<std::vector<std::uint32_t>> before_;
};

TEST(IncrementalTrees, SingleChanges_EqualFullSearches) {
    for (std::uint32_t seed = 0; seed < 30; ++seed) {
        Sequence sequence(seed, 5 + seed * 3, 10 + seed * 7, seed % 3 == 0 ? 4 : 5000);
        for (int step = 0; step < 60; ++step) {
            sequence.step(1);
            ASSERT_FALSE(HasFatalFailure()) << "seed " << seed << " step " << step;
        }
    }
}

TEST(IncrementalTrees, Batches_EqualFullSearches) {
    for (std::uint32_t seed = 100; seed < 130; ++seed) {
        Sequence sequence(seed, 40, 120, seed % 2 == 0 ? 3 : 700);
        for (std::size_t step = 0; step < 40; ++step) {
            sequence.step(step % 7 == 0 ? 60 : 1 + step % 5);
            ASSERT_FALSE(HasFatalFailure()) << "seed " << seed << " step " << step;
        }
    }
}

TEST(IncrementalTrees, LongPaths_SaturateAndComeBack) {
    for (std::uint32_t seed = 200; seed < 212; ++seed) {
        Sequence sequence(seed, 30, 45, kFarthest);
        for (std::size_t step = 0; step < 60; ++step) {
            sequence.step(1 + step % 3);
            ASSERT_FALSE(HasFatalFailure()) << "seed " << seed << " step " << step;
        }
    }
}

TEST(IncrementalTrees, RingOfZeroWeightsCutOff_DoesNotSupportItself) {
    auto view = std::make_shared<TopologyView>();
    view->routers.resize(4);
    for (const auto& [from, to] : {std::pair{0, 1}, {1, 2}, {2, 3}, {3, 1}}) {
        TopologyLink link;
        link.from = static_cast<std::uint32_t>(from);
        link.to = static_cast<std::uint32_t>(to);
        view->links.push_back(link);
    }
    const Graph graph(view);
    IncrementalTrees trees(graph);
    trees.set_weights({5, 0, 0, 0});
    trees.keep(0, Direction::kFrom);
    ASSERT_EQ(copy(trees.distances(0)), (std::vector<std::uint32_t>{0, 5, 5, 5}));
    const WeightChange down{0, kInfinite};
    EXPECT_EQ(trees.apply({&down, 1}).size(), 3U);
    EXPECT_EQ(copy(trees.distances(0)), (std::vector<std::uint32_t>{0, kInfinite, kInfinite, kInfinite}));
}

TEST(IncrementalTrees, ChangeAndChangeBackInOneBatch_ChangesNothing) {
    std::mt19937 random(3);
    const Graph graph = random_graph(random, 20, 60);
    IncrementalTrees trees(graph);
    trees.set_weights(Weights(graph.links(), 7));
    trees.keep(0, Direction::kTo);
    const std::vector<WeightChange> changes{{3, 9}, {3, 1}, {3, 7}};
    EXPECT_TRUE(trees.apply(changes).empty());
    EXPECT_EQ(trees.looked_at(), 0U);
    EXPECT_EQ(trees.weight(3), 7U);
}

TEST(IncrementalTrees, LinkOutsideTheTreeGotWorse_LooksAtNothing) {
    auto view = std::make_shared<TopologyView>();
    view->routers.resize(2);
    view->links.resize(2);
    for (TopologyLink& link : view->links) {
        link.to = 1;
    }
    const Graph graph(view);
    IncrementalTrees trees(graph);
    trees.set_weights({1, 2});
    trees.keep(0, Direction::kFrom);
    const WeightChange worse{1, 50};
    EXPECT_TRUE(trees.apply({&worse, 1}).empty());
    EXPECT_EQ(trees.looked_at(), 0U);
}

TEST(IncrementalTrees, OneRouterWithoutLinks_Works) {
    auto view = std::make_shared<TopologyView>();
    view->routers.resize(1);
    const Graph graph(view);
    IncrementalTrees trees(graph);
    trees.set_weights({});
    trees.keep(0, Direction::kFrom);
    EXPECT_TRUE(trees.apply({}).empty());
    EXPECT_EQ(copy(trees.distances(0)), std::vector<std::uint32_t>{0});
}

} // namespace
} // namespace suanlu::paths
