// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/split_checker.hpp"

#include <gtest/gtest.h>

#include "controller/decision/plan_checker.hpp"

namespace suanlu {
namespace {

/// Two ingresses, three sites of 80 jobs/s each, 60 jobs/s arriving at each ingress.
struct Bench {
    PolicyInput input;
    PolicyDecision decided;
    std::vector<std::vector<SiteShare>> in_force;
    bool is_damped = true;
    SplitChecker checker;

    Bench() {
        input.service = "analysis";
        for (std::uint16_t id = 1; id <= 3; ++id) {
            PolicySite site;
            site.id = {id};
            site.name = "s" + std::to_string(id);
            site.slots = 4;
            site.rate_per_slot = 20;
            input.sites.push_back(site);
        }
        for (const char* name : {"R1", "R2"}) {
            PolicyIngress ingress;
            ingress.name = name;
            ingress.jobs_per_s = 60;
            ingress.delay_s.assign(3, 0.002);
            ingress.is_alive.assign(3, true);
            input.ingresses.push_back(ingress);
            IngressDecision row;
            row.ingress = name;
            row.candidates.resize(3);
            row.shares = thirds(400'000, 300'000);
            decided.ingresses.push_back(row);
            in_force.push_back(row.shares);
        }
        SL_CHECK(check().has_value()); // what is in force is known
    }
    static std::vector<SiteShare> thirds(std::uint32_t first, std::uint32_t second) {
        return {{SiteId{1}, first}, {SiteId{2}, second}, {SiteId{3}, kWholeShare - first - second}};
    }
    Status check() { return checker.check({input, decided, in_force, {true, true}, is_damped}); }
};

void expect(const Status& verdict, PlanCheck check, const char* part) {
    ASSERT_FALSE(verdict) << part;
    EXPECT_EQ(verdict.error().code, Errc::kRefused);
    EXPECT_EQ(check_of(verdict.error()), to_text(check));
    EXPECT_NE(verdict.error().detail.find(part), std::string::npos) << verdict.error().detail;
}

TEST(SplitChecker, MoreThanATenthMovesOnlyWhenSomethingFailed) {
    Bench b;
    b.decided.ingresses[0].shares = Bench::thirds(500'000, 300'000);
    EXPECT_TRUE(b.check());
    b.decided.ingresses[0].shares = Bench::thirds(520'000, 300'000);
    expect(b.check(), PlanCheck::kShareMoved, "12 % of R1");
    Bench baseline;
    baseline.is_damped = false;
    baseline.decided.ingresses[0].shares = Bench::thirds(520'000, 300'000);
    EXPECT_TRUE(baseline.check());
    Bench chosen;
    chosen.checker.start_over();
    chosen.decided.ingresses[0].shares = Bench::thirds(520'000, 300'000);
    EXPECT_TRUE(chosen.check()) << "the operator chose another policy";
    Bench lost;
    lost.decided.ingresses[0].candidates[2].rejected_by = "no path";
    lost.input.ingresses[0].delay_s[2].reset();
    lost.decided.ingresses[0].shares = {{SiteId{1}, 600'000}, {SiteId{2}, 400'000}};
    EXPECT_TRUE(lost.check());
    Bench smaller;
    smaller.input.sites[0].slots = 3;
    smaller.decided.ingresses[0].shares = Bench::thirds(200'000, 400'000);
    EXPECT_TRUE(smaller.check()) << "a quarter of its capacity is lost";
}

TEST(SplitChecker, ARefusedSplitIsNotRemembered) {
    Bench b;
    b.input.sites[0].slots = 3; // a loss, and in the same split a site that is dead gets a share
    b.input.ingresses[1].is_alive[2] = false;
    b.decided.ingresses[0].shares = Bench::thirds(200'000, 400'000);
    expect(b.check(), PlanCheck::kDeadSite, "s3, which is not alive there");
    b.decided.ingresses[1].candidates[2].rejected_by = "not alive at this ingress";
    b.decided.ingresses[1].shares = {{SiteId{1}, 500'000}, {SiteId{2}, 500'000}};
    EXPECT_TRUE(b.check()) << "the loss of capacity is still to be followed";
}

TEST(SplitChecker, MoreThanCapacityIsRefusedWhileAnotherSiteHasRoom) {
    Bench b;
    for (PolicyIngress& ingress : b.input.ingresses) {
        ingress.jobs_per_s = 90;
    }
    b.decided.ingresses[0].shares = Bench::thirds(490'000, 300'000);
    b.decided.ingresses[1].shares = Bench::thirds(490'000, 300'000);
    expect(b.check(), PlanCheck::kCapacity, "s1 would get 88.2 jobs/s and takes 80");
    for (PolicyIngress& ingress : b.input.ingresses) {
        ingress.jobs_per_s = 200;
    }
    EXPECT_TRUE(b.check()) << "all are full: no other split would help";
    for (PolicyIngress& ingress : b.input.ingresses) {
        ingress.jobs_per_s = 110;
    }
    b.in_force[0] = b.in_force[1] = Bench::thirds(500'000, 300'000);
    EXPECT_TRUE(b.check()) << "too much, but less than before";
}

TEST(SplitChecker, BlackHoleDeadSiteAndLatencyBudget) {
    Bench hole;
    hole.decided.ingresses[1].shares.clear();
    expect(hole.check(), PlanCheck::kBlackHole, "no share at R2, though s1 could serve");
    Bench dead;
    dead.input.ingresses[0].is_alive[0] = false;
    dead.decided.ingresses[0].candidates[0].rejected_by = "not alive";
    expect(dead.check(), PlanCheck::kDeadSite, "s1, which is not alive there, though s2 could serve");
    Bench full;
    full.input.sites[1].slots = 0;
    expect(full.check(), PlanCheck::kDeadSite, "s2, which takes no new flows");
    Bench late;
    late.input.latency_budget_s = 0.1;
    late.input.ingresses[1].delay_s[2] = 0.060;
    expect(late.check(), PlanCheck::kSla, "R2 to s3 takes 0.11 s at least, the budget is 0.1 s");
    for (std::size_t j = 0; j < 3; ++j) {
        late.input.ingresses[1].delay_s[j] = 0.060;
    }
    EXPECT_TRUE(late.check()) << "no site holds it";
}

} // namespace
} // namespace suanlu
