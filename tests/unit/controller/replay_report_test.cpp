// SPDX-License-Identifier: Apache-2.0
// What suanluctl replay and what-if print: the JSON follows its schema, the tables name what they compare.
#include "controller/cli/replay_report.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "controller/cli/replay_commands.hpp"
#include "policies/policy_set.hpp"
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

/// A network whose service "analysis" runs by a policy of a file, recorded, and everything asked through the
/// command line.
class ReplayCommand : public testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  ("suanluctl-replay-" + std::to_string(static_cast<unsigned>(::getpid())));
        std::filesystem::create_directories(folder_ / "policies");
        write("inventory.yaml", inventory());
        forget_added_policies();
        SL_CHECK(load_policies(policies_, "").has_value());
        auto inventory = load_inventory(path("inventory.yaml"));
        SL_CHECK(inventory.has_value());
        VirtualClock clock;
        Decision decision(*inventory, DecisionLimits{}, {}, clock.now());
        JournalWriter writer({DecisionLimits{}, {}, inventory_mark(this->inventory()), false, policies_},
                             clock.now());
        decision.set_listener(&writer);
        run(decision, clock);
        write("decision.journal", writer.take());
    }
    void TearDown() override {
        forget_added_policies();
        std::filesystem::remove_all(folder_);
    }
    static std::string inventory() {
        std::string out = kSmallInventory;
        const std::string end = "transport: tcp, port: 8080}";
        return out.replace(out.find(end), end.size(), "transport: tcp, port: 8080, policy: steady}");
    }
    static void run(Decision& decision, VirtualClock& clock) {
        DecisionBench words; // for its reports only
        for (std::uint64_t k = 0; k < 60; ++k) {
            clock.advance(std::chrono::milliseconds(200));
            SL_CHECK(k > 0 || decision.take(DecisionBench::links(), clock.now()).has_value());
            SL_CHECK(
                decision.take(words.site("near", 4), clock.now(), 1'700'000'000'000'000'000).has_value());
            SL_CHECK(decision.take(words.site("far", 4), clock.now(), 0).has_value());
            SL_CHECK(decision.take(words.ingress(k * 10), clock.now()).has_value());
            decision.tick(clock.now());
            decision.take_plans();
        }
        decision.set_listener(nullptr);
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name, std::ios::binary) << text;
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
    /// As a process of its own: no policy is known before.
    [[nodiscard]] Result<OfflineAnswer> ask(const std::string& words, bool as_json = true) const {
        forget_added_policies();
        CLI::App app;
        const ReplayCommands commands(app);
        const std::size_t at = words.find(' ');
        app.parse(words.substr(0, at) + " " + path("decision.journal") + " --inventory " +
                  path("inventory.yaml") + (at == std::string::npos ? "" : words.substr(at)));
        return commands.run(as_json, false);
    }
    [[nodiscard]] nlohmann::json json(const std::string& words) const {
        const auto answer = ask(words);
        EXPECT_TRUE(answer) << words << ": " << answer.error().text();
        return answer ? nlohmann::json::parse(answer->text) : nlohmann::json();
    }
    /// Of "analysis" at R1.
    static double share(const nlohmann::json& answer, const std::string& site, const char* side) {
        for (const auto& pair : answer["pairs"]) {
            if (pair["service"] == "analysis" && pair["site"] == site) {
                return pair[side]["share"];
            }
        }
        return -1;
    }

    PolicyTexts policies_{
        {"steady.yaml", "policy: steady\nterms: {load: {}}\n"},
        {"away.yaml", "policy: away\nfilters: {sites: {not_in: [near]}}\nterms: {load: {}}\n"}};
    std::filesystem::path folder_;
};

TEST_F(ReplayCommand, PoliciesOfTheRecordingNeedNoFolder) {
    const auto answer = ask("replay");
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(answer->exit, Exit::kFine) << answer->text;
    const auto json = nlohmann::json::parse(answer->text);
    EXPECT_EQ(schema_offence(answer->text, "replay"), "");
    EXPECT_EQ(json["differing"], 0);
    EXPECT_GT(json["plans"].size(), 0U);
    EXPECT_TRUE(json["notes"].empty()) << json["notes"];
}

TEST_F(ReplayCommand, AnotherFolderIsUsed_AndSaidFileByFile) {
    write("policies/steady.yaml", "policy: steady\nfilters: {sites: {not_in: [near]}}\nterms: {load: {}}\n");
    write("policies/fresh.yaml", "policy: fresh\nterms: {load: {}}\n");
    const auto answer = ask("replay --policies " + path("policies"));
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(answer->exit, Exit::kBad) << "the changed policy makes other Plans";
    const auto json = nlohmann::json::parse(answer->text);
    ASSERT_EQ(json["notes"].size(), 3U) << json["notes"];
    EXPECT_EQ(json["notes"][0],
              "policy file away.yaml is gone since the recording: other Plans are to be expected");
    EXPECT_NE(std::string(json["notes"][1]).find("steady.yaml has changed"), std::string::npos);
    EXPECT_NE(std::string(json["notes"][2]).find("fresh.yaml is new"), std::string::npos);
    write("policies/steady.yaml", "policy: steady\nterms: {lod: {}}\n");
    const auto broken = ask("replay --policies " + path("policies"));
    ASSERT_FALSE(broken);
    EXPECT_NE(broken.error().detail.find("steady.yaml:2:"), std::string::npos) << broken.error().detail;
    EXPECT_FALSE(ask("replay --policies " + path("nowhere")));
}

TEST_F(ReplayCommand, EveryChangeOfWhatIf_BeforeAndAfter_AsTableAndJson) {
    const double near = share(json("what-if --price near=0"), "near", "before");
    EXPECT_GT(near, 0.3);
    for (const char* change : {"--fail-site near", "--drain near", "--fail-link P1>E1",
                               "--policy analysis=away", "--price near=5"}) {
        const auto answer = json(std::string("what-if ") + change);
        EXPECT_EQ(schema_offence(answer.dump(), "what-if"), "") << change;
        EXPECT_NEAR(share(answer, "near", "before"), near, 0.02) << change;
        EXPECT_EQ(share(answer, "near", "after"), 0) << change;
        EXPECT_NEAR(share(answer, "far", "after"), 1, 1e-6) << change;
        const auto table = ask(std::string("what-if ") + change, false);
        ASSERT_TRUE(table);
        EXPECT_NE(table->text.find("AFTER"), std::string::npos);
    }
    const auto wider = json("what-if --capacity far=+40");
    EXPECT_EQ(schema_offence(wider.dump(), "what-if"), "");
    EXPECT_LE(wider["services"][0]["cost_after"], wider["services"][0]["cost_before"]);
    EXPECT_EQ(share(json("what-if --policy analysis=nearest"), "near", "after"), 1);
    const auto unknown = ask("what-if --policy analysis=green");
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().detail.find("away"), std::string::npos) << "says which are known";
}

} // namespace
} // namespace suanlu
