// SPDX-License-Identifier: Apache-2.0
// The exhaustive check (exhaustive_search.hpp) of the C core itself (steer/affinity.h on a port of a few
// words): no reachable state breaks a property, and each rule left out must break one. What is left out, is
// left out of the port or of what stands around SlotTable, never of the core. (What SteerTables adds,
// restarts and the return of sites among many slots, is what affinity_test.cpp plays at random; the engine
// over DPDK goes through the same check in tests/packets/run_dpdk_affinity_test.cpp.)
#include <gtest/gtest.h>

#include <iostream>

#include "tests/unit/dataplane/exhaustive_packet.hpp"
#include "tests/unit/dataplane/exhaustive_search.hpp"

namespace suanlu::exhaustive {
namespace {

Sent by_core(const World& world, State& state, const Arrival& arrival) {
    return Packet(world, state, arrival).send();
}

TEST(Exhaustive, AllRules_NothingIsBroken) {
    for (const std::size_t capacity : {0, 1, 2}) {
        Search search({kAll, capacity}, by_core);
        const auto broken = search.run();
        EXPECT_FALSE(broken) << "capacity " << capacity << ": " << broken.value_or("");
        EXPECT_TRUE(search.has_moved());
        EXPECT_EQ(search.has_second_choice(), capacity > 0) << "which leaves entries";
        EXPECT_EQ(search.states(), kStates[capacity]) << "capacity " << capacity;
    }
}

TEST(Exhaustive, Movable_AllRules_NothingIsBroken) {
    Search search({kAll, 2, Affinity::kMovable}, by_core);
    const auto broken = search.run();
    EXPECT_FALSE(broken) << broken.value_or("");
    EXPECT_TRUE(search.has_moved());
    EXPECT_EQ(search.states(), kMovableStates);
}

struct Left {
    const char* name;
    Rule rule;
};

class WithoutRule : public testing::TestWithParam<Left> {};

TEST_P(WithoutRule, SomethingIsBroken) {
    const bool is_movable = GetParam().rule >= kMovableFollows;
    std::optional<std::string> broken;
    for (const std::size_t capacity : {1, 0, 2}) {
        if (broken) {
            break;
        }
        broken =
            Search({GetParam().rule, capacity, is_movable ? Affinity::kMovable : Affinity::kFlow}, by_core)
                .run();
    }
    EXPECT_TRUE(broken);
    RecordProperty("broken", broken.value_or(""));
    std::cout << broken.value_or("nothing") << '\n';
}

const std::vector<Left> kRules = {{"Rule1_SinceWhenMoving", kSinceWhenMoving},
                                  {"Rule2_EntryIsFollowed", kEntryIsFollowed},
                                  {"Rule2_EntryIsRefreshed", kEntryIsRefreshed},
                                  {"Rule2_StartNeedsFreshness", kStartNeedsFreshness},
                                  {"Rule2_DeadSiteIsLeft", kDeadSiteIsLeft},
                                  {"Rule3_StartIsRecalled", kStartIsRecalled},
                                  {"Rule3_StartIsRecorded", kStartIsRecorded},
                                  {"Rule3_StartOnBaseForgets", kStartOnBaseForgets},
                                  {"Rule3_BaseWhenNotRecorded", kBaseWhenNotRecorded},
                                  {"Rule4_UnknownGoesToBase", kUnknownGoesToBase},
                                  {"Rule4_UnknownIsRecorded", kUnknownIsRecorded},
                                  {"Rule4_FailurePutsOff", kFailurePutsOff},
                                  {"Rule5_MoveWaits", kMoveWaits},
                                  {"Rule5_NothingIsEvicted", kNothingIsEvicted},
                                  {"Rule6_SuspectStays", kSuspectStays},
                                  {"Rule6_DeathIsAtOnce", kDeathIsAtOnce},
                                  {"Rule7_MovableFollows", kMovableFollows},
                                  {"Rule7_MovableStays", kMovableStays}};

INSTANTIATE_TEST_SUITE_P(Rules, WithoutRule, testing::ValuesIn(kRules),
                         [](const auto& tested) { return std::string(tested.param.name); });

} // namespace
} // namespace suanlu::exhaustive
