// SPDX-License-Identifier: Apache-2.0
// The recording as suanlud does it: filled beside the decision, stored elsewhere, rotated before the limit,
// ended by a disk that refuses.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "controller/decision/decision_loop.hpp"
#include "controller/decision/replay.hpp"
#include "core/support/whole_file.hpp"
#include "tests/unit/controller/decision_bench.hpp"

namespace suanlu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Recording : public testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  ("suanlu-recording-" + std::to_string(static_cast<unsigned>(::getpid())));
        auto file = JournalFile::open(folder_.string());
        SL_CHECK(file.has_value());
        const JournalStart first{DecisionLimits{}, {}, "mark", false, {{"a.yaml", "policy: a\n"}}};
        journal_ = std::make_unique<DecisionJournal>(first, bench_.clock.now(), *std::move(file), kLimit);
        bench_.decision->set_listener(&journal_->listener());
        bench_.begin();
    }
    void TearDown() override {
        bench_.decision->set_listener(nullptr);
        std::filesystem::remove_all(folder_);
    }
    /// As the decision's clock does: a while of inputs, then what was heard goes to the storage strand.
    void record(Duration time) {
        for (Duration done{0}; done < time; done += milliseconds(100)) {
            flows_ += 4;
            SL_CHECK(bench_.decision->take(bench_.ingress(flows_), bench_.clock.now()).has_value());
            bench_.pass(milliseconds(100));
            journal_->store(storage_, *bench_.decision, bench_.clock.now());
            io_.restart();
            io_.run();
        }
    }
    [[nodiscard]] std::string path(bool is_older = false) const {
        return (folder_ / (is_older ? "decision.journal.1" : "decision.journal")).string();
    }
    [[nodiscard]] static JournalReading reading(const std::string& file) {
        auto out = read_journal(*read_whole_file(file));
        SL_CHECK(out.has_value());
        return *std::move(out);
    }

    static constexpr std::uint64_t kLimit = 256 << 10;
    std::filesystem::path folder_;
    asio::io_context io_;
    Strand storage_ = asio::make_strand(io_);
    DecisionBench bench_;
    std::unique_ptr<DecisionJournal> journal_;
    std::uint64_t flows_ = 0;
};

TEST_F(Recording, FilesTurnBeforeTheLimit_AndEachIsAJournalOfItsOwn) {
    std::uintmax_t most = 0;
    for (int k = 0; k < 60; ++k) {
        record(seconds(5));
        most = std::max(
            most, std::filesystem::file_size(path()) +
                      (std::filesystem::exists(path(true)) ? std::filesystem::file_size(path(true)) : 0));
    }
    ASSERT_TRUE(std::filesystem::exists(path(true))) << "it never turned";
    EXPECT_LE(most, kLimit);
    for (const bool is_older : {true, false}) {
        const JournalReading journal = reading(path(is_older));
        EXPECT_EQ(journal.torn, "");
        const auto& start = std::get<JournalStart>(journal.records.front().content);
        EXPECT_TRUE(start.is_continued);
        EXPECT_FALSE(start.adopted.empty());
        EXPECT_EQ(start.policies, (PolicyTexts{{"a.yaml", "policy: a\n"}}));
        const auto again = replay(journal, bench_.decision->inventory());
        ASSERT_TRUE(again) << again.error().text();
        EXPECT_GT(again->inputs, 100U);
    }
    const auto again = replay(reading(path()), bench_.decision->inventory());
    ASSERT_TRUE(again);
    for (const auto& [key, shares] : bench_.decision->shares()) {
        const auto& made = again->decision->shares().at(key);
        ASSERT_EQ(made.size(), shares.size()) << key.first << " " << key.second;
    }
}

TEST_F(Recording, OneFileReplaysBitForBit) {
    record(seconds(5));
    ASSERT_FALSE(std::filesystem::exists(path(true)));
    const auto again = replay(reading(path()), bench_.decision->inventory());
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(again->differing, 0U);
    EXPECT_GT(again->plans.size(), 0U);
}

TEST_F(Recording, ADiskThatRefusesEndsTheRecordingOnly) {
    record(seconds(1));
    std::filesystem::remove_all(folder_); // the open file goes on, the next one cannot be made
    record(seconds(120));
    EXPECT_FALSE(std::filesystem::exists(path()));
    EXPECT_EQ(bench_.decision->state(), DecisionState::kDeciding);
    record(seconds(1));
}

} // namespace
} // namespace suanlu
