// SPDX-License-Identifier: Apache-2.0
// What the controller keeps of the reports of ingresses.
#include "controller/decision/ingress_table.hpp"

#include <gtest/gtest.h>

#include "tests/unit/controller/decision_bench.hpp"

namespace suanlu {
namespace {

/// Everything that a report may name, once known and once not.
IngressReport report_of_strangers(DecisionBench& b, const std::string& mark) {
    IngressReport report = b.ingress(10);
    report.services[0].new_flows_by_site = {{"near", 7}, {"site-" + mark, 3}};
    report.services.push_back({"service-" + mark, "cameras", 1, 0, 0, 0, {{"near", 1}}});
    report.sites = {{"near", SiteLiveness::kAlive}, {"site-" + mark, SiteLiveness::kDead}};
    report.rests = {{"site-" + mark, {1, 2, true}}};
    report.paths = {{path_id(SiteId{1}, 0), "near", true, Microseconds{800}, 1, 1},
                    {path_id(SiteId{2}, 0), "near", true, Microseconds{800}, 1, 1}};
    report.path_counts = {{path_id(SiteId{9}, 0), "site-" + mark, 1, 1, 0}};
    report.flows = {{"service-" + mark, "[2001:db8::1]:1", "near", "sample", 0},
                    {"analysis", "[2001:db8::1]:1", "site-" + mark, "sample", 0},
                    {"analysis", "[2001:db8::1]:1", "near", "sample", 0}};
    return report;
}

TEST(KnownNames, UnknownRowsAreLeftOutAndCounted_KnownOnesStay) {
    DecisionBench b;
    IngressReport report = report_of_strangers(b, "x");
    const LeftOut out = leave_out_unknown(b.decision->inventory(), report);
    EXPECT_EQ(out, (LeftOut{2, 4, 2}));
    ASSERT_EQ(report.services.size(), 1U);
    EXPECT_EQ(report.services[0].new_flows_by_site, (std::map<std::string, std::uint64_t>{{"near", 7}}));
    EXPECT_EQ(report.sites.size(), 1U);
    EXPECT_TRUE(report.rests.empty());
    EXPECT_EQ(report.paths.size(), 1U);
    EXPECT_TRUE(report.path_counts.empty());
    EXPECT_EQ(report.flows.size(), 1U);
    EXPECT_EQ(leave_out_unknown(b.decision->inventory(), report), LeftOut{}) << "nothing more";
}

TEST(KnownNames, AgentThatKeepsInventingThem_MakesNothingGrow) {
    DecisionBench b;
    b.begin();
    for (int i = 0; i < 300; i++) {
        ASSERT_TRUE(b.decision->take(report_of_strangers(b, std::to_string(i)), b.clock.now()));
        b.clock.advance(std::chrono::milliseconds(200));
        EXPECT_EQ(b.decision->arrivals().rate("R1", "service-" + std::to_string(i)).value, 0);
    }
    EXPECT_EQ(b.decision->arrivals().size(), 1U) << "of the one known service";
    const IngressRow& row = b.decision->ingresses().rows().at("R1");
    EXPECT_EQ(row.left_out, (LeftOut{600, 1200, 600}));
    EXPECT_EQ(row.samples.size(), IngressTable::kMostSamples);
}

TEST(IngressTable, SampledFlows_StayOverReports_ExceptionsDoNot) {
    DecisionBench b;
    for (int i = 0; i < 3; i++) {
        IngressReport report = b.ingress(10);
        report.flows = {{"analysis", "[2001:db8::1]:" + std::to_string(i), "near", "sample", 0},
                        {"analysis", "[2001:db8::2]:1", "near", "exception", 0}};
        ASSERT_TRUE(b.decision->take(std::move(report), b.clock.now()));
    }
    const IngressRow& row = b.decision->ingresses().rows().at("R1");
    ASSERT_EQ(row.samples.size(), 3U);
    EXPECT_EQ(row.samples.front().flow.source, "[2001:db8::1]:0");
    EXPECT_EQ(row.report->flows.size(), 2U);
}

} // namespace
} // namespace suanlu
