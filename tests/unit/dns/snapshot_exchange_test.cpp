// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "dns/answer/snapshot_exchange.hpp"

namespace {

using namespace suanlu::dns;

std::shared_ptr<const Snapshot> snapshot(const std::string& nsid) {
    return std::make_shared<const Snapshot>(
        std::vector<Snapshot::Owner>{}, std::vector<std::shared_ptr<const ZoneDenials>>{},
        std::make_shared<const ClientClasses>(), ServerOptions{.nsid = nsid});
}

TEST(SnapshotExchange, AReader_KeepsWhatItTook_UntilItTakesAgainOrLeaves) {
    SnapshotExchange exchange(snapshot("1"), 2);
    EXPECT_EQ(exchange.reader(0).take(exchange).options().nsid, "1");
    exchange.publish(snapshot("2"));
    exchange.publish(snapshot("3"));
    EXPECT_EQ(exchange.retired(), 2U);
    EXPECT_EQ(exchange.reader(0).take(exchange).options().nsid, "3");
    exchange.reclaim();
    EXPECT_EQ(exchange.retired(), 0U);
    exchange.publish(snapshot("4"));
    EXPECT_EQ(exchange.retired(), 1U);
    exchange.reader(0).leave();
    exchange.reclaim();
    EXPECT_EQ(exchange.retired(), 0U) << "who waits for packets holds nothing";
}

TEST(SnapshotExchange, ReadersAndPublisherAtOnce_NobodyReadsWhatIsGone) {
    SnapshotExchange exchange(snapshot("0"), 2);
    std::atomic<bool> is_over{false};
    std::latch both_took{2};
    std::vector<std::thread> readers;
    for (std::size_t number = 0; number < 2; ++number) {
        readers.emplace_back([&, number] {
            EXPECT_FALSE(exchange.reader(number).take(exchange).options().nsid.empty());
            both_took.count_down();
            while (!is_over) {
                const std::string& nsid = exchange.reader(number).take(exchange).options().nsid;
                ASSERT_FALSE(nsid.empty()); // ASan and TSan see a read of one that is gone
            }
            exchange.reader(number).leave();
        });
    }
    both_took.wait();
    for (int i = 1; i <= 2000; ++i) {
        exchange.publish(snapshot(std::to_string(i)));
    }
    is_over = true;
    for (std::thread& reader : readers) {
        reader.join();
    }
    exchange.reclaim();
    EXPECT_EQ(exchange.retired(), 0U);
    EXPECT_EQ(exchange.newest()->options().nsid, "2000");
}

} // namespace
