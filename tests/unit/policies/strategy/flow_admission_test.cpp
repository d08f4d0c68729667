// SPDX-License-Identifier: Apache-2.0
// What a policy of flows does under shortage, with a latency class, with weights, and when a site is lost or
// a figure is nonsense.
#include <cmath>

#include "policies/strategy/builtin_policies.hpp"
#include "tests/unit/policies/strategy/flow_cases.hpp"

namespace suanlu {
namespace {

constexpr const char* kShortage = R"(
policy: p
admission:
  priority: {services: {chat: 1, emergency: 5}, users: {gold: 3}}
  shortage: [{above: 50%, least_priority: 2}]
terms: {load: {}}
)";

double jobs_at(const PolicyDecision& decision, std::size_t site, double jobs) {
    return jobs * decision.ingresses[0].candidates[site].share_given;
}

TEST(FlowAdmission, Shortage_KeepsTheLastSlotsForPriority) {
    PolicyInput input = three_sites(90); // a alone takes 100
    input.ingresses[0].delay_s = {0.005, 0.105, 0.205};
    const PolicyDecision low = decide(kShortage, {}, input);
    EXPECT_LT(jobs_at(low, 0, 90), 50); // half of a site
    EXPECT_LT(jobs_at(low, 1, 90), 50);
    input.service = "emergency";
    EXPECT_GT(jobs_at(decide(kShortage, {}, input), 0, 90), 60);
    input.service = "chat";
    PlacementFacts facts;
    facts.flows["chat"].user_class = "gold"; // the greater of the two priorities counts
    EXPECT_GT(jobs_at(decide(kShortage, facts, input), 0, 90), 60);
}

TEST(FlowAdmission, NothingOpen_HasItsReason) {
    const PolicyDecision decision = decide("policy: p\nadmission: {shortage: [{above: 0%, least_priority: "
                                           "2}]}\nterms: {load: {}}\n",
                                           {}, three_sites(10));
    EXPECT_TRUE(decision.ingresses[0].shares.empty());
    EXPECT_NE(decision.verdict.find("no usable slots"), std::string::npos) << decision.verdict;
}

TEST(FlowAdmission, LatencyClass_ClosesWhatWouldWaitTooLong) {
    PlacementFacts facts;
    facts.flows["chat"].needs.latency_s = 0.12; // 5 to 7 ms of network, 100 ms of service: 8 to 10 ms to wait
    const std::string plain = "policy: p\nadmission: {sla: best-effort}\nterms: {load: {}}\n";
    const std::string strict = "policy: p\nadmission: {sla: refuse}\nterms: {load: {}}\n";
    PolicyInput input = three_sites(100);
    input.sites[1].slots = input.sites[2].slots = 100;
    input.ingresses[0].delay_s = {0.002, 0.015, 0.016};
    const double open = shares_of(plain, facts, input)[0];
    const double closed = shares_of(strict, facts, input)[0];
    EXPECT_LT(closed, open - 0.02);
    EXPECT_GT(closed, 0.3);
    facts.flows["chat"].needs.latency_s = 0.101;
    const PolicyDecision none = decide(strict, facts, input);
    EXPECT_TRUE(none.ingresses[0].shares.empty());
    EXPECT_NE(none.verdict.find("admission"), std::string::npos) << none.verdict;
}

TEST(FlowAdmission, BusyWithin_IsTheClosedFormOfOneServer) {
    PolicySite site;
    site.slots = 1;
    site.rate_per_slot = 1; // M/M/1 waits rho / (1 - rho) seconds
    EXPECT_NEAR(busy_within(site, 1), 0.5, 2e-3);
    EXPECT_NEAR(busy_within(site, 0.25), 0.2, 2e-3);
    EXPECT_EQ(busy_within(site, 1e9), 1);
    EXPECT_LT(busy_within(site, 0), 1e-2);
    site.slots = std::nan("");
    EXPECT_EQ(busy_within(site, 1), 1); // refused by name elsewhere
}

TEST(FlowWeights, OfLoadAndNetwork_Count) {
    const PolicyInput input = three_sites(150);
    const auto near = [&](const std::string& terms) {
        return shares_of("policy: p\nterms: {" + terms + "}\n", {}, input)[0];
    };
    const double plain = near("load: {}, network: {}");
    EXPECT_GT(near("load: {weight: 0.2}, network: {}"), plain + 0.02);
    EXPECT_LT(near("load: {weight: 5}, network: {}"), plain - 0.003);
    EXPECT_NEAR(near("load: {weight: 5}, network: {weight: 5}"), plain, 1e-4);
    EXPECT_NEAR(near("load: {}, network: {weight: 0.2}"), near("load: {weight: 5}, network: {}"), 1e-4);
    EXPECT_NEAR(near("load: {}, network: {delay: 0, jitter: 1, unknown: 0s}"), 1.0 / 3, 1e-3);
}

TEST(FlowWeights, ThatCannotSteerCalmly_AreRefusedWithTheReason) {
    const auto refusal = [](const std::string& rest) {
        return kind_refusal(policy_of("policy: p\n" + rest), RequestKind::kFlow);
    };
    EXPECT_NE(refusal("terms: {load: {weight: 0}}\n").find("load with a weight below 0.001"),
              std::string::npos);
    EXPECT_NE(refusal("first: [load]\nterms: {load: {}}\n").find("shares would swing"), std::string::npos);
    EXPECT_EQ(refusal("shares: winner\nfirst: [load]\nterms: {load: {}}\n"), "");
    const PolicyReading read =
        read_policy("policy: p\nkinds: [job, flow]\nterms: {load: {weight: 0}}\n", "f");
    ASSERT_EQ(read.complaints.size(), 1U);
    EXPECT_EQ(read.complaints[0].line, 2);
    EXPECT_NE(read.complaints[0].what.find("load with a weight"), std::string::npos);
}

TEST(FlowFilters, ADeadSite_IsNotWhatOthersAreComparedWith) {
    PolicyInput input = three_sites(60);
    PlacementFacts facts;
    facts.flows["chat"].needs.latency_s = 0.107; // a is within the class, b by a millisecond, c just
    const std::string first = "policy: p\nfirst: [network]\nterms: {network: {}}\n";
    EXPECT_EQ(shares_of(first, facts, input), (std::vector<double>{1, 0, 0}));
    input.ingresses[0].is_alive[0] = false;
    EXPECT_EQ(shares_of(first, facts, input), (std::vector<double>{0, 1, 0}));
    input.ingresses[0].is_alive[0] = true;
    input.sites[0].slots = 0;
    EXPECT_EQ(shares_of(first, facts, input), (std::vector<double>{0, 1, 0}));
    const PolicyDecision decision = decide(first, facts, input);
    EXPECT_EQ(decision.ingresses[0].candidates[0].rejected_by, "no usable slots (0)");
}

TEST(FlowFilters, NobodyLeft_TheVerdictNamesTheFilter) {
    PlacementFacts facts;
    for (const char* name : {"a", "b", "c"}) {
        facts.sites[name].residency = "HK";
    }
    facts.flows["chat"].needs.residency = {"CN"}; // contradicts what the policy asks for
    for (const char* shares : {"split", "winner", "even"}) {
        const PolicyDecision decision = decide("policy: p\nshares: " + std::string(shares) +
                                                   "\nfilters: {residency: {in: [HK]}}\nterms: {load: {}}\n",
                                               facts, three_sites(60));
        EXPECT_TRUE(decision.ingresses[0].shares.empty());
        EXPECT_NE(decision.verdict.find("policy p: residency: HK is not one of CN"), std::string::npos)
            << decision.verdict;
    }
}

TEST(FlowReasons, AreToldOnRequest_AsTheRankingTellsThem) {
    PlacementFacts facts;
    facts.sites["a"].reserved = 0.2;
    PolicyInput input = three_sites(60);
    const FlowPolicy policy(policy_of("policy: p\nterms: {load: {}, network: {}}\n"), facts);
    const auto reasons = policy.term_reasons(input, 0);
    ASSERT_EQ(reasons.size(), 3U);
    EXPECT_NE(reasons[0][0].find("20 % busy"), std::string::npos) << reasons[0][0];
    EXPECT_NE(reasons[0][0].find("the last 20 % are kept for entitled users"), std::string::npos);
    EXPECT_EQ(reasons[1][1], "delay 6 ms");
    PolicyMemory memory;
    const PolicyDecision decision = policy.decide(input, memory, MonoTime{});
    ASSERT_EQ(decision.ingresses[0].candidates[1].terms.size(), reasons[1].size());
    EXPECT_EQ(decision.ingresses[0].candidates[1].terms[1].name, "network");
    // What places single flows reads these.
    EXPECT_DOUBLE_EQ(decision.ingresses[0].candidates[0].slots, 0.8 * input.sites[0].slots);
    EXPECT_EQ(decision.ingresses[0].candidates[1].slots, input.sites[1].slots);
}

TEST(FlowReasons, TheDecisionSaysWhatLoadWeighs) {
    PolicyMemory memory;
    const auto weight = [&memory](const std::string& terms) {
        const FlowPolicy policy(policy_of("policy: p\nterms: " + terms + "\n"), {});
        return policy.decide(three_sites(60), memory, MonoTime{}).load_weight;
    };
    EXPECT_EQ(weight("{load: {weight: 3}, network: {}}"), 3);
    EXPECT_EQ(weight("{network: {}}"), 1);
}

TEST(FlowBadInput, NonsenseFigures_NeverReachAShare) {
    const double nan = std::nan("");
    for (const BuiltinPolicy& builtin : builtin_policies()) {
        const PolicyDefinition policy = *find_builtin_policy(builtin.name);
        if (!kind_refusal(policy, RequestKind::kFlow).empty()) {
            continue;
        }
        PlacementFacts facts;
        facts.sites["a"].manual_share = facts.sites["b"].manual_share = facts.sites["c"].manual_share = 0.3;
        PolicyInput input = three_sites(60);
        input.sites[0].slots = -4;
        input.sites[1].rate_per_slot = nan;
        input.sites[2].utilisation = nan;
        input.sites[2].price_s = nan;
        PolicyMemory memory;
        const PolicyDecision decision = FlowPolicy(policy, facts).decide(input, memory, MonoTime{});
        const auto& row = decision.ingresses[0].candidates;
        EXPECT_EQ(row[0].rejected_by, "no usable slots (-4)") << builtin.name;
        EXPECT_EQ(row[1].rejected_by, "no usable rate per slot (nan)") << builtin.name;
        EXPECT_EQ(row[2].share_given, 1) << builtin.name;
        input.sites[2].slots = 0;
        PolicyMemory other;
        const PolicyDecision none = FlowPolicy(policy, facts).decide(input, other, MonoTime{});
        EXPECT_TRUE(none.ingresses[0].shares.empty()) << builtin.name;
        EXPECT_NE(none.verdict.find("no site passes the filters"), std::string::npos) << builtin.name;
    }
}

} // namespace
} // namespace suanlu
