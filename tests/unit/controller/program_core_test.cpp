// SPDX-License-Identifier: Apache-2.0
#include "controller/program/program_core.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

using std::chrono::seconds;

struct ProgramBench {
    VirtualClock clock;
    ProgramCore core{"ctl", 7, {"R1", "R2"}};

    static Plan plan(const std::string& node, std::uint32_t ppm = kWholeShare) {
        Plan out;
        out.node = node;
        ServicePlan service;
        service.name = "analysis";
        service.shares = {{SiteId{1}, ppm}};
        out.services = {service};
        return out;
    }
    static AgentHello hello(const std::string& node, PlanId applied = {}) {
        AgentHello out;
        out.node = node;
        out.applied = std::move(applied);
        return out;
    }
    void connect(SessionId session, PlanId applied = {}) {
        core.connected(hello("R1", std::move(applied)), session, clock.now());
    }
    void want(std::uint32_t ppm = kWholeShare) { core.want(plan("R1", ppm), clock.now(), clock.now()); }
    AgentRow row() { return core.rows(clock.now()).front(); }
};

TEST(ProgramCore, PlanWaitsForTheAgentAndCountsOnlyWhenApplied) {
    ProgramBench b;
    b.want();
    EXPECT_TRUE(b.core.take_pushes().empty());
    EXPECT_EQ(b.row().state, AgentState::kNeverSeen);
    b.connect(1);
    const auto pushes = b.core.take_pushes();
    ASSERT_EQ(pushes.size(), 1U);
    EXPECT_EQ(pushes[0].plan->id.text(), "ctl/7/1");
    EXPECT_EQ(b.core.take_view(), nullptr) << "sent is not applied";
    b.core.applied("R1", 1, pushes[0].plan->id, b.clock.now());
    const auto view = b.core.take_view();
    ASSERT_NE(view, nullptr);
    EXPECT_EQ(view->plans.at("R1"), pushes[0].plan);
    EXPECT_EQ(b.row().state, AgentState::kApplied);
}

TEST(ProgramCore, NewestPlanWinsAndSameContentIsNotSentAgain) {
    ProgramBench b;
    b.connect(1);
    b.want(1);
    b.want(2);
    const auto pushes = b.core.take_pushes();
    ASSERT_EQ(pushes.size(), 1U);
    EXPECT_EQ(pushes[0].plan->services[0].shares[0].ppm, 2U);
    EXPECT_EQ(b.core.counters().coalesced, 1U);
    b.want(2);
    EXPECT_TRUE(b.core.take_pushes().empty());
}

TEST(ProgramCore, AgentWithoutAnAnswerIsLaggingAfterTwoSeconds) {
    ProgramBench b;
    b.connect(1);
    b.want();
    const auto pushes = b.core.take_pushes();
    b.core.applied("R1", 1, pushes[0].plan->id, b.clock.now());
    b.want(5);
    b.core.take_pushes();
    EXPECT_EQ(b.row().state, AgentState::kApplied);
    b.clock.advance(seconds(2));
    b.core.heard("R1", 1, "live", b.clock.now());
    EXPECT_EQ(b.row().state, AgentState::kLagging) << "it talks, but has not applied";
    b.core.disconnected("R1", 1, b.clock.now());
    EXPECT_EQ(b.row().state, AgentState::kLost);
}

TEST(ProgramCore, SilentAgentIsLaggingThoughItAppliedEverything) {
    ProgramBench b;
    b.connect(1);
    b.want();
    b.core.applied("R1", 1, b.core.take_pushes()[0].plan->id, b.clock.now());
    b.clock.advance(seconds(2));
    EXPECT_EQ(b.row().state, AgentState::kLagging);
    b.core.heard("R1", 1, "live", b.clock.now());
    EXPECT_EQ(b.row().state, AgentState::kApplied);
}

TEST(ProgramCore, RefusalIsShownAndOfferedAgainLater) {
    ProgramBench b;
    b.connect(1);
    b.want();
    const PlanId id = b.core.take_pushes()[0].plan->id;
    b.core.refused("R1", 1, id, "conflict: another controller's session lives", b.clock.now());
    EXPECT_EQ(b.row().state, AgentState::kRefused);
    EXPECT_EQ(b.row().refusal, "conflict: another controller's session lives");
    b.core.tick(b.clock.now());
    EXPECT_TRUE(b.core.take_pushes().empty());
    b.clock.advance(seconds(5));
    b.core.tick(b.clock.now());
    const auto again = b.core.take_pushes();
    ASSERT_EQ(again.size(), 1U);
    EXPECT_TRUE(again[0].plan->id.is_newer_than(id));
}

TEST(ProgramCore, AgentThatRunsALaterPlanOfOurs_RaisesTheNumbers) {
    ProgramBench b;
    b.want();
    b.connect(1, {"ctl", 9, 40});
    const auto pushes = b.core.take_pushes();
    ASSERT_EQ(pushes.size(), 1U);
    EXPECT_EQ(pushes[0].plan->id.text(), "ctl/9/41");
    EXPECT_EQ(b.core.epoch(), 9U);
    EXPECT_EQ(b.core.counters().adopted, 1U);
}

TEST(ProgramCore, PlanOfAnotherControllerRaisesNothing) {
    ProgramBench b;
    b.want();
    b.connect(1, {"usurper", 99, 40});
    EXPECT_EQ(b.core.take_pushes()[0].plan->id.text(), "ctl/7/1");
    EXPECT_EQ(b.core.counters().adopted, 0U);
    EXPECT_EQ(b.row().state, AgentState::kLagging);
}

TEST(ProgramCore, AgentThatComesBackWithTheNewestPlanIsNotSentItAgain) {
    ProgramBench b;
    b.connect(1);
    b.want();
    const PlanId id = b.core.take_pushes()[0].plan->id;
    b.core.applied("R1", 1, id, b.clock.now());
    b.core.disconnected("R1", 1, b.clock.now());
    b.connect(2, id);
    EXPECT_TRUE(b.core.take_pushes().empty());
    EXPECT_EQ(b.row().state, AgentState::kApplied);
}

TEST(ProgramCore, MessagesOfAReplacedSessionAreIgnored) {
    ProgramBench b;
    b.connect(1);
    b.want();
    const PlanId id = b.core.take_pushes()[0].plan->id;
    b.connect(2);
    b.core.applied("R1", 1, id, b.clock.now());
    b.core.disconnected("R1", 1, b.clock.now());
    EXPECT_NE(b.row().state, AgentState::kLost);
    EXPECT_NE(b.row().applied, id);
    EXPECT_EQ(b.core.counters().ignored, 2U);
    EXPECT_EQ(b.core.take_pushes().size(), 1U) << "the new session gets the Plan too";
}

TEST(ProgramCore, AppliedOfAPlanThatWasNeverSentIsIgnored) {
    ProgramBench b;
    b.connect(1);
    b.want();
    b.core.take_pushes();
    b.core.applied("R1", 1, {"ctl", 7, 99}, b.clock.now());
    EXPECT_EQ(b.core.take_view(), nullptr);
    EXPECT_EQ(b.core.counters().ignored, 1U);
}

} // namespace
} // namespace suanlu
