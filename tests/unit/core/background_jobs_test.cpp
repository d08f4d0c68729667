// SPDX-License-Identifier: Apache-2.0
#include "core/support/background_jobs.hpp"

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace {

using suanlu::BackgroundJobs;

TEST(BackgroundJobs, OfEachName_TheNewestIsDone_AndWhatWaitsBeforeTheEnd) {
    std::promise<void> begun;
    std::promise<void> go_on;
    std::vector<int> done;
    {
        BackgroundJobs jobs;
        jobs.put("first", [&] {
            begun.set_value();
            go_on.get_future().wait();
        });
        begun.get_future().wait();
        EXPECT_FALSE(jobs.waits("first")) << "it is being done";
        for (int number = 1; number < 4; ++number) {
            jobs.put("a", [&done, number] { done.push_back(number); });
        }
        jobs.put("b", [&done] { done.push_back(10); });
        EXPECT_TRUE(jobs.waits("a"));
        go_on.set_value();
    }
    EXPECT_EQ(done, (std::vector{3, 10}));
}

TEST(BackgroundJobs, Pace_HoldsNobodyUpAtTheEnd) {
    std::promise<void> first;
    int done = 0;
    {
        BackgroundJobs jobs;
        const auto job = [&] {
            if (++done == 1) {
                first.set_value();
            }
        };
        jobs.put("a", job, std::chrono::hours(1));
        first.get_future().wait();
        jobs.put("a", job, std::chrono::hours(1));
    }
    EXPECT_EQ(done, 2);
}

} // namespace
