// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/files/clab_algorithms.hpp"

#include <gtest/gtest.h>

#include <set>

#include "controller/topology/files/topology_file.hpp"

namespace suanlu {

namespace {

Result<ReadTopology> read(const std::string& labels, const std::string& of_b = "") {
    static std::string text;
    text = "topology:\n  defaults: {labels: {" + labels + "}}\n  nodes: {a: {}, b: {labels: {" + of_b +
           "}}}\n  links: [{endpoints: [\"a:1\", \"b:1\"]}]\n";
    return read_topology({"x.clab.yml", text});
}

} // namespace

TEST(ClabAlgorithms, Definition_HasAMetricAndColours) {
    const auto parsed = parse_algorithm(130, "te include-any 0,31 include-all 2 exclude 5");
    ASSERT_TRUE(parsed) << parsed.error().text();
    EXPECT_EQ(parsed->algorithm, 130);
    EXPECT_EQ(parsed->metric, Metric::kTe);
    EXPECT_EQ(parsed->affinity, (AffinityRule{0x80000001, 4, 32}));
    for (const char* bad :
         {"", "delay", "igp exclude", "igp exclude 32", "igp exclude 1,", "igp without 1", "igp 5"}) {
        EXPECT_FALSE(parse_algorithm(128, bad)) << bad;
    }
}

TEST(ClabAlgorithms, EveryLocatorGetsAnIdOfItsOwn) {
    const auto topology = read("algorithm-128: igp, algorithm-129: delay-min", "algorithm-129: \"no\"");
    ASSERT_TRUE(topology) << topology.error().text();
    EXPECT_EQ(topology->view.algorithms.size(), 2U);
    std::set<std::string> locators;
    for (const Router& router : topology->view.routers) {
        locators.insert(router.locator.text());
        for (const AlgorithmLocator& other : router.algorithms) {
            locators.insert(other.locator.text());
        }
    }
    EXPECT_EQ(locators, (std::set<std::string>{"fc00:0:1::/48", "fc00:0:2::/48", "fc00:0:3::/48",
                                               "fc00:0:4::/48", "fc00:0:5::/48"}));
    EXPECT_EQ(topology->view.routers[1].algorithms.size(), 1U);
}

TEST(ClabAlgorithms, WhatCannotBe_IsRefusedWithItsPlace) {
    const auto error = [](const Result<ReadTopology>& topology) {
        return topology ? "read" : topology.error().detail;
    };
    EXPECT_EQ(
        error(read("algorithm-12: igp")).rfind("x.clab.yml:2: topology.defaults.labels.algorithm-12:", 0),
        0U);
    EXPECT_NE(error(read("algorithm-128: hops")).find("begins with no metric"), std::string::npos);
    EXPECT_NE(error(read("algorithm-128: igp", "algorithm-128: te")).find("can only be \"no\""),
              std::string::npos);
}

} // namespace suanlu
