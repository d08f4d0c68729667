// SPDX-License-Identifier: Apache-2.0
#include "dns/tap/frame_queue.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace {

using namespace suanlu::dns;

TEST(FrameQueue, Full_RefusesAndKeepsTheOrder) {
    FrameQueue queue(2);
    EXPECT_FALSE(queue.pop());
    EXPECT_TRUE(queue.push({1}));
    EXPECT_TRUE(queue.push({2}));
    EXPECT_FALSE(queue.push({3}));
    EXPECT_EQ(queue.pop(), Bytes{1});
    EXPECT_TRUE(queue.push({4}));
    EXPECT_EQ(queue.pop(), Bytes{2});
    EXPECT_EQ(queue.pop(), Bytes{4});
    EXPECT_FALSE(queue.pop());
}

TEST(FrameQueue, TwoThreads_EveryFrameOnceAndInOrder) {
    constexpr std::uint32_t kFrames = 20'000;
    FrameQueue queue(64);
    std::thread maker([&queue] {
        for (std::uint32_t number = 0; number < kFrames; ++number) {
            Bytes frame;
            put_integer(frame, number);
            while (!queue.push(frame)) {
                std::this_thread::yield();
            }
        }
    });
    for (std::uint32_t number = 0; number < kFrames;) {
        if (const auto frame = queue.pop()) {
            WireReader reader(*frame);
            ASSERT_EQ(*reader.integer<std::uint32_t>(), number++);
        } else {
            std::this_thread::yield();
        }
    }
    maker.join();
    EXPECT_FALSE(queue.pop());
}

} // namespace
