// SPDX-License-Identifier: Apache-2.0
// A run with failures is recorded, and the journal gives the same Plans again.
#include "controller/decision/replay.hpp"

#include <gtest/gtest.h>

#include "controller/decision/journal_file.hpp"
#include "core/support/whole_file.hpp"
#include "tests/sim/sim_world.hpp"

namespace suanlu::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Load, a capacity loss, a cut link, silent sites, a dead site, another policy: everything that moves
/// shares.
std::string record_failures(SimWorld& world) {
    JournalWriter writer({DecisionLimits{}, {}, "mark", false}, world.now());
    world.record_to(&writer);
    world.restart_controller(false);
    world.load("R1", "analysis", 35);
    world.load("R2", "analysis", 35);
    world.load("R1", "video", 10);
    world.run(seconds(8));
    world.site("mec-1").set_local(3);
    world.run(seconds(4));
    world.cut("E1", "P1");
    world.run(seconds(3));
    world.site("mec-1").set_reporting(false);
    world.site("mec-2").set_reporting(false);
    world.run(seconds(5));
    world.site("mec-1").set_reporting(true);
    world.site("mec-2").set_reporting(true);
    world.run(seconds(4));
    world.site("mec-2").set_up(false);
    world.run(seconds(6));
    SL_CHECK(world.decision().set_policy("stream", "nearest", world.now()).has_value());
    world.run(seconds(2));
    world.decision().set_listener(nullptr);
    return writer.take();
}

TEST(Replay, ARunWithFailuresGivesTheSamePlansBitForBit) {
    SimWorld world;
    const std::string bytes = record_failures(world);
    const auto journal = read_journal(bytes);
    ASSERT_TRUE(journal) << journal.error().text();
    EXPECT_EQ(journal->torn, "");
    const auto again = replay(*journal, world.inventory());
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_GT(again->plans.size(), 20U);
    EXPECT_EQ(again->differing, 0U);
    EXPECT_GT(again->inputs, 500U);
    EXPECT_EQ(again->decision->shares(), world.decision().shares());
    EXPECT_EQ(again->decision->counters().self_suspected, 1U);
    RecordProperty("bytes_per_second", std::to_string(bytes.size() / 32));
}

TEST(Replay, ThroughAFile_AndARotationDropsTheOldestHalf) {
    SimWorld world;
    const std::string bytes = record_failures(world);
    const std::string folder = testing::TempDir() + "suanlu-journal";
    auto file = JournalFile::open(folder);
    ASSERT_TRUE(file) << file.error().text();
    ASSERT_TRUE(file->append(bytes.substr(0, 1000)));
    ASSERT_TRUE(file->append(bytes.substr(1000)));
    EXPECT_EQ(*read_whole_file(folder + "/decision.journal"), bytes);
    ASSERT_TRUE(file->rotate());
    ASSERT_TRUE(file->append("next"));
    EXPECT_EQ(*read_whole_file(folder + "/decision.journal.1"), bytes);
    EXPECT_EQ(*read_whole_file(folder + "/decision.journal"), "next");
    EXPECT_FALSE(read_whole_file(folder + "/none"));
}

TEST(Replay, AnotherInventoryIsSeenInThePlans) {
    SimWorld world;
    const auto journal = read_journal(record_failures(world));
    ASSERT_TRUE(journal);
    Inventory other = world.inventory();
    other.services[0].jobs_per_flow = 3;
    const auto again = replay(*journal, other);
    ASSERT_TRUE(again);
    EXPECT_GT(again->differing, 0U);
}

} // namespace
} // namespace suanlu::sim
