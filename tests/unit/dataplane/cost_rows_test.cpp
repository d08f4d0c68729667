// SPDX-License-Identifier: Apache-2.0
// The rows of the cost table: which sites have them, and what is in them, from Plan to Plan.
#include <gtest/gtest.h>

#include "dataplane/api/cost_table.hpp"
#include "tests/unit/dataplane/placed_plan.hpp"

namespace suanlu {
namespace {

TEST(CostRows, SiteReplacedByAnother_NobodyIsSentToItAsTheSecond) {
    std::vector<sl_cost> rows(8);
    std::vector<std::uint64_t> credits(SL_CREDITS);
    CostTable table(rows, credits);
    auto services = plan(0.1, 3).services;
    table.take(services);
    const auto can_take = [](SiteId) { return true; };
    for (std::uint16_t site = 1; site <= 3; site++) {
        table.load({{1}, {site}, site == 3 ? 1.0 : 40.0, kStart}, kStart, can_take);
    }
    table.refresh(kStart, can_take);
    const auto row_of = [&](std::uint16_t site) {
        return rows[table.rows({1}).first + table.rank({1}, {site})];
    };
    ASSERT_EQ(row_of(1).second, 3);
    ASSERT_NE(row_of(3).second, 0);
    services[0].placement.sites[2] = placement(4); // in the same rank
    services[0].shares[2].site = {4};
    table.take(services);
    EXPECT_EQ(row_of(4).cost_us, SL_NO_COST);
    EXPECT_EQ(row_of(1).second, 0);
    EXPECT_EQ(row_of(2).second, 0);
}

TEST(CostRows, ServiceThatOutgrowsItsRows_HasAsManyAsItsRanks) {
    std::vector<sl_cost> rows(16);
    std::vector<std::uint64_t> credits(SL_CREDITS);
    CostTable table(rows, credits);
    EXPECT_EQ(table.rows({1}).count, 0);
    table.take(plan(0.1, 3).services);
    EXPECT_EQ(table.rows({1}).count, 4);
    table.take(plan(0.1, 5).services);
    EXPECT_EQ(table.rows({1}).count, 8);
    EXPECT_LT(table.rank({1}, {5}), 8);
}

TEST(CostRows, NoneLeft_ServicesArePlacedByTheirSlots_AndCounted) {
    std::vector<sl_cost> rows(10);
    std::vector<std::uint64_t> credits(SL_CREDITS);
    CostTable table(rows, credits);
    std::vector<ServicePlan> services;
    for (std::uint16_t id = 1; id <= 4; id++) {
        services.push_back(plan(0.1).services[0]);
        services.back().id = {id};
    }
    table.take(services);
    EXPECT_EQ(table.count().services, 2U);
    EXPECT_EQ(table.count().no_room, 2U);
    EXPECT_NE(table.rows({1}).first, table.rows({2}).first);
    services.erase(services.begin());
    table.take(services);
    EXPECT_EQ(table.count().services, 2U) << "the place of the first is free again";
    EXPECT_EQ(table.count().no_room, 1U);
    services.erase(services.begin(), services.begin() + 2);
    services[0].placement.sites.clear();
    for (std::uint16_t id = 1; id <= 7; id++) {
        services[0].placement.sites.push_back(placement(id));
    }
    table.take(services);
    EXPECT_EQ(table.count().sites, 7U) << "holes grow together";
}

} // namespace
} // namespace suanlu
