// SPDX-License-Identifier: Apache-2.0
// One story through the whole library: trees, a path within bounds, its list, the proof, a repair.
#include "controller/paths/library/path_library.hpp"

#include <gtest/gtest.h>

namespace suanlu::paths {
namespace {

constexpr std::uint32_t kA = 0, kB = 1, kC = 2, kD = 3;

/// A ring A - B - D - C - A: over B 10 + 10 ms, over C 15 + 15 ms; the IGP sees equal hops.
std::shared_ptr<const TopologyView> ring() {
    auto view = std::make_shared<TopologyView>();
    for (const char* name : {"A", "B", "C", "D"}) {
        view->by_name.emplace(name, static_cast<std::uint32_t>(view->routers.size()));
        Router router;
        router.name = name;
        view->routers.push_back(router);
    }
    const auto join = [&](std::uint32_t a, std::uint32_t b, std::uint32_t delay_us) {
        for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
            TopologyLink link;
            link.from = from;
            link.to = to;
            link.igp_metric = 10;
            link.delay = {delay_us};
            view->links.push_back(link);
        }
    };
    join(kA, kB, 10'000);
    join(kB, kD, 10'000);
    join(kA, kC, 15'000);
    join(kC, kD, 15'000);
    sort_links(view->links);
    EXPECT_TRUE(number_network(*view, *Prefix6::parse("fc00::/32")));
    return view;
}

PathQuery from_a_to_d() {
    PathQuery query;
    query.from = kA;
    query.to = kD;
    return query;
}

TEST(PathLibrary, TreesFollowMetricsAndChanges) {
    PathLibrary library(ring());
    library.set_metrics({});
    const std::uint32_t root = kD;
    ASSERT_TRUE(library.keep(std::span(&root, 1), Direction::kTo));
    EXPECT_EQ(library.many_to_all(std::span(&root, 1), Direction::kTo).at(kA, 0), 20'000U);
    const std::uint32_t a_to_b = library.graph().out(kA).first;
    ASSERT_EQ(library.graph().to(a_to_b), kB);
    const WeightChange down{a_to_b, kInfinite};
    EXPECT_EQ(library.apply(std::span(&down, 1)), (std::vector<ChangedRow>{{kD, kA}}));
    EXPECT_EQ(library.many_to_all(std::span(&root, 1), Direction::kTo).at(kA, 0), 30'000U);
    EXPECT_FALSE(library.last_engine().reason.empty());
}

TEST(PathLibrary, PathListProofAndRepairAgree) {
    PathLibrary library(ring());
    const auto paths = library.path(from_a_to_d());
    ASSERT_TRUE(paths) << paths.error().detail;
    EXPECT_EQ(paths->front().cost, 20'000U);
    const auto encoding = library.encode(kA, paths->front().links);
    ASSERT_TRUE(encoding) << encoding.error().detail;
    EXPECT_EQ(to_text(library.view(), encoding->segments), "B, D");
    const auto proof = library.check(kA, encoding->segments);
    ASSERT_TRUE(proof) << proof.error().detail;
    EXPECT_EQ(proof->walk, paths->front().links);
    EXPECT_EQ(proof->longest_delay, 20'000U);
    const RepairSet repairs = library.protect({ElementKind::kLink, paths->front().links.front()});
    ASSERT_FALSE(repairs.repairs.empty());
    for (const Repair& repair : repairs.repairs) {
        EXPECT_EQ(library.graph().to(repair.first_link), kC);
    }
}

TEST(PathLibrary, BoundThatNoPathKeeps_IsARefusalWithTheFigure) {
    PathLibrary library(ring());
    PathQuery query = from_a_to_d();
    query.bounds.max_delay = Microseconds{15'000};
    const auto paths = library.path(query);
    ASSERT_FALSE(paths);
    EXPECT_NE(paths.error().detail.find("20"), std::string::npos) << paths.error().detail;
}

} // namespace
} // namespace suanlu::paths
