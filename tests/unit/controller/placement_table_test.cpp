// SPDX-License-Identifier: Apache-2.0
// The integers of a Plan give the costs that policies/placement.hpp gives, and Plans carry them where a
// second choice makes sense.
#include "controller/decision/placement_table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "policies/placement.hpp"
#include "tests/unit/controller/decision_bench.hpp"

namespace suanlu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

double cost_us(const SitePlacement& site, double jobs, double age_s) {
    return cost_word(site, {jobs, age_s, 0}).cost_us;
}

struct Made {
    PolicyInput input;
    IngressDecision decided;
    std::vector<double> jobs_per_s;
    PlacementTable table;
    PlacementPlan plan;
};

/// Two sites of random size, speed and load.
Made made(std::mt19937& random) {
    const auto between = [&random](double least, double most) {
        return std::uniform_real_distribution<double>(least, most)(random);
    };
    Made out;
    out.input.service = "s";
    for (std::uint16_t j = 1; j <= 2; ++j) {
        PolicySite site;
        site.id = {j};
        site.slots = std::floor(std::exp(between(0, 6)));
        site.rate_per_slot = std::exp(between(-1, 4));
        site.cv2 = between(0, 4);
        out.input.sites.push_back(site);
        out.jobs_per_s.push_back(site.slots * site.rate_per_slot * between(0, 1.1));
        SiteCandidate c;
        c.site = site.id;
        c.path_delay_s = between(0.001, 0.1);
        c.price_s = between(0, 0.01);
        c.share_given = j == 1 ? 0.7 : 0.3;
        out.decided.candidates.push_back(c);
    }
    const auto indexes = site_indexes(out.input, {}, out.jobs_per_s);
    const double flows = (out.jobs_per_s[0] + out.jobs_per_s[1]) / 3;
    out.table = placement_table({out.decided, indexes, flows, {0.004, 0.02}, 0.1});
    for (std::size_t j = 0; j < 2; ++j) {
        const SiteCandidate& c = out.decided.candidates[j];
        out.plan.sites.push_back(
            {c.path_delay_s + c.price_s, j == 0 ? 0.004 : 0.02, flows * c.share_given, indexes[j]});
    }
    out.plan.weights = {{0.7, 0.3}};
    return out;
}

TEST(PlacementTable, CostsAreThoseOfThePlacer) {
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        const Made m = made(random);
        ASSERT_EQ(m.table.sites.size(), 2U);
        FlowPlacer placer(PlacementOptions{});
        placer.set_plan(m.plan);
        for (std::size_t j = 0; j < 2; ++j) {
            const ServiceModel& model = m.plan.sites[j].index->model();
            const double jobs = std::floor(model.full_at() * 2.0 * (random() % 100) / 100);
            const double age_s = model.service_s() * (random() % 100) / 100;
            placer.report(j, {jobs, 10}, 10);
            const double wanted = placer.cost_s(j, 10 + age_s) * 1e6;
            ASSERT_NEAR(cost_us(m.table.sites[j], jobs, age_s), wanted, 0.02 * wanted + 5)
                << "round " << round << " site " << j << " workers " << model.full_at();
        }
    }
}

TEST(PlacementTable, LengthIsBounded_AndCoarserTablesStayTrue) {
    PolicyInput input;
    PolicySite site;
    site.slots = 5000;
    site.rate_per_slot = 2;
    input.sites = {site};
    const auto indexes = site_indexes(input, {}, {9500});
    IngressDecision decided;
    decided.candidates.resize(2);
    const auto table = placement_table({decided, {indexes[0], indexes[0]}, 1, {0, 0}, 0.1});
    ASSERT_EQ(table.sites.size(), 2U);
    const SitePlacement& placed = table.sites[0];
    EXPECT_LE(placed.delta.size(), kMostDeltas);
    EXPECT_GE(placed.stride * (placed.delta.size() - 1), 5000U);
    for (double n = 0; n < 6000; n += 37) {
        const double true_us = indexes[0]->at(n) * 1e6;
        const double coarse = cost_us(placed, n, 0) - placed.static_cost.value;
        EXPECT_NEAR(coarse, true_us, 0.05 * true_us + 2000) << n << " jobs";
    }
}

// As in the split: what a policy counts load by, and the slots that it keeps for others.
TEST(PlacementTable, LoadWeightAndReserveAreThePolicys) {
    std::mt19937 random(3);
    Made m = made(random);
    m.input.sites[0].slots = m.input.sites[1].slots = 4;
    PolicyDecision decided;
    decided.ingresses = {m.decided};
    decided.ingresses[0].candidates[0].slots = 4;
    decided.ingresses[0].candidates[1].slots = 3; // one of four is reserved
    const auto indexes = site_indexes(m.input, decided, {1, 1});
    const auto once = placement_table({m.decided, indexes, 1, {0, 0}, 0.1});
    const auto twice = placement_table({m.decided, indexes, 1, {0, 0}, 0.1, 2});
    EXPECT_EQ(once.sites[0].full_at, 4U);
    EXPECT_EQ(once.sites[1].full_at, 3U);
    for (std::size_t j = 0; j < 2; ++j) {
        const SiteCandidate& c = m.decided.candidates[j];
        const double way_us = (c.path_delay_s + c.price_s) * 1e6;
        for (const double jobs : {0.0, 2.0, 9.0}) {
            EXPECT_NEAR(cost_us(twice.sites[j], jobs, 0) - way_us,
                        2 * (cost_us(once.sites[j], jobs, 0) - way_us), 10)
                << "site " << j << " jobs " << jobs;
        }
        EXPECT_EQ(twice.sites[j].service_time, once.sites[j].service_time);
    }
}

TEST(PlacementTable, NumbersThatMakeNoSense_LeaveASiteOut) {
    std::mt19937 random(1);
    Made m = made(random);
    for (const double slots : {0.0, -1.0, std::nan(""), 1e9}) {
        m.input.sites[0].slots = slots;
        const auto indexes = site_indexes(m.input, {}, m.jobs_per_s);
        EXPECT_EQ(indexes[0], nullptr) << slots;
        EXPECT_EQ(placement_table({m.decided, indexes, 1, {0, 0}, 0.1}), PlacementTable{})
            << "one site is no choice";
    }
    m.input.sites[0].slots = 4;
    const auto indexes = site_indexes(m.input, {}, {std::nan(""), 1e300});
    const auto table = placement_table({m.decided, indexes, std::nan(""), {0, 1e300}, 2});
    EXPECT_EQ(table.exception_ppm, kWholeShare);
    EXPECT_EQ(table.sites.size(), 2U);
    EXPECT_EQ(placement_table({m.decided, indexes, 1, {0, 0}, 0}), PlacementTable{}) << "nothing may be kept";
}

TEST(PlacementTable, CloseIsATenth) {
    std::mt19937 random(2);
    const Made m = made(random);
    PlacementTable other = m.table;
    EXPECT_TRUE(is_close(m.table, other));
    other.sites[0].static_cost.value += other.sites[0].static_cost.value / 20;
    EXPECT_TRUE(is_close(m.table, other));
    other.sites[0].static_cost.value += other.sites[0].static_cost.value / 5 + 200;
    EXPECT_FALSE(is_close(m.table, other));
    other = m.table;
    other.sites[1].delta.pop_back();
    EXPECT_FALSE(is_close(m.table, other));
    other = m.table;
    other.sites.pop_back();
    EXPECT_FALSE(is_close(m.table, other));
}

const PlacementTable& table_of(const DecisionBench& b, const std::string& service) {
    for (const ServicePlan& s : b.plans.at("R1").services) {
        if (s.name == service) {
            return s.placement;
        }
    }
    SL_CHECK(false);
    return b.plans.at("R1").services.front().placement;
}

/// Time in which R1 reports that many flows a second of "analysis".
void pass_with_flows(DecisionBench& b, int rounds, std::uint64_t& flows, std::uint64_t per_round) {
    for (int i = 0; i < rounds; ++i) {
        flows += per_round;
        SL_CHECK(b.decision->take(b.ingress(flows), b.clock.now()).has_value());
        b.pass(milliseconds(200));
    }
}

TEST(DecisionPlacement, PlansCarryTheNumbersOfEverySiteThatMayBeChosen) {
    DecisionBench b;
    b.begin();
    std::uint64_t flows = 0;
    pass_with_flows(b, 50, flows, 8);
    const PlacementTable& table = table_of(b, "analysis");
    ASSERT_EQ(table.sites.size(), 2U);
    EXPECT_EQ(table.exception_ppm, 100'000U);
    const SitePlacement& near = table.sites[0];
    EXPECT_EQ(near.site, SiteId{1});
    // 1 ms there, 1 ms back, and twice 1/20 s.
    EXPECT_NEAR(near.static_cost.value, 102'000, 200);
    EXPECT_NEAR(near.one_way.value, 1'000, 50);
    EXPECT_EQ(near.service_time, (Microseconds{50'000}));
    EXPECT_EQ(near.full_at, 4U);
    EXPECT_EQ(near.delta.size(), 5U);
    EXPECT_GT(near.delta[4], near.delta[0]);
    EXPECT_NEAR(table.sites[1].static_cost.value, 107'000, 200) << "2.5 ms more each way";
    EXPECT_NEAR(near.own_flows_per_ks + table.sites[1].own_flows_per_ks, 40'000, 8'000);
    EXPECT_EQ(table_of(b, "video"), PlacementTable{}) << "movable: a flow is not kept anywhere";
}

TEST(DecisionPlacement, SteadyArrivalsMakeNoNewPlans_ALossDoes) {
    DecisionBench b;
    b.begin();
    std::uint64_t flows = 0;
    pass_with_flows(b, 100, flows, 8);
    const std::uint64_t before = b.decision->counters().plans;
    pass_with_flows(b, 100, flows, 8);
    EXPECT_EQ(b.decision->counters().plans, before);
    ASSERT_TRUE(b.report("near", 2));
    EXPECT_GT(b.collect(), 0U);
    EXPECT_EQ(table_of(b, "analysis").sites[0].full_at, 2U);
}

TEST(DecisionPlacement, NearestIsNotCorrected_AndSilenceKeepsTheLastTable) {
    DecisionBench b;
    b.begin();
    std::uint64_t flows = 0;
    pass_with_flows(b, 20, flows, 8);
    const PlacementTable before = table_of(b, "analysis");
    ASSERT_FALSE(before.sites.empty());
    for (int i = 0; i < 40; ++i) { // both sites silent: the last good shares serve
        b.clock.advance(milliseconds(100));
        b.decision->tick(b.clock.now());
        b.collect();
    }
    ASSERT_EQ(b.decision->fallback("analysis", "R1").view().mode, FallbackMode::kLastGood);
    EXPECT_EQ(table_of(b, "analysis"), before);
    b.pass(seconds(4));
    ASSERT_TRUE(b.decision->set_policy("analysis", "nearest", b.clock.now()));
    b.collect();
    EXPECT_EQ(table_of(b, "analysis"), PlacementTable{});
}

} // namespace
} // namespace suanlu
