// SPDX-License-Identifier: Apache-2.0
#include "core/support/mailbox.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "core/support/owned.hpp"
#include "core/support/snapshot_cell.hpp"

namespace suanlu {
namespace {

struct Message {
    int sender = 0;
    int number = 0;
};

Task<void> receive_all(Mailbox<Message>* mailbox, std::vector<Message>* out) {
    while (auto message = co_await mailbox->pop()) {
        out->push_back(*message);
    }
}

TEST(Mailbox, TwoSenders_EveryMessageOnceAndInOrderPerSender) {
    asio::io_context io;
    Strand strand = asio::make_strand(io);
    Mailbox<Message> mailbox(strand, 1'000'000);
    std::vector<Message> got;
    spawn_owned(strand, "receive", receive_all(&mailbox, &got));
    std::thread runner([&] { io.run(); });
    constexpr int kEach = 20'000;
    const auto send = [&](int sender) {
        for (int n = 0; n < kEach; ++n) {
            ASSERT_TRUE(mailbox.push({sender, n}));
        }
    };
    std::thread one(send, 0);
    std::thread two(send, 1);
    one.join();
    two.join();
    mailbox.close();
    runner.join();
    ASSERT_EQ(got.size(), 2U * kEach);
    int next[2] = {0, 0};
    for (const Message& m : got) {
        EXPECT_EQ(m.number, next[m.sender]++);
    }
}

TEST(Mailbox, MergeFunction_FoldsTheBacklogPerKey) {
    asio::io_context io;
    Strand strand = asio::make_strand(io);
    Mailbox<Message> mailbox(strand, 4, [](Message& waiting, Message& incoming) {
        if (waiting.sender != incoming.sender) {
            return false;
        }
        waiting.number = incoming.number;
        return true;
    });
    for (int n = 0; n < 100; ++n) {
        EXPECT_TRUE(mailbox.push({n % 3, n}));
    }
    EXPECT_EQ(mailbox.counters().depth, 3U);
    EXPECT_EQ(mailbox.counters().merged, 97U);
    mailbox.close();
    std::vector<Message> got;
    spawn_owned(strand, "receive", receive_all(&mailbox, &got));
    io.run();
    ASSERT_EQ(got.size(), 3U);
    EXPECT_EQ(got[0].number, 99);
}

TEST(Mailbox, Full_RefusesAndCounts) {
    asio::io_context io;
    Mailbox<Message> mailbox(asio::make_strand(io), 2);
    EXPECT_TRUE(mailbox.push({0, 1}));
    EXPECT_TRUE(mailbox.push({0, 2}));
    EXPECT_FALSE(mailbox.push({0, 3}));
    EXPECT_EQ(mailbox.counters().dropped, 1U);
}

TEST(OwnedDeathTest, TouchingStateOffItsStrand_Aborts) {
    asio::io_context io;
    Owned<int> number(asio::make_strand(io), 7);
    EXPECT_DEATH((void)number.get(), "invariant.broken");
    int seen = 0;
    asio::post(number.strand(), [&] { seen = number.get(); });
    io.run();
    EXPECT_EQ(seen, 7);
}

TEST(SnapshotCell, Publish_ReplacesAndRaisesTheGeneration) {
    SnapshotCell<int> cell;
    EXPECT_EQ(cell.read(), nullptr);
    cell.publish(std::make_shared<const int>(5));
    EXPECT_EQ(*cell.read(), 5);
    EXPECT_EQ(cell.generation(), 1U);
}

} // namespace
} // namespace suanlu
