// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/instance_table.hpp"

#include <gtest/gtest.h>

#include "tests/unit/controller/decision_bench.hpp"

namespace suanlu {
namespace {

std::shared_ptr<const SiteReport> report_of(std::vector<InstanceReport> instances) {
    auto out = std::make_shared<SiteReport>();
    out->instances = std::move(instances);
    return out;
}

InstanceReport instance(const std::string& service, double running) {
    InstanceReport out;
    out.service = service;
    out.slots_total = 4;
    out.running = running;
    return out;
}

struct SmallTable {
    Inventory inventory = *parse_inventory(kSmallInventory, "small.yaml");
    InstanceTable table{inventory};
};

TEST(InstanceTable, KnowsWhatTheInventoryExpectsAndWhatTheLatestReportSays) {
    SmallTable small;
    EXPECT_DOUBLE_EQ(small.table.at("near", "video").hosted->slots, 4);
    EXPECT_EQ(small.table.at("near", "video").reported, nullptr) << "no report yet";
    small.table.note("near", report_of({instance("video", 3)}));
    EXPECT_DOUBLE_EQ(small.table.at("near", "video").reported->running, 3);
    EXPECT_EQ(small.table.at("far", "video").reported, nullptr);
    small.table.note("near", report_of({instance("analysis", 1)}));
    EXPECT_EQ(small.table.at("near", "video").reported, nullptr) << "the latest report does not name it";
    small.table.note("near", nullptr);
    EXPECT_EQ(small.table.at("near", "analysis").reported, nullptr);
}

TEST(InstanceTable, NamesThatTheInventoryDoesNotHaveAreLeftOut) {
    SmallTable small;
    small.table.note("near", report_of({instance("chess", 3), instance("video", 3)}));
    small.table.note("elsewhere", report_of({instance("video", 3)}));
    EXPECT_EQ(small.table.at("near", "chess").hosted, nullptr);
    EXPECT_EQ(small.table.at("near", "chess").reported, nullptr);
    EXPECT_EQ(small.table.at("elsewhere", "video").reported, nullptr);
    EXPECT_EQ(small.table.pool("near", small.table.at("near", "video")).size(), 1U);
}

TEST(InstanceTable, SameFiguresAtTheSameMomentAreOnePool) {
    SmallTable small;
    small.table.note("near", report_of({instance("video", 3), instance("analysis", 3)}));
    const std::vector<std::uint32_t> both{0, 1};
    EXPECT_EQ(small.table.pool("near", small.table.at("near", "video")), both);
    EXPECT_EQ(small.table.pool("near", small.table.at("near", "analysis")), both);
    small.table.note("near", report_of({instance("video", 3), instance("analysis", 2)}));
    EXPECT_EQ(small.table.pool("near", small.table.at("near", "video")),
              std::vector<std::uint32_t>{small.table.position("video")});
}

TEST(InstanceTable, JobsOfThePoolsOtherServicesAreNotOnesOwn) {
    DecisionBench b;
    b.begin();
    for (int second = 0; second < 30; ++second) { // 10 flows of "analysis" a second, none of "video"
        SL_CHECK(
            b.decision->take(b.ingress(10 * static_cast<std::uint64_t>(second)), b.clock.now()).has_value());
        b.pass(std::chrono::seconds(1));
    }
    const auto analysis = b.decision->explain("analysis", "R1");
    const auto video = b.decision->explain("video", "R1");
    ASSERT_TRUE(analysis && video);
    double others = 0;
    for (std::size_t site = 0; site < 2; ++site) {
        EXPECT_DOUBLE_EQ(analysis->candidates[site].other_jobs, 0);
        others += video->candidates[site].other_jobs;
    }
    EXPECT_NEAR(others, 10, 0.5) << "all of them go to one site or the other";
}

} // namespace
} // namespace suanlu
