// SPDX-License-Identifier: Apache-2.0
#include "policies/fallback.hpp"

#include <gtest/gtest.h>

#include <random>

namespace suanlu {
namespace {

using std::chrono::milliseconds;

FallbackEvidence healthy() {
    FallbackEvidence e;
    e.sites = e.alive = e.with_path = e.with_room = e.fresh = e.ever_reported = e.usable = 3;
    e.has_last_good = e.has_static = true;
    return e;
}

FallbackEvidence random_evidence(std::mt19937& random) {
    FallbackEvidence e = healthy();
    for (std::uint32_t* count : {&e.alive, &e.with_path, &e.with_room, &e.fresh, &e.usable}) {
        *count = random() % 3 == 0 ? static_cast<std::uint32_t>(random() % 4) : 3;
    }
    e.is_short = random() % 4 == 0;
    e.is_self_suspect = random() % 8 == 0;
    e.has_last_good = random() % 3 != 0;
    e.has_static = random() % 2 != 0;
    return e;
}

TEST(Fallback, EveryDimensionLostAlone_LeavesTheLastGoodSharesAndIsNamed) {
    struct Row {
        void (*commit)(FallbackEvidence&);
        const char* reason;
    };
    const Row rows[] = {
        {[](FallbackEvidence& e) { e.alive = 0; }, "liveness: 0 of 3"},
        {[](FallbackEvidence& e) { e.with_path = 0; }, "path: 0 of 3"},
        {[](FallbackEvidence& e) { e.with_room = 0; }, "load: 0 of 3"},
        {[](FallbackEvidence& e) { e.fresh = 0; }, "telemetry: 0 of 3"},
        {[](FallbackEvidence& e) { e.is_self_suspect = true; }, "suspecting this controller's own"},
        {[](FallbackEvidence& e) { e.usable = 0; }, "no site passes the filters"},
    };
    for (const Row& row : rows) {
        FallbackEvidence e = healthy();
        row.commit(e);
        const FallbackView view = judge(e);
        EXPECT_EQ(view.mode, FallbackMode::kLastGood) << row.reason;
        EXPECT_NE(view.reason.find(row.reason), std::string::npos) << view.reason;
        e.has_last_good = false;
        EXPECT_EQ(judge(e).mode, FallbackMode::kStatic) << row.reason;
        e.has_static = false;
        EXPECT_EQ(judge(e).mode, FallbackMode::kAnycast) << row.reason;
    }
}

TEST(Fallback, ReducedIsNoReasonToLeaveLive) {
    FallbackEvidence e = healthy();
    e.alive = e.with_path = e.with_room = e.fresh = e.usable = 1;
    e.is_short = true;
    const FallbackView view = judge(e);
    EXPECT_EQ(view.mode, FallbackMode::kLive);
    EXPECT_EQ(view.telemetry, Standing::kReduced);
    e.fresh = e.ever_reported = 0;
    EXPECT_EQ(judge(e).mode, FallbackMode::kLive) << "the inventory's figures count until a first report";
}

/// Random evidence every 50..550 ms: worse at once, worse than needed only for as long as steps up take,
/// one step up per hold at most, the same again from the same inputs, no state without a reason.
TEST(Fallback, RandomSequences_AreCalmAndNeverWorseThanNeeded) {
    for (unsigned seed = 0; seed < 300; ++seed) {
        std::mt19937 random(seed);
        Fallback machine;
        Fallback twin;
        VirtualClock clock;
        MonoTime last_change = clock.now();
        MonoTime needed_since = clock.now();
        FallbackMode before = FallbackMode::kLive;
        FallbackEvidence evidence = random_evidence(random);
        for (int step = 0; step < 200; ++step) {
            if (random() % 6 == 0) {
                evidence = random_evidence(random);
            }
            const FallbackMode possible = judge(evidence).mode;
            const FallbackView now = machine.update(evidence, clock.now());
            ASSERT_EQ(twin.update(evidence, clock.now()).reason, now.reason);
            ASSERT_EQ(twin.view().mode, now.mode);
            ASSERT_GE(now.mode, possible) << "better than what is possible";
            ASSERT_FALSE(now.reason.empty());
            if (possible >= before || step == 0) {
                ASSERT_EQ(now.mode, possible) << "worse is followed at once";
            }
            if (now.mode < before && step > 0) {
                ASSERT_GE(clock.now() - last_change, Fallback::kHold) << "seed " << seed;
            }
            if (possible >= now.mode) {
                needed_since = clock.now();
            }
            // Worse than needed for as long as three steps up take, at most.
            ASSERT_LE(clock.now() - needed_since, 3 * (Fallback::kHold + milliseconds(550)))
                << "seed " << seed;
            last_change = now.mode != before ? clock.now() : last_change;
            before = now.mode;
            clock.advance(milliseconds(50 + random() % 500));
        }
    }
}

TEST(Fallback, CountsEveryStateThatIsEntered) {
    Fallback machine;
    VirtualClock clock;
    FallbackEvidence e = healthy();
    machine.update(e, clock.now());
    e.fresh = 0;
    for (int i = 0; i < 5; ++i) {
        machine.update(e, clock.now());
    }
    e = healthy();
    machine.update(e, clock.now());
    EXPECT_EQ(machine.view().mode, FallbackMode::kLastGood);
    EXPECT_NE(machine.view().reason.find("live is possible again"), std::string::npos);
    clock.advance(Fallback::kHold);
    EXPECT_EQ(machine.update(e, clock.now()).mode, FallbackMode::kLive);
    EXPECT_EQ(machine.entered()[0], 2U);
    EXPECT_EQ(machine.entered()[1], 1U);
}

} // namespace
} // namespace suanlu
