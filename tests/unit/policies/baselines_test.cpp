// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "policies/baselines/flow_chooser.hpp"

namespace suanlu {
namespace {

std::vector<ChooserSite> sites() {
    return {{0.002, 8, 1, 9, true}, {0.02, 24, 1, 5, true}, {0.05, 64, 0.8, 60, true}};
}

std::vector<int> counts(const char* name, const std::vector<ChooserSite>& from, int flows = 3000) {
    std::mt19937 random(3);
    const Draw draw = [&] { return std::uniform_real_distribution<double>(0, 1)(random); };
    auto chooser = *make_chooser(name);
    std::vector<int> out(from.size() + 1, 0);
    for (int k = 0; k < flows; ++k) {
        ++out[chooser->choose(from, k * 0.01, draw)];
    }
    return out;
}

TEST(Baselines, WinnerTakesAll_GivesEverythingToOneSite) {
    EXPECT_EQ(counts("nearest", sites())[0], 3000);
    EXPECT_EQ(counts("least-load", sites())[1], 3000);
    EXPECT_EQ(counts("joint", sites())[2], 3000); // 0.85 s, 1.02 s, 1.25 s
}

TEST(Baselines, Weights_FollowCapacity) {
    EXPECT_NEAR(counts("static", sites())[2], 3000 * 80.0 / 112, 100);
    EXPECT_NEAR(counts("free-capacity", sites())[1], 3000 * 19.0 / (0.16 + 19 + 5), 100);
    EXPECT_EQ(counts("round-robin", sites())[1], 1000);
}

TEST(Baselines, BestOfTwo_NeverTakesTheWorstOfAll) {
    EXPECT_EQ(counts("jsq2", sites())[0], 0);
}

TEST(Baselines, EveryOne_PassesOverClosedSites_AndSaysWhenNoneIsOpen) {
    for (const std::string_view name : known_choosers()) {
        std::vector<ChooserSite> from = sites();
        from[0].is_open = from[2].is_open = false;
        EXPECT_EQ(counts(std::string(name).c_str(), from, 50)[1], 50) << name;
        from[1].is_open = false;
        EXPECT_EQ(counts(std::string(name).c_str(), from, 50)[3], 50) << name;
    }
}

TEST(Baselines, Prequal_TakesTheFastestColdAnswer_ThreeTimes) {
    auto chooser = *make_chooser("prequal");
    const Draw draw = [] { return 0.0; };
    for (int k = 0; k < 8; ++k) {
        chooser->probe_answered(0, 20, 0);
        chooser->probe_answered(1, 3, 0);
    }
    EXPECT_EQ(chooser->choose(sites(), 0.5, draw), 1U);
    EXPECT_EQ(chooser->choose(sites(), 5, draw), 0U) << "answers older than a second are gone: a draw";
}

TEST(Baselines, UnknownName_ListsTheKnown) {
    EXPECT_NE(make_chooser("best").error().detail.find("prequal"), std::string::npos);
}

} // namespace
} // namespace suanlu
