// SPDX-License-Identifier: Apache-2.0
#include "dns/server/clock_watch.hpp"

#include <gtest/gtest.h>

namespace {

using std::chrono::seconds;
using suanlu::dns::ClockWatch;

TEST(ClockWatches, Steps_AreSeenOnce_DriftIsNot) {
    const ClockWatch::Steady start{};
    ClockWatch watch(start, 1'000'000);
    EXPECT_FALSE(watch.has_stepped(start + seconds(10), 1'000'010));
    EXPECT_FALSE(watch.has_stepped(start + seconds(20), 1'000'019)) << "rounding";
    EXPECT_TRUE(watch.has_stepped(start + seconds(21), 40'000'000)) << "a box that learnt the year";
    EXPECT_FALSE(watch.has_stepped(start + seconds(22), 40'000'001));
    EXPECT_TRUE(watch.has_stepped(start + seconds(23), 30'000'000));
    EXPECT_FALSE(watch.has_stepped(start + seconds(24), 30'000'001));
}

} // namespace
