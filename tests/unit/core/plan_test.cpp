// SPDX-License-Identifier: Apache-2.0
#include "core/model/plan.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

TEST(PlanId, EpochBeatsGeneration) {
    EXPECT_TRUE((PlanId{"c", 2, 1}).is_newer_than({"c", 1, 99}));
    EXPECT_TRUE((PlanId{"c", 1, 2}).is_newer_than({"c", 1, 1}));
    EXPECT_FALSE((PlanId{"c", 1, 1}).is_newer_than({"c", 1, 1}));
    EXPECT_FALSE((PlanId{"c", 1, 5}).is_newer_than({"c", 2, 1}));
}

TEST(PathId, CarriesItsSite) {
    EXPECT_EQ(site_of(path_id({7}, 3)), SiteId{7});
    EXPECT_NE(path_id({7}, 0), path_id({7}, 1));
}

TEST(Plan, SameContent_IgnoresTheNumberOnly) {
    Plan a;
    a.node = "R1";
    ServicePlan& service = a.services.emplace_back();
    service.id = {1};
    service.name = "analysis";
    service.shares = {{{1}, kWholeShare}};
    Plan b = a;
    b.id.generation = 9;
    EXPECT_TRUE(same_content(a, b));
    b.services[0].shares[0].ppm -= 1;
    EXPECT_FALSE(same_content(a, b));
}

} // namespace
} // namespace suanlu
