// SPDX-License-Identifier: Apache-2.0
// The memory that agent and suanlu-fwd share: rows under readers, entries under many writers, a file that
// outlives both.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <unistd.h>

#include "dataplane/dpdk/shared_store.hpp"

namespace suanlu {
namespace {

using SmallTable = RowTable<std::uint32_t, std::array<std::uint64_t, 8>, 8>;

/// A table that begins as zeroed memory does.
struct Small {
    std::unique_ptr<SmallTable> table{new SmallTable()};
    std::unique_ptr<Grace> grace{new Grace()};
    bool has_readers = true;
    std::chrono::milliseconds patience{10'000};
    RowWriter<SmallTable> writer{*table, *grace, [this] { return has_readers; }, patience};

    [[nodiscard]] std::optional<std::uint64_t> value(std::uint32_t key) const {
        const auto* found = table->find(key);
        return found != nullptr ? std::optional((*found)[0]) : std::nullopt;
    }
};

std::array<std::uint64_t, 8> all(std::uint64_t value) {
    std::array<std::uint64_t, 8> row{};
    row.fill(value);
    return row;
}

TEST(RowTable, PutReplaceDrop) {
    Small small;
    EXPECT_FALSE(small.value(1));
    ASSERT_TRUE(small.writer.put(1, all(10)));
    ASSERT_TRUE(small.writer.put(2, all(20)));
    EXPECT_EQ(small.value(1), 10U);
    ASSERT_TRUE(small.writer.put(1, all(11)));
    EXPECT_EQ(small.value(1), 11U);
    EXPECT_EQ(small.writer.size(), 2U);
    EXPECT_TRUE(small.writer.drop(1));
    EXPECT_FALSE(small.writer.drop(1));
    EXPECT_FALSE(small.value(1));
    EXPECT_EQ(small.value(2), 20U);
}

TEST(RowTable, Full_RefusedAndAllIsThere) {
    Small small;
    for (std::uint32_t key = 0; key < 8; key++) {
        ASSERT_TRUE(small.writer.put(key, all(key)));
    }
    EXPECT_EQ(small.writer.put(8, all(8)).error().code, Errc::kExhausted);
    ASSERT_TRUE(small.writer.put(3, all(33))) << "a row in force may still change";
    for (std::uint32_t key = 0; key < 8; key++) {
        EXPECT_EQ(small.value(key), key == 3 ? 33 : key);
    }
}

TEST(RowTable, KeysThatCome_AndGo_LeaveNoTrail) {
    Small small;
    for (std::uint32_t key = 0; key < 10'000; key++) {
        ASSERT_TRUE(small.writer.put(key, all(key)));
        EXPECT_EQ(small.value(key), key);
        if (key >= 5) {
            EXPECT_TRUE(small.writer.drop(key - 5));
        }
    }
    EXPECT_EQ(small.writer.size(), 5U);
}

TEST(RowTable, ReaderInTheMidstOfABurst_KeepsItsRow) {
    Small small;
    small.grace->enter(0);
    ASSERT_TRUE(small.writer.put(1, all(1)));
    const auto* held = small.table->find(1);
    for (std::uint64_t i = 2; i <= 4; i++) { // the rows that wait out their period suffice for so many
        ASSERT_TRUE(small.writer.put(1, all(i)));
    }
    EXPECT_EQ(*held, all(1));
}

TEST(RowTable, ReaderThatStandsStill_RefusedUntilItIsGone) {
    Small small{.patience = std::chrono::milliseconds(5)};
    small.grace->enter(3);
    Status last;
    for (std::uint64_t i = 0; i < 20 && last; i++) {
        last = small.writer.put(1, all(i));
    }
    ASSERT_FALSE(last);
    EXPECT_EQ(last.error().code, Errc::kExhausted);
    small.has_readers = false; // its process has died
    EXPECT_TRUE(small.writer.put(1, all(99)));
    EXPECT_EQ(small.value(1), 99U);
}

TEST(RowTable, AnotherWriter_FindsWhatTheFirstLeft) {
    Small small;
    for (std::uint32_t key = 0; key < 6; key++) {
        ASSERT_TRUE(small.writer.put(key, all(key)));
    }
    RowWriter<SmallTable> second(*small.table, *small.grace, [] { return true; });
    EXPECT_EQ(second.size(), 6U);
    ASSERT_TRUE(second.put(6, all(6)));
    EXPECT_TRUE(second.drop(0));
    EXPECT_EQ(second.rows().size(), 6U);
}

TEST(RowTable, ManyReaders_NeverSeeHalfARow) {
    Small small;
    ASSERT_TRUE(small.writer.put(1, all(0)));
    std::atomic<bool> is_over{false};
    std::atomic<long> torn{0};
    std::vector<std::thread> readers;
    for (std::uint32_t lcore = 0; lcore < 3; lcore++) {
        small.grace->enter(lcore);
        readers.emplace_back([&, lcore] {
            while (!is_over) {
                const auto* row = small.table->find(1);
                const auto first = row != nullptr ? (*row)[0] : 0;
                torn += row == nullptr || *row != all(first) ? 1 : 0;
                small.grace->pause(lcore);
                std::this_thread::yield();
            }
            small.grace->leave(lcore);
        });
    }
    for (std::uint64_t i = 1; i < 2000; i++) {
        ASSERT_TRUE(small.writer.put(1, all(i)));
    }
    is_over = true;
    for (auto& reader : readers) {
        reader.join();
    }
    EXPECT_EQ(torn, 0);
}

sl_flow_key flow(std::uint32_t number) {
    sl_flow_key key{};
    std::memcpy(key.source.b, &number, sizeof number);
    key.service = 1;
    return key;
}

class Exceptions : public testing::Test {
protected:
    void SetUp() override { table->set_bound(ExceptionTable::kMostEntries); }

    std::unique_ptr<ExceptionTable> table{new ExceptionTable()};
    std::unique_ptr<Grace> grace{new Grace()};
};

TEST_F(Exceptions, EveryEntryUpToTheBoundIsTaken_NoneBeyond) {
    for (std::uint32_t i = 0; i < ExceptionTable::kMostEntries; i++) {
        ASSERT_TRUE(table->record(flow(i), i, *grace)) << i;
    }
    EXPECT_FALSE(table->record(flow(1'000'000), 1, *grace));
    EXPECT_TRUE(table->record(flow(7), 70, *grace)) << "one that is there may change";
    for (std::uint32_t i = 0; i < ExceptionTable::kMostEntries; i++) {
        ASSERT_NE(table->find(flow(i)), nullptr) << i;
        EXPECT_EQ(table->find(flow(i))->word, i == 7 ? 70 : i);
    }
}

TEST_F(Exceptions, ForgottenOne_IsUsedAgainOnlyAfterTheBurst) {
    table->set_bound(1);
    grace->enter(0);
    ASSERT_TRUE(table->record(flow(1), 1, *grace));
    auto* held = table->find(flow(1));
    table->forget(flow(1), *grace);
    EXPECT_EQ(table->find(flow(1)), nullptr);
    EXPECT_EQ(table->size(), 0U);
    for (std::uint32_t i = 2; i < 40'000; i++) { // many share its bucket
        if (table->record(flow(i), 1000, *grace)) {
            table->forget(flow(i), *grace);
        }
    }
    EXPECT_EQ(held->word, 1U);
    grace->pause(0);
    EXPECT_TRUE(table->record(flow(1), 5, *grace));
}

TEST_F(Exceptions, Sweep_VisitsAllOnce_ErasesWhatIsOver) {
    for (std::uint32_t i = 0; i < 1000; i++) {
        ASSERT_TRUE(table->record(flow(i), i, *grace));
    }
    int visited = 0;
    std::uint32_t cursor = 0;
    do {
        cursor = table->sweep(cursor, 4096, *grace, [&](const auto&, const auto& entry) {
            visited++;
            return entry.word % 2 == 0;
        });
    } while (cursor != 0);
    EXPECT_EQ(visited, 1000);
    EXPECT_EQ(table->size(), 500U);
    EXPECT_EQ(table->find(flow(10)), nullptr);
    EXPECT_NE(table->find(flow(11)), nullptr);
}

TEST_F(Exceptions, ManyLcores_EveryFlowOnce) {
    std::vector<std::thread> lcores;
    for (std::uint32_t lcore = 0; lcore < 3; lcore++) {
        grace->enter(lcore);
        lcores.emplace_back([&, lcore] {
            for (std::uint32_t i = 0; i < 3000; i++) {
                const auto key = flow(lcore * 1'000'000 + i);
                EXPECT_TRUE(table->record(key, i, *grace));
                grace->pause(lcore);
                if (i % 3 == 0) {
                    table->forget(key, *grace);
                }
            }
            grace->leave(lcore);
        });
    }
    for (auto& lcore : lcores) {
        lcore.join();
    }
    EXPECT_EQ(table->size(), 6000U);
}

class SharedFile : public testing::Test {
protected:
    void TearDown() override { std::filesystem::remove(path); }

    std::string path = std::filesystem::temp_directory_path() / ("suanlu-tables-" + std::to_string(getpid()));
};

TEST_F(SharedFile, WhatTheAgentWrites_TheEngineFinds_AndBothMayDie) {
    const sl_site_key key{7, 0, 0};
    {
        auto agent = SharedMemory::open(path, TableUser::kAgent);
        ASSERT_TRUE(agent) << agent.error().text();
        SharedStore store(*agent);
        sl_site site{};
        site.id = 7;
        ASSERT_TRUE(store.put_site(key, site));
        EXPECT_FALSE(agent->has_engine());
        auto engine = SharedMemory::open(path, TableUser::kEngine);
        ASSERT_TRUE(engine) << engine.error().text();
        EXPECT_TRUE(agent->has_engine());
        ASSERT_NE(engine->tables().sites.find(key), nullptr);
    }
    auto engine = SharedMemory::open(path, TableUser::kEngine);
    ASSERT_TRUE(engine) << engine.error().text();
    ASSERT_NE(engine->tables().sites.find(key), nullptr);
    EXPECT_EQ(engine->tables().sites.find(key)->id, 7);
}

TEST_F(SharedFile, SecondEngine_Refused) {
    const auto first = SharedMemory::open(path, TableUser::kEngine);
    ASSERT_TRUE(first);
    const auto second = SharedMemory::open(path, TableUser::kEngine);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().detail, "another engine uses the tables " + path);
}

TEST_F(SharedFile, AnotherLayout_RefusedAndLeftAlone) {
    { ASSERT_TRUE(SharedMemory::open(path, TableUser::kAgent)); }
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4);
    file.put('\x63');
    file.close();
    const auto again = SharedMemory::open(path, TableUser::kAgent);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::kConflict);
    std::filesystem::resize_file(path, 4096);
    EXPECT_EQ(SharedMemory::open(path, TableUser::kAgent).error().code, Errc::kConflict);
    EXPECT_EQ(std::filesystem::file_size(path), 4096U);
}

/// Writes a word of the file behind the back of everybody.
void overwrite(const std::string& path, std::size_t at, std::uint64_t word) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.write(reinterpret_cast<const char*>(&word), sizeof word);
}

TEST_F(SharedFile, TablesOfOtherPlaces_RefusedThoughEquallyLong) {
    { ASSERT_TRUE(SharedMemory::open(path, TableUser::kAgent)); }
    overwrite(path, offsetof(SharedTables, shape), 1);
    for (const auto user : {TableUser::kAgent, TableUser::kEngine}) {
        const auto opened = SharedMemory::open(path, user);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, Errc::kConflict);
        EXPECT_NE(opened.error().detail.find("another layout"), std::string::npos) << opened.error().detail;
    }
}

TEST(SharedStore, EngineThatClaimsAbsurdNumbers_AnsweredFromWhatFits) {
    auto memory = SharedMemory::anonymous();
    ASSERT_TRUE(memory);
    SharedStore store(*memory);
    auto& tables = memory->tables();
    tables.lcores[0].alive = 1;
    tables.lcores[0].events_written = ~std::uint64_t{0};
    EXPECT_EQ(store.flows(100, MonoTime{}).size(), 100U);
    EXPECT_EQ(store.counters().reasons.at("samples_left_out"), kEventsKept - 100);
    tables.port_count = ~std::uint32_t{0};
    for (auto& port : tables.ports) {
        std::memset(port.interface, 'x', sizeof port.interface); // a name that nothing ends
    }
    EXPECT_EQ(store.interface_index("none"), 0U);
    EXPECT_EQ(store.admit_interface(4).error().code, Errc::kNotFound);
    tables.exceptions.set_bound(~std::uint32_t{0});
    EXPECT_TRUE(store.flows(100, MonoTime{}).empty());
}

TEST(RouteRow, FlowsAreSharedAmongItsLinks_WhateverItCounts) {
    for (const auto& [count, most] : {std::pair{2U, 2U},
                                      {5U, 5U},
                                      {RouteRow::kMostLinks + 1, RouteRow::kMostLinks},
                                      {~0U, RouteRow::kMostLinks}}) {
        RouteRow row{};
        row.count = count;
        std::set<std::ptrdiff_t> used;
        for (std::uint64_t flow = 0; flow < 1000; flow++) {
            used.insert(&row.of_flow(0, {flow, 1}, {2, 3}) - row.links.data());
        }
        EXPECT_EQ(used.size(), most) << count;
        EXPECT_EQ(*used.begin(), 0) << count;
        EXPECT_EQ(*used.rbegin(), most - 1) << count;
    }
}

TEST_F(SharedFile, NoFolder_ASentence) {
    const auto missing = SharedMemory::open("/nonexistent/tables", TableUser::kAgent);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().detail, "opening the tables /nonexistent/tables: No such file or directory");
}

TEST(StartsTable, Full_SomeAreRefused_TheOthersKeepTheirCounts) {
    const auto table = std::make_unique<StartsTable>();
    std::map<std::uint64_t*, sl_starts_key> made;
    std::uint32_t refused = 0;
    for (std::uint32_t i = 0; i < StartsTable::kCells + 1000; i++) {
        const sl_starts_key key{static_cast<sl_u16>(1 + i / 64), static_cast<sl_u16>(1 + i % 64)};
        auto* starts = table->find_or_make(key);
        refused += starts == nullptr ? 1 : 0;
        EXPECT_TRUE(starts == nullptr || made.emplace(starts, key).second) << "two pairs in one cell";
    }
    EXPECT_GE(refused, 1000U);
    EXPECT_GT(made.size(), StartsTable::kCells / 4 * 3);
    for (const auto& [starts, key] : made) {
        EXPECT_EQ(table->find_or_make(key), starts);
    }
}

TEST(SharedStore, Interface_OfNoPort_Refused) {
    auto memory = SharedMemory::anonymous();
    ASSERT_TRUE(memory);
    SharedStore store(*memory);
    EXPECT_TRUE(store.admit_interface(4)) << "the engine has not said yet which it has";
    auto& port = memory->tables().ports[0];
    std::strncpy(port.interface, "core0", sizeof port.interface);
    port.index = 9;
    memory->tables().port_count = 1;
    EXPECT_TRUE(store.admit_interface(9));
    EXPECT_EQ(store.admit_interface(4).error().code, Errc::kNotFound);
    EXPECT_EQ(store.interface_index("core0"), 9U);
}

} // namespace
} // namespace suanlu
