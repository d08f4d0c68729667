// SPDX-License-Identifier: Apache-2.0
// The guarantee of flow affinity (docs/architecture.md): no violation with the rules as they are, many with
// any of them left out. What is left out, is left out of the engine that the core stands on, never of the
// core.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/unit/dataplane/affinity_model.hpp"
#include "tests/unit/dataplane/shared_engine.hpp"

namespace suanlu::affinity {
namespace {

/// SUANLU_AFFINITY_STEPS asks for a longer search.
long steps() {
    const char* text = std::getenv("SUANLU_AFFINITY_STEPS");
    return text != nullptr ? std::max(1L, std::strtol(text, nullptr, 10)) : 20000;
}

template <class Engine = HostEngine>
Violations total(Scenario scenario, int seeds = 4) {
    Violations sum;
    for (int seed = 1; seed <= seeds; seed++) {
        Model model(std::make_unique<Engine>(64, scenario.table), scenario, static_cast<std::uint64_t>(seed));
        const auto one = model.run(steps());
        sum.established += one.established;
        sum.handshake += one.handshake;
        sum.packets += one.packets;
        sum.commits += one.commits;
        sum.recorded += one.recorded;
        sum.full += one.full;
    }
    return sum;
}

void expect_kept(const Violations& seen) {
    EXPECT_EQ(seen.established, 0) << "of " << seen.packets << " packets";
    EXPECT_EQ(seen.handshake, 0) << "of " << seen.packets << " packets";
    EXPECT_GT(seen.commits, 100) << "nothing moved: the test shows nothing";
    EXPECT_GT(seen.recorded, 100) << "nothing was recorded: the test shows nothing";
}

Scenario small_table() {
    Scenario scenario;
    scenario.table = 3;
    return scenario;
}

TEST(Guarantee, Everything_NoFlowMoves) {
    expect_kept(total({}));
}

TEST(Guarantee, TableFull_MovesWaitAndNoFlowMoves) {
    const auto seen = total(small_table());
    EXPECT_EQ(seen.established, 0);
    EXPECT_EQ(seen.handshake, 0);
    EXPECT_GT(seen.full, 1000);
    EXPECT_GT(seen.commits, 10);
}

TEST(Guarantee, TablesOfTheDpdkEngine_NoFlowMoves) {
    expect_kept(total<SharedEngine>({}, 1));
}

TEST(Guarantee, TablesOfTheDpdkEngineFull_MovesWaitAndNoFlowMoves) {
    const auto seen = total<SharedEngine>(small_table(), 1);
    EXPECT_EQ(seen.established, 0);
    EXPECT_EQ(seen.handshake, 0);
    EXPECT_GT(seen.full, 1000);
    EXPECT_GT(seen.commits, 10);
}

TEST(Guarantee, OneChangeAtATime_NoFlowMoves) {
    Scenario scenario;
    scenario.change_within_move = scenario.death = scenario.flap = scenario.restart = false;
    expect_kept(total(scenario));
}

TEST(Guarantee, DeathAndReturnOnly_NoFlowMoves) {
    Scenario scenario;
    scenario.flap = scenario.restart = scenario.reuse = false;
    expect_kept(total(scenario));
}

// --- and without a rule ---

struct NoStartCache : HostEngine {
    using HostEngine::HostEngine;
    std::uint64_t* start_line(std::uint32_t) override { return &(blank = 0); }
    std::uint64_t blank = 0;
};
TEST(WithoutRule3, NoStartCache_RepeatedStartsGoElsewhere) {
    EXPECT_GT(total<NoStartCache>({}).handshake, 10);
}

struct NothingRecorded : HostEngine {
    using HostEngine::HostEngine;
    int record(const sl_flow_key&, std::uint64_t) override { return 0; }
};
TEST(WithoutRule4, NothingRecorded_FlowsMove) {
    EXPECT_GT(total<NothingRecorded>({}).established, 100);
}

struct SinceStays : HostEngine {
    using HostEngine::HostEngine;
    std::uint64_t swap(std::uint64_t*, std::uint64_t expected, std::uint64_t) override { return expected; }
};
TEST(WithoutRule4, FullTableDoesNotPutOffTheMove_FlowsMove) {
    EXPECT_GT(total<SinceStays>(small_table()).established, 100);
}

struct Evicting : HostEngine {
    using HostEngine::HostEngine;
    int record(const sl_flow_key& key, std::uint64_t word) override {
        if (HostEngine::record(key, word) != 0 && last) {
            forget(*last);
            HostEngine::record(key, word);
        }
        last = key;
        return 0;
    }
    std::optional<sl_flow_key> last;
};
TEST(WithoutRule5, LiveEntriesAreEvicted_FlowsMove) {
    EXPECT_GT(total<Evicting>(small_table()).established, 100);
}

struct NothingForgotten : HostEngine {
    using HostEngine::HostEngine;
    void forget(const sl_flow_key&) override {}
};
TEST(WithoutRule3, StaleEntryIsKept_NewFlowsMove) {
    const auto seen = total<NothingForgotten>({});
    EXPECT_GT(seen.handshake + seen.established, 10);
}

struct SweepMarksNothing : HostEngine {
    using HostEngine::HostEngine;
    Result<bool> sweep(std::size_t limit, const IsOver& is_over) override {
        const std::vector<std::uint64_t> before(marks().begin(), marks().end());
        auto is_round = HostEngine::sweep(limit, is_over);
        std::copy(before.begin(), before.end(), marks().begin());
        return is_round;
    }
};
TEST(WithoutMarks, LiveEntriesAreNotLookedFor_FlowsMove) {
    EXPECT_GT(total<SweepMarksNothing>({}).established, 100);
}

TEST(WithoutRule5, MoveIsFinalBeforeG_FlowsMove) {
    Scenario scenario;
    scenario.commit_early = std::chrono::seconds(8);
    EXPECT_GT(total(scenario).established, 100);
}

TEST(WithoutRule6, SuspectIsTreatedAsDead_FlowsMove) {
    Scenario scenario;
    scenario.suspect_is_dead = true;
    EXPECT_GT(total(scenario).established, 100);
}

TEST(WithoutEntries, MovableFlowsMove) {
    Scenario scenario;
    scenario.affinity = Affinity::kNone;
    EXPECT_GT(total(scenario).established, 1000);
}

} // namespace
} // namespace suanlu::affinity
