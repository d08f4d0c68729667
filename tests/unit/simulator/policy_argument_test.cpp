// SPDX-License-Identifier: Apache-2.0
// What --policy takes, and that policies of files are played.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "policies/policy_set.hpp"
#include "policies/strategy/builtin_policies.hpp"
#include "simulator/policy_argument.hpp"
#include "simulator/simulate.hpp"

namespace suanlu::sim {
namespace {

/// Two sites like each other but for power, 10 and 12 ms away, at half of their load.
Scenario two_sites() {
    Scenario s;
    s.name = "two";
    for (const char* name : {"a", "b"}) {
        SimSite site;
        site.name = name;
        site.workers = 10;
        site.idle_w = 1000;
        site.full_w = *name == 'a' ? 41000 : 2000;
        site.pue = 1.2;
        s.sites.push_back(site);
    }
    s.ingresses = {{"i", 1}};
    s.rtt_s = {{0.010, 0.012}};
    s.sizes.mean = 0.1;
    s.arrivals.load = 0.3;
    s.seconds = 30;
    return s;
}

class PolicyArgument : public testing::Test {
protected:
    PolicyArgument() { forget_added_policies(); }
    ~PolicyArgument() override { forget_added_policies(); }

    static std::string file(const std::string& name, const std::string& text) {
        const std::string path = testing::TempDir() + name;
        std::ofstream(path) << text;
        return path;
    }
    static double share_of_a(const std::string& policy, const Scenario& scenario) {
        const auto name = resolve_policy(policy, facts_of(scenario));
        EXPECT_TRUE(name) << name.error().detail;
        DispatcherSpec spec;
        spec.policy = *name;
        const auto outcome = simulate(scenario, spec);
        EXPECT_TRUE(outcome) << outcome.error().detail;
        return outcome->sites[0].share;
    }
};

TEST_F(PolicyArgument, EveryListedName_IsPlayed) {
    Scenario scenario = two_sites();
    scenario.seconds = 2;
    PlacementFacts stated;
    stated.sites["a"].manual_share = 1;
    for (const ListedPolicy& policy : listed_policies()) {
        EXPECT_FALSE(policy.title.empty()) << policy.name;
        const auto name = resolve_policy(policy.name, facts_of(scenario, stated));
        ASSERT_TRUE(name) << name.error().detail;
        DispatcherSpec spec;
        spec.policy = *name;
        const auto outcome = simulate(scenario, spec);
        ASSERT_TRUE(outcome) << outcome.error().detail;
        EXPECT_GT(outcome->completed, 0U) << policy.name;
    }
}

TEST_F(PolicyArgument, AFile_SteersByWhatTheScenarioStates) {
    const std::string green = file("green.yaml", "policy: green\nterms:\n  load: {}\n  network: {}\n"
                                                 "  energy: {energy: 10000 s/kWh}\n"); // a: 1.1 s more
    EXPECT_GT(share_of_a("split", two_sites()), 0.4);
    EXPECT_LT(share_of_a(green, two_sites()), 0.05);
}

TEST_F(PolicyArgument, WhatTheScenarioDoesNotState_IsUnknown) {
    const std::string strict = file("strict.yaml", "policy: strict\nfilters: {residency: {in: [CN]}}\n"
                                                   "terms: {load: {}}\n");
    Scenario scenario = two_sites();
    PlacementFacts stated;
    stated.sites["b"].residency = "CN";
    const auto name = resolve_policy(strict, facts_of(scenario, stated));
    ASSERT_TRUE(name);
    DispatcherSpec spec;
    spec.policy = *name;
    EXPECT_EQ(simulate(scenario, spec)->sites[0].share, 0); // a is silent
}

/// The other ingress has no way to the only site that passes, and a site dies: its clients are refused.
TEST_F(PolicyArgument, AnIngressWithoutASite_RefusesAndTheRunGoesOn) {
    Scenario scenario = two_sites();
    scenario.ingresses = {{"i", 1}, {"cut-off", 1}};
    scenario.rtt_s = {{0.010, 0.012}, {0.010, -1}};
    scenario.affinity.slots = 1021;
    scenario.happenings = {{Happening::Kind::kSiteDies, 10, 0, {}, 1}};
    PlacementFacts stated;
    stated.sites["b"].residency = "CN";
    const std::string strict = file("cut.yaml", "policy: cut\nfilters: {residency: {in: [CN]}}\n"
                                                "terms: {load: {}}\n");
    DispatcherSpec spec;
    spec.policy = *resolve_policy(strict, facts_of(scenario, stated));
    const auto outcome = simulate(scenario, spec);
    ASSERT_TRUE(outcome);
    EXPECT_GT(outcome->refused, 0U);
    EXPECT_GT(outcome->completed, 0U);
}

TEST_F(PolicyArgument, NamesOfBoth_AreTheChooser_AndSharesByPrefix) {
    EXPECT_EQ(*resolve_policy("nearest", {}), "nearest");
    EXPECT_EQ(*resolve_policy("shares:nearest", {}), "shares:nearest");
    EXPECT_EQ(share_of_a("shares:nearest", two_sites()), 1);
    EXPECT_NEAR(share_of_a("shares:round-robin", two_sites()), 0.5, 0.05);
}

TEST_F(PolicyArgument, Refusals_SayWhatIsWrong) {
    const auto code = [](const std::string& given) { return resolve_policy(given, {}).error().code; };
    EXPECT_EQ(code("fcfs"), Errc::kRefused);
    EXPECT_NE(resolve_policy("fcfs", {}).error().detail.find("cannot wait"), std::string::npos);
    EXPECT_EQ(code("shares:prequal"), Errc::kRefused);
    EXPECT_EQ(code("no/such.yaml"), Errc::kNotFound);
    EXPECT_EQ(code("nobody"), Errc::kNotFound);
    const std::string broken = file("broken.yaml", "policy: broken\nterms: {laod: {}}\n");
    EXPECT_EQ(code(broken), Errc::kBadInput);
    EXPECT_NE(resolve_policy(broken, {}).error().detail.find("broken.yaml:2:9"), std::string::npos)
        << resolve_policy(broken, {}).error().detail;
}

TEST_F(PolicyArgument, AFileWithAKnownName_IsCalledByItsPath) {
    const std::string path = file("mine.yaml", "policy: default\nterms: {load: {}}\n");
    EXPECT_EQ(*resolve_policy(path, {}), path);
}

TEST_F(PolicyArgument, SizeClasses_AreRefusedWithTheReason) {
    DispatcherSpec spec;
    spec.policy = *resolve_policy("price", {});
    spec.size_classes = 2;
    const auto outcome = simulate(two_sites(), spec);
    ASSERT_FALSE(outcome);
    EXPECT_NE(outcome.error().detail.find("size_classes must be 1"), std::string::npos);
}

} // namespace
} // namespace suanlu::sim
