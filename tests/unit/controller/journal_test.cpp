// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/journal.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "controller/decision/replay.hpp"
#include "tests/unit/controller/decision_bench.hpp"

namespace suanlu {
namespace {

std::string recorded(DecisionBench& b) {
    JournalWriter writer({DecisionLimits{}, {}, "mark", false}, b.clock.now());
    b.decision->set_listener(&writer);
    b.begin();
    b.pass(std::chrono::seconds(3));
    b.decision->set_listener(nullptr);
    return writer.take();
}

TEST(Journal, WhatIsWrittenIsRead_AndWritesTheSameBytes) {
    DecisionBench b;
    const std::string bytes = recorded(b);
    const auto read = read_journal(bytes);
    ASSERT_TRUE(read) << read.error().text();
    std::string again(kJournalMagic);
    for (const JournalRecord& record : read->records) {
        EXPECT_EQ(record.offset, again.size());
        again += to_bytes(record);
    }
    EXPECT_EQ(again, bytes);
    const auto run = replay(*read, b.decision->inventory());
    ASSERT_TRUE(run);
    EXPECT_GE(run->plans.size(), 4U);
    EXPECT_EQ(run->differing, 0U);
}

TEST(Journal, ATornLastRecordIsSaidAndLeftOut) {
    DecisionBench b;
    const std::string bytes = recorded(b);
    const std::size_t last = read_journal(bytes)->records.back().offset;
    for (std::size_t size = last + 1; size < bytes.size(); ++size) {
        const auto read = read_journal(std::string_view(bytes).substr(0, size));
        ASSERT_TRUE(read) << read.error().text();
        EXPECT_EQ(read->torn, "the last record, at offset " + std::to_string(last) + ", is torn: left out");
    }
    EXPECT_EQ(read_journal(std::string_view(bytes).substr(0, last))->torn, "");
}

TEST(Journal, EveryOtherDamageIsRefusedWithItsOffset) {
    DecisionBench b;
    const std::string bytes = recorded(b);
    const std::size_t second = read_journal(bytes)->records[1].offset;
    std::string flipped = bytes;
    flipped[second + 20] ^= 1;
    const auto refused = read_journal(flipped);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kBadInput);
    EXPECT_NE(refused.error().detail.find("offset " + std::to_string(second)), std::string::npos);
    EXPECT_FALSE(read_journal("")) << "not a journal";
    EXPECT_FALSE(read_journal(kJournalMagic)) << "no record";
    const std::string tick = to_bytes({0, b.clock.now(), JournalTick{}});
    EXPECT_NE(read_journal(std::string(kJournalMagic) + tick).error().detail.find("first record is no start"),
              std::string::npos);
    EXPECT_NE(read_journal(bytes + to_bytes({0, {}, JournalTick{}})).error().detail.find("earlier than"),
              std::string::npos);
    EXPECT_NE(read_journal(bytes + to_bytes({0, b.clock.now(), JournalStart{}}))
                  .error()
                  .detail.find("a second start"),
              std::string::npos);
}

TEST(Journal, ARecordIsReadAsAWholeOrNotAtAll) {
    const MonoTime now{std::chrono::seconds(5)};
    std::string body = to_bytes({0, now, JournalPolicy{"analysis", "nearest"}});
    body.push_back('x'); // one byte more than the fields, and honest about it
    const std::string start = std::string(kJournalMagic) + to_bytes({0, now, JournalStart{}});
    EXPECT_FALSE(read_journal(start + body)->torn.empty()) << "a byte of a next record";
}

TEST(Journal, AfterARotationWhatIsKnownIsToldAgain) {
    DecisionBench b;
    JournalWriter writer({DecisionLimits{}, {}, "mark", false}, b.clock.now());
    b.decision->set_listener(&writer);
    b.begin();
    b.pass(std::chrono::seconds(2));
    SL_CHECK(b.decision->set_policy("video", "nearest", b.clock.now()).has_value());
    writer.begin_again(*b.decision, b.clock.now());
    b.pass(std::chrono::seconds(6));
    b.decision->set_listener(nullptr);
    const auto read = read_journal(writer.take());
    ASSERT_TRUE(read) << read.error().text();
    const auto run = replay(*read, b.decision->inventory());
    ASSERT_TRUE(run);
    EXPECT_TRUE(run->is_continued);
    EXPECT_EQ(run->decision->policy_of("video"), "nearest");
    EXPECT_EQ(run->decision->state(), DecisionState::kDeciding);
    EXPECT_EQ(run->decision->shares(), b.decision->shares());
}

// What the fuzzer begins with (tests/fuzz/journal): the magic line or not, then a start and one record of
// each kind. Another format needs other seeds: SUANLU_WRITE_SEEDS=1 writes them anew.
TEST(Journal, SeedsOfTheFuzzerAreOfThisFormat) {
    const std::filesystem::path folder = "tests/fuzz/corpus/journal";
    if (std::getenv("SUANLU_WRITE_SEEDS") != nullptr) {
        DecisionBench b;
        const std::string before = recorded(b);
        const MonoTime now = read_journal(before)->records.back().at;
        const std::string bytes = before + to_bytes({0, now, b.ingress(100)}) +
                                  to_bytes({0, now, JournalPolicy{"video", "nearest"}}) +
                                  to_bytes({0, now, JournalDrain{"mec-1", true}});
        const auto read = read_journal(bytes);
        ASSERT_TRUE(read) << read.error().text();
        const std::string start = to_bytes(read->records.front());
        std::string whole = std::string(1, '\0') + std::string(kJournalMagic);
        std::map<std::size_t, std::string> kinds;
        for (const JournalRecord& record : read->records) {
            if (kinds.try_emplace(record.content.index(), to_bytes(record)).second) {
                whole += to_bytes(record);
            }
        }
        for (const auto& [kind, record] : kinds) {
            std::ofstream(folder / ("kind-" + std::to_string(kind)))
                << '\1' << (kind == 0 ? "" : start) << record;
        }
        std::ofstream(folder / "plain") << whole;
    }
    std::set<std::size_t> kinds;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::string bytes{std::istreambuf_iterator<char>(file), {}};
        bytes = bytes[0] == 0 ? bytes.substr(1) : std::string(kJournalMagic) + bytes.substr(1);
        const auto read = read_journal(bytes);
        ASSERT_TRUE(read) << entry.path() << ": " << read.error().text();
        EXPECT_EQ(read->torn, "") << entry.path();
        for (const JournalRecord& record : read->records) {
            kinds.insert(record.content.index());
        }
    }
    EXPECT_EQ(kinds.size(), std::variant_size_v<decltype(JournalRecord::content)>) << "a kind has no seed";
}

} // namespace
} // namespace suanlu
