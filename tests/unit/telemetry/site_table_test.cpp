// SPDX-License-Identifier: Apache-2.0
#include "telemetry/site_table.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace suanlu {
namespace {

constexpr MonoTime kStart{std::chrono::seconds(10)};
constexpr std::uint64_t kWall = 1'700'000'000'000'000'000ULL;

SiteReport report(const char* site, const char* boot, std::uint64_t sequence, std::uint64_t wall = kWall) {
    SiteReport r;
    r.site = site;
    r.boot_id = boot;
    r.sequence = sequence;
    r.wall_unix_ns = wall;
    return r;
}

TEST(SiteTable, OldAndRepeatedReports_AreRefusedAndCounted) {
    SiteTable table({"a", "b", "c"});
    EXPECT_TRUE(table.accept(report("a", "x", 5), kStart, kWall));
    EXPECT_FALSE(table.accept(report("a", "x", 5), kStart, kWall));
    EXPECT_FALSE(table.accept(report("a", "x", 4), kStart, kWall));
    EXPECT_TRUE(table.accept(report("a", "y", 1), kStart, kWall)) << "a new boot starts anew";
    EXPECT_FALSE(table.accept(report("a", "x", 6), kStart, kWall)) << "a replaced boot is over";
    EXPECT_EQ(table.counters().refused_old, 3U);
}

TEST(SiteTable, UnknownSite_AndNonsense_AreRefused) {
    SiteTable table({"a"});
    EXPECT_EQ(table.accept(report("z", "x", 1), kStart, kWall).error().code, Errc::kNotFound);
    SiteReport bad = report("a", "x", 1);
    bad.instances.push_back(
        {.service = "s", .slots_total = std::numeric_limits<double>::quiet_NaN(), .raw = {}});
    EXPECT_FALSE(table.accept(bad, kStart, kWall));
    SiteReport twice = report("a", "x", 1);
    twice.instances.resize(2);
    twice.instances[0].service = twice.instances[1].service = "s";
    EXPECT_FALSE(table.accept(twice, kStart, kWall)) << "their counters would be taken for one that jumps";
    EXPECT_EQ(table.view("a", kStart)->freshness, Freshness::kNeverReported);
}

TEST(SiteTable, Stale_IsAState_AndAgesOnOurClock) {
    SiteTable table({"a"});
    // The site's clock is an hour off: it is shown and counted, nothing else.
    EXPECT_TRUE(table.accept(report("a", "x", 1, kWall - 3'600'000'000'000ULL), kStart, kWall));
    EXPECT_EQ(table.counters().clock_off, 1U);
    EXPECT_TRUE(table.view("a", kStart)->is_clock_off);
    EXPECT_EQ(table.view("a", kStart + std::chrono::seconds(1))->freshness, Freshness::kFresh);
    EXPECT_EQ(table.view("a", kStart + std::chrono::seconds(3))->freshness, Freshness::kStale);
}

TEST(SiteTable, MostSitesSilentAtOnce_SuspectsOurselves) {
    SiteTable table({"a", "b", "c"});
    for (const char* site : {"a", "b", "c"}) {
        EXPECT_TRUE(table.accept(report(site, "x", 1), kStart, kWall));
    }
    EXPECT_FALSE(table.is_self_suspect(kStart + std::chrono::seconds(1)));
    EXPECT_TRUE(table.is_self_suspect(kStart + std::chrono::seconds(5)));
    EXPECT_TRUE(table.accept(report("a", "x", 2), kStart + std::chrono::seconds(5), kWall));
    EXPECT_TRUE(table.accept(report("b", "x", 2), kStart + std::chrono::seconds(5), kWall));
    EXPECT_FALSE(table.is_self_suspect(kStart + std::chrono::seconds(5)));
}

} // namespace
} // namespace suanlu
