// SPDX-License-Identifier: Apache-2.0
// Policies of files as they steer flows.
#include "policies/policy_set.hpp"
#include "policies/strategy/builtin_policies.hpp"
#include "policies/strategy/flow_shares.hpp"
#include "tests/unit/policies/strategy/flow_cases.hpp"

namespace suanlu {
namespace {

PlacementFacts dirty_a() {
    PlacementFacts out;
    for (const char* name : {"a", "b", "c"}) {
        SiteAttributes& site = out.sites[name];
        site.watts_per_slot = 3.6e6; // 0.1 s of service: 0.1 kWh
        site.pue = 1;
        site.carbon_g_per_kwh = *name == 'a' ? 900 : 100;
    }
    return out;
}

TEST(FlowPolicy, WithoutTermsOfItsOwn_IsTheDefaultSplit) {
    PolicyMemory memory;
    const PolicyInput input = three_sites(150);
    const PolicyDecision plain = default_policy().decide(input, memory, MonoTime{});
    const auto shares = shares_of("policy: p\nterms: {load: {}, network: {}}\n", {}, input);
    for (std::size_t j = 0; j < shares.size(); ++j) {
        EXPECT_NEAR(shares[j], plain.ingresses[0].candidates[j].share_given, 1e-9);
    }
}

TEST(FlowPolicy, ATerm_MovesFlowsAwayFromWhatItPrices) {
    const std::string green = "policy: p\nterms: {load: {}, energy: {carbon: 1 s/kg}}\n";
    const auto plain = shares_of("policy: p\nterms: {load: {}}\n", {}, three_sites(60));
    const auto shares = shares_of(green, dirty_a(), three_sites(60));
    EXPECT_GT(plain[0], 0.5);
    EXPECT_LT(shares[0], 0.01); // 80 ms dearer than b, which is 1 ms farther
    EXPECT_GT(shares_of(green, dirty_a(), three_sites(290))[0], 0.2); // but not when the others are full
}

TEST(FlowPolicy, AFilter_KeepsItsReason) {
    PlacementFacts facts = dirty_a();
    facts.sites["a"].residency = "HK";
    facts.sites["b"].residency = "CN";
    const FlowPolicy flows(policy_of("policy: p\nfilters: {residency: {in: [CN]}}\nterms: {load: {}}\n"),
                           facts);
    PolicyMemory memory;
    const auto decision = flows.decide(three_sites(60), memory, MonoTime{});
    const auto& row = decision.ingresses[0].candidates;
    EXPECT_EQ(row[0].rejected_by, "policy p: residency: HK is not one of CN");
    EXPECT_EQ(row[2].rejected_by, "policy p: residency: unknown");
    EXPECT_EQ(decision.ingresses[0].shares.size(), 1U);
}

TEST(FlowPolicy, FirstKey_ComesBeforeThePrices) {
    PolicyInput input = three_sites(60);
    input.latency_budget_s = 0.2;
    input.ingresses[0].delay_s[0] = 0.099; // 100 ms of service: within 200 ms by 1 ms
    input.ingresses[0].delay_s[1] = 0.005;
    PlacementFacts facts = dirty_a();
    const FlowPolicy flows(
        policy_of("policy: p\nfirst: [{term: network, within: 50ms}]\nterms: {network: {}}\n"), facts);
    PolicyMemory memory;
    const auto decision = flows.decide(input, memory, MonoTime{});
    EXPECT_EQ(decision.ingresses[0].candidates[0].rejected_by, "policy p: first: b is better in network");
}

TEST(FlowPolicy, ManualShares_AreGivenAsWritten_AndOverTheLivingOnly) {
    const std::string manual = "policy: p\nterms: {manual: {shares: {a: 60%, b: 30%, c: 10%}}}\n";
    PolicyInput input = three_sites(60);
    auto shares = shares_of(manual, {}, input);
    EXPECT_NEAR(shares[0], 0.6, 1e-12);
    EXPECT_NEAR(shares[2], 0.1, 1e-12);
    input.ingresses[0].is_alive[0] = false;
    shares = shares_of(manual, {}, input);
    EXPECT_DOUBLE_EQ(shares[0], 0);
    EXPECT_NEAR(shares[1], 0.75, 1e-12);
}

TEST(FlowPolicy, Winner_TakesAll) {
    const auto shares = shares_of("policy: p\nshares: winner\nterms: {network: {}}\n", {}, three_sites(60));
    EXPECT_EQ(shares, (std::vector<double>{1, 0, 0}));
}

TEST(FlowPolicy, AReserve_MakesTheSiteSmaller) {
    PlacementFacts facts = dirty_a();
    const std::string policy = "policy: p\nterms: {load: {}}\n";
    const double open = shares_of(policy, facts, three_sites(150))[0];
    facts.sites["a"].reserved = 0.5;
    EXPECT_LT(shares_of(policy, facts, three_sites(150))[0], open);
}

TEST(FlowShares, OfStatedFigures_SumToOne) {
    std::vector<SiteAttributes> sites{plain_site(1, "a"), plain_site(2, "b"), plain_site(3, "c")};
    sites[2].slots.reset(); // nobody knows how much it can take
    Request flow;
    EXPECT_TRUE(flow_shares(*find_builtin_policy("default"), flow, sites, {}).empty());
    flow.jobs_per_s = 1;
    const auto shares = flow_shares(*find_builtin_policy("default"), flow, sites, {});
    ASSERT_EQ(shares.size(), 2U);
    EXPECT_NEAR(shares.at({1}), 0.5, 1e-6);
    EXPECT_NEAR(shares.at({2}), 0.5, 1e-6);
    EXPECT_TRUE(flow_shares(*find_builtin_policy("fcfs"), flow, sites, {}).empty());
}

TEST(FlowPolicy, ByName_AfterTheBuiltinOnes) {
    forget_added_policies();
    ASSERT_TRUE(add_policy_file(policy_of("policy: green\nterms: {load: {}}\n"), {}));
    ASSERT_TRUE(add_policy_file(*find_builtin_policy("fcfs"), {}));
    EXPECT_TRUE(find_policy("green"));
    EXPECT_EQ(find_policy("fcfs").error().code, Errc::kRefused);
    EXPECT_EQ(find_policy("fcfs").error().detail, "policy 'fcfs': fcfs is for jobs and transfers only: a "
                                                  "flow cannot wait in a queue before it is sent");
    EXPECT_EQ(known_policies().find("green") == std::string::npos, false);
    EXPECT_EQ(add_policy_file(policy_of("policy: green\nterms: {load: {}}\n"), {}).error().code,
              Errc::kConflict);
    EXPECT_EQ(add_policy_file(policy_of("policy: default\nterms: {load: {}}\n"), {}).error().code,
              Errc::kConflict);
    forget_added_policies();
    EXPECT_FALSE(find_policy("green"));
}

} // namespace
} // namespace suanlu
