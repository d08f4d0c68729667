// SPDX-License-Identifier: Apache-2.0
#include "dns/notify/notify_schedule.hpp"

#include <gtest/gtest.h>

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr MonoTime kStart{seconds(100)};

TEST(NotifySchedules, ChangesWithinASecond_BecomeOne) {
    NotifySchedule schedule(1);
    schedule.changed(0, kStart);
    EXPECT_EQ(schedule.take_due(kStart).targets.size(), 1U) << "the first at once";
    EXPECT_TRUE(schedule.answered(0));
    for (int i = 1; i < 10; ++i) {
        schedule.changed(0, kStart + milliseconds(100 * i));
        EXPECT_TRUE(schedule.take_due(kStart + milliseconds(100 * i)).targets.empty());
    }
    EXPECT_EQ(schedule.next(), kStart + seconds(1));
    EXPECT_EQ(schedule.take_due(kStart + seconds(1)).targets.size(), 1U);
    EXPECT_TRUE(schedule.answered(0));
    EXPECT_FALSE(schedule.next());
}

TEST(NotifySchedules, Silence_IsAskedAgainWithDoublingPauses_AndGivenUp) {
    NotifySchedule schedule(1);
    schedule.changed(0, kStart);
    std::vector<long> sent;
    std::size_t given_up = 0;
    while (const auto next = schedule.next()) {
        const auto due = schedule.take_due(*next);
        if (!due.targets.empty()) {
            sent.push_back(std::chrono::duration_cast<seconds>(*next - kStart).count());
        }
        given_up += due.given_up;
    }
    EXPECT_EQ(sent, (std::vector<long>{0, 2, 6, 14, 30, 62}));
    EXPECT_EQ(given_up, 1U);
    EXPECT_FALSE(schedule.answered(0)) << "too late";
}

TEST(NotifySchedules, AnswerToAnEarlierChange_DoesNotCount) {
    NotifySchedule schedule(2);
    schedule.changed(1, kStart);
    EXPECT_EQ(schedule.take_due(kStart).targets, std::vector<std::size_t>{1});
    schedule.changed(1, kStart + milliseconds(10));
    EXPECT_FALSE(schedule.answered(1));
    EXPECT_FALSE(schedule.answered(0));
    EXPECT_EQ(schedule.next(), kStart + seconds(1));
}

} // namespace
