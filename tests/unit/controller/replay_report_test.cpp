// SPDX-License-Identifier: Apache-2.0
// What suanluctl replay and what-if print: the JSON follows its schema, the tables name what they compare.
#include "controller/cli/replay_report.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/controller/decision_bench.hpp"
#include "tests/unit/controller/json_schema.hpp"

namespace suanlu {
namespace {

JournalReading journal_of(DecisionBench& b) {
    JournalWriter writer({DecisionLimits{}, {}, "mark", false}, b.clock.now());
    b.decision->set_listener(&writer);
    b.begin();
    for (int i = 1; i <= 40; ++i) {
        SL_CHECK(b.decision->take(b.ingress(static_cast<std::uint64_t>(i) * 4), b.clock.now()).has_value());
        b.pass(std::chrono::milliseconds(200));
    }
    b.decision->set_listener(nullptr);
    return *read_journal(writer.take());
}

std::string schema_offence(const std::string& text, const std::string& name) {
    std::ifstream in("docs/reference/" + name + ".schema.json");
    return offence(nlohmann::json::parse(text), nlohmann::json::parse(in), "$");
}

TEST(ReplayReport, JsonFollowsItsSchemaAndTablesSayWhatDiffers) {
    DecisionBench b;
    const JournalReading journal = journal_of(b);
    const ReplayNotes notes{{"a note"}};
    const auto run = replay(journal, b.decision->inventory());
    ASSERT_TRUE(run);
    EXPECT_EQ(schema_offence(json_text(*run, notes), "replay"), "");
    EXPECT_NE(show(*run, notes, false).find("all the same bit for bit"), std::string::npos);
    WhatIfChange change;
    change.failed_links = {{"P1", "E1"}};
    const auto answer = what_if(journal, b.decision->inventory(), change);
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(schema_offence(json_text(*answer, notes), "what-if"), "");
    const std::string table = show(*answer, notes, false);
    EXPECT_NE(table.find("no path"), std::string::npos);
    EXPECT_NE(table.find("note: a note"), std::string::npos);
}

} // namespace
} // namespace suanlu
