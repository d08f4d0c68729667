// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/plan_checker.hpp"

#include <gtest/gtest.h>

#include "tests/unit/controller/decision_bench.hpp"

namespace suanlu {
namespace {

TEST(PlanChecker, EveryOffenceIsRefusedWithItsReason) {
    struct Row {
        void (*commit)(Plan&);
        const char* complaint;
    };
    const Row rows[] = {
        {[](Plan& p) { p.node = "R9"; }, "no such router"},
        {[](Plan& p) { p.local_sids[0].sid = *Prefix6::parse("fc00:0:2::/48"); }, "outside its locator"},
        {[](Plan& p) {
             p.local_sids.push_back(
                 {*Prefix6::parse("fc00:0:2::/48"), SidBehaviour::kEndX, *Ip6::parse("2001:db8::2"), "", 0});
         },
         "SID fc00:0:2::/48 is outside its locator"},
        {[](Plan& p) { p.sites[0].paths[0].links[0] = "R2>P1"; }, "does not begin at R1"},
        {[](Plan& p) {
             p.sites[0].paths[0].links = {"R1>P1", "P1>R1", "R1>P1", "P1>E1"};
         },
         "twice"},
        {[](Plan& p) { p.sites[0].paths[0].links.pop_back(); }, "ends at P1"},
        {[](Plan& p) {
             p.sites[0].paths[0].segments.segments.insert(p.sites[0].paths[0].segments.segments.begin(),
                                                          {"E2", 0xe2});
         },
         "segment E2 is not on the way"},
        {[](Plan& p) {
             p.sites[0].paths[0].segments.segments.assign(6, {"E1", 0xe1});
         },
         "the MSD is 6"},
        {[](Plan& p) { p.sites[0].paths[0].destination6.bytes[15] = 1; }, "is not the segment list's"},
        {[](Plan& p) { p.sites[0].paths[0].mtu = {1300}; }, "MTU 1300 is below 1320"},
        {[](Plan& p) { p.sites[0].paths[0].mtu = {2001}; }, "above the 2000 of R1>P1"},
        {[](Plan& p) { p.sites[0].paths[0].id = p.sites[1].paths[0].id; }, "belongs to another site"},
        {[](Plan& p) {
             p.services[0].shares = {{SiteId{1}, 999'999}};
         },
         "shares sum to 999999 ppm"},
        {[](Plan& p) {
             p.services[0].shares = {{SiteId{9}, kWholeShare}};
         },
         "does not host it"},
        {[](Plan& p) {
             p.sites[0].paths.clear();
             p.services[0].shares = {{SiteId{1}, kWholeShare}};
         },
         "share on near without a path from R1"},
    };
    DecisionBench b;
    b.begin();
    const Plan good = b.plans.at("R1");
    const Inventory& inventory = b.decision->inventory();
    ASSERT_TRUE(check_plan(good, inventory));
    for (const Row& row : rows) {
        Plan bad = good;
        row.commit(bad);
        const Status verdict = check_plan(bad, inventory);
        ASSERT_FALSE(verdict) << row.complaint;
        EXPECT_EQ(verdict.error().code, Errc::kRefused);
        EXPECT_NE(verdict.error().detail.find(row.complaint), std::string::npos) << verdict.error().detail;
    }
}

TEST(PlanChecker, PlainAnycastIsAllowed) {
    DecisionBench b;
    b.begin();
    Plan plan = b.plans.at("R1");
    plan.services[0].shares.clear();
    EXPECT_TRUE(check_plan(plan, b.decision->inventory()));
}

} // namespace
} // namespace suanlu
