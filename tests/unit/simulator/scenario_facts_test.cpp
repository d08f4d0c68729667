// SPDX-License-Identifier: Apache-2.0
// What a scenario states for policies of files.
#include <gtest/gtest.h>

#include "simulator/scenario_file.hpp"

namespace suanlu::sim {
namespace {

std::string scenario(const std::string& site, const std::string& request) {
    return "name: x\ntitle: \"x\"\nseconds: 10s\nsites:\n  - {name: a, " + site + "}\n" + request +
           "ingresses: [{name: i}]\nnetwork: {table: {i: [1ms]}}\n"
           "sizes: {kind: lognormal, mean: 1s, sigma: 1}\narrivals: {kind: poisson, load: 50%}\n";
}

TEST(ScenarioFacts, AreReadAsSitesStateThem) {
    const auto loaded = read_scenario(scenario("attributes: {residency: CN, role: hub, path: {jitter: 2ms}}",
                                               "request: {user_class: gold, needs: {latency: 100ms}}\n"),
                                      "f", FileSearch::beside({}));
    ASSERT_TRUE(loaded) << loaded.error().detail;
    const SiteAttributes& site = loaded->facts.sites.at("a");
    EXPECT_EQ(site.residency, "CN");
    EXPECT_EQ(site.role, SiteRole::kHub);
    EXPECT_EQ(site.path.jitter_s, 0.002);
    EXPECT_FALSE(site.pue);
    EXPECT_EQ(loaded->facts.flows.at("x").user_class, "gold");
    EXPECT_EQ(loaded->facts.flows.at("x").needs.latency_s, 0.1);
}

TEST(ScenarioFacts, WhatTheScenarioSaysElsewhere_IsRefusedThere) {
    for (const char* key : {"slots: 4", "utilisation: 5%", "path: {delay: 2ms}", "name: b"}) {
        const auto loaded = read_scenario(scenario("attributes: {" + std::string(key) + "}", ""), "f",
                                          FileSearch::beside({}));
        ASSERT_FALSE(loaded) << key;
        EXPECT_NE(loaded.error().detail.find("unknown key"), std::string::npos) << loaded.error().detail;
        EXPECT_EQ(loaded.error().detail.rfind("f:5:", 0), 0U) << loaded.error().detail;
    }
}

} // namespace
} // namespace suanlu::sim
