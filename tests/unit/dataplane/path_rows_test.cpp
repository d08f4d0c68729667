// SPDX-License-Identifier: Apache-2.0
// Several paths of one site: shares by weight, who moves when one fails, and outer headers of every length.
#include "dataplane/api/path_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace suanlu {
namespace {

constexpr SiteId kSite{3};

PathPlan path_of(std::uint32_t rank, std::uint32_t weight) {
    PathPlan path;
    path.id = path_id(kSite, rank);
    path.destination6 = *Ip6::parse("fc00:0:e1:f006::");
    path.destination4 = *Ip6::parse("fc00:0:e1:f004::");
    path.weight = weight;
    return path;
}

class Paths : public testing::Test {
protected:
    void take(const std::vector<std::uint32_t>& weights) {
        SitePlan plan{kSite, "site-3", {}, {}};
        for (std::uint32_t rank = 0; rank < weights.size(); rank++) {
            plan.paths.push_back(path_of(rank, weights[rank]));
        }
        take_plan(plan);
    }
    void take_plan(const SitePlan& plan) {
        row.id = kSite.value;
        rows.take(plan, {}, row);
    }
    void use(const std::vector<std::uint32_t>& ranks) {
        std::vector<UsablePath> usable;
        for (const auto rank : ranks) {
            usable.push_back({path_id(kSite, rank), {7 + rank, {}, {}}});
        }
        const auto done = rows.use(usable, row);
        ASSERT_TRUE(done) << done.error().text();
    }
    [[nodiscard]] std::vector<std::uint8_t> choice(std::size_t version = 0) const {
        return {std::begin(row.choice[version]), std::end(row.choice[version])};
    }
    [[nodiscard]] std::vector<long> shares(std::size_t version = 0) const {
        std::vector<long> out;
        const auto all = choice(version);
        for (std::uint8_t rank = 0; rank < SL_PATHS; rank++) {
            out.push_back(std::count(all.begin(), all.end(), rank));
        }
        return out;
    }

    SitePathRows rows;
    sl_site row{};
};

using Shares = std::vector<long>;

TEST_F(Paths, WithoutWeights_TheFirstOfThePlanTakesAll_ThenTheNext) {
    take({0, 0, 0});
    use({0, 1, 2});
    EXPECT_EQ(shares(), (Shares{16, 0, 0, 0}));
    EXPECT_EQ(row.usable, 3);
    use({1, 2});
    EXPECT_EQ(shares(), (Shares{0, 16, 0, 0}));
    use({0, 1, 2});
    EXPECT_EQ(shares(), (Shares{16, 0, 0, 0}));
}

TEST_F(Paths, Weights_ByLargestRemainder) {
    take({3, 1});
    use({0, 1});
    EXPECT_EQ(shares(), (Shares{12, 4, 0, 0}));
    take({1, 1, 1});
    use({0, 1, 2});
    auto all = shares();
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, (Shares{0, 5, 5, 6}));
}

TEST_F(Paths, OneFails_OnlyItsSharesMove_AndTheyReturn) {
    take({2, 1, 1});
    use({0, 1, 2});
    const auto before = choice();
    use({0, 2});
    const auto during = choice();
    for (std::size_t i = 0; i < before.size(); i++) {
        EXPECT_TRUE(before[i] == 1 || during[i] == before[i]) << i;
        EXPECT_NE(during[i], 1) << i;
    }
    use({0, 1, 2});
    EXPECT_EQ(choice(), before);
}

TEST_F(Paths, ABackupTakesFlowsOnlyWhenNothingElseCan) {
    take({1, 1, 0});
    use({0, 1, 2});
    EXPECT_EQ(shares()[2], 0);
    use({0, 2});
    EXPECT_EQ(shares(), (Shares{16, 0, 0, 0}));
    use({2});
    EXPECT_EQ(shares(), (Shares{0, 0, 16, 0}));
    use({1, 2});
    EXPECT_EQ(shares(), (Shares{0, 8, 8, 0})) << "shares of the failed one stay where they are";
    use({});
    EXPECT_EQ(row.usable, 0);
}

TEST_F(Paths, NewWeights_MoveNoMoreThanTheyMust) {
    take({1, 1});
    use({0, 1});
    const auto before = choice();
    take({5, 3});
    const auto after = choice();
    EXPECT_EQ(shares(), (Shares{10, 6, 0, 0}));
    std::size_t moved = 0;
    for (std::size_t i = 0; i < before.size(); i++) {
        moved += before[i] != after[i] ? 1 : 0;
    }
    EXPECT_EQ(moved, 2U);
}

TEST_F(Paths, APathWithoutIpv4_LeavesIpv4ToTheOthers) {
    SitePlan plan{kSite, "site-3", {}, {path_of(0, 1), path_of(1, 1)}};
    plan.paths[0].destination4 = {};
    take_plan(plan);
    use({0, 1});
    EXPECT_EQ(shares(0), (Shares{8, 8, 0, 0}));
    EXPECT_EQ(shares(1), (Shares{0, 16, 0, 0}));
}

TEST_F(Paths, Adopted_NothingMovesBeforeAPlan) {
    take({3, 1});
    use({0, 1});
    const auto before = choice();
    SitePathRows again;
    again.adopt(row);
    ASSERT_TRUE(again.use(
        std::array{UsablePath{path_id(kSite, 0), {7, {}, {}}}, UsablePath{path_id(kSite, 1), {8, {}, {}}}},
        row));
    EXPECT_EQ(choice(), before);
    EXPECT_EQ(again.use(std::array{UsablePath{path_id(kSite, 2), {7, {}, {}}}}, row).error().code,
              Errc::kNotFound);
    EXPECT_EQ(again.use(std::array{UsablePath{path_id(SiteId{4}, 0), {7, {}, {}}}}, row).error().code,
              Errc::kNotFound);
}

TEST_F(Paths, TheTightestUsablePathCounts) {
    SitePlan plan{kSite, "site-3", {}, {path_of(0, 1), path_of(1, 1)}};
    plan.paths[0].mtu = {2000};
    plan.paths[1].mtu = {1600};
    plan.paths[1].mode = EncapMode::kEncaps;
    plan.paths[1].sids = {*Ip6::parse("fc00:0:a1::")};
    take_plan(plan);
    EXPECT_EQ(smallest_inner_mtu(row), 0U);
    use({0});
    EXPECT_EQ(smallest_inner_mtu(row), 1960U);
    use({0, 1});
    EXPECT_EQ(smallest_inner_mtu(row), 1600U - 40 - 8 - 32);
}

TEST(PathPlans, WhatCannotBeWrittenIsRefused) {
    auto path = path_of(0, 0);
    EXPECT_TRUE(check_path_plan(path));
    path.sids.assign(7, *Ip6::parse("fc00:0:a1::"));
    EXPECT_EQ(check_path_plan(path).error().code, Errc::kBadInput) << "usid with a list";
    path.mode = EncapMode::kEncaps;
    EXPECT_TRUE(check_path_plan(path));
    EXPECT_EQ(outer_length(path), 40U + 8 + 8 * 16);
    path.mode = EncapMode::kEncapsRed;
    EXPECT_EQ(outer_length(path), 40U + 8 + 7 * 16);
    path.sids.push_back(path.sids[0]);
    EXPECT_EQ(check_path_plan(path).error().code, Errc::kOutOfRange);
    path.sids.clear();
    path.mtu = {1279};
    EXPECT_EQ(check_path_plan(path).error().code, Errc::kBadInput);
}

TEST(PathPlans, LessThan1280BytesInsideAreRefusedForIpv6) {
    auto path = path_of(0, 0);
    path.mtu = {1319};
    const auto refused = check_path_plan(path);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("1320"), std::string::npos) << refused.error().text();
    path.destination6 = {};
    EXPECT_TRUE(check_path_plan(path)) << "IPv4 hosts go lower";
    path = path_of(0, 0);
    path.mtu = {1320};
    EXPECT_TRUE(check_path_plan(path));
}

} // namespace
} // namespace suanlu
