// SPDX-License-Identifier: Apache-2.0
// suanlud.yaml: what the journal's key may say.
#include "controller/app/config.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace suanlu {
namespace {

class ConfigFile : public testing::Test {
protected:
    void TearDown() override { std::filesystem::remove(path_); }
    Result<Config> load(const std::string& more) {
        std::ofstream(path_) << "name: ctl\ninventory: inventory.yaml\nstate_dir: state\n"
                                "listen: [\"127.0.0.1:7400\"]\n"
                             << more;
        return load_config(path_.string());
    }
    std::string refusal(const std::string& more) {
        const auto config = load(more);
        return config ? "accepted" : config.error().detail;
    }
    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() /
        ("suanlud-config-test-" + std::to_string(static_cast<unsigned>(::getpid())) + ".yaml");
};

TEST_F(ConfigFile, WithoutTheKeyNothingIsRecorded) {
    const auto config = load("");
    ASSERT_TRUE(config) << config.error().text();
    EXPECT_EQ(config->journal_dir, "");
}

TEST_F(ConfigFile, TheJournalLiesBesideTheFile_WithALimit) {
    const auto config = load("journal: {folder: rec, megabytes: 3}\n");
    ASSERT_TRUE(config) << config.error().text();
    EXPECT_EQ(config->journal_dir, (path_.parent_path() / "rec").string());
    EXPECT_EQ(config->journal_megabytes, 3U);
    const auto plain = load("journal: {folder: /var/log/suanlu}\n");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->journal_dir, "/var/log/suanlu");
    EXPECT_EQ(plain->journal_megabytes, 256U);
}

TEST_F(ConfigFile, WhatIsWrongIsSaidWithItsLine) {
    EXPECT_NE(refusal("journal: {megabytes: 3}\n").find(":5"), std::string::npos);
    EXPECT_NE(refusal("journal: {folder: \"\"}\n").find("the folder is empty"), std::string::npos);
    EXPECT_NE(refusal("journal: {folder: rec, megabytes: 0}\n").find(":5"), std::string::npos);
    EXPECT_NE(refusal("journal: {folder: rec, megabytes: lots}\n").find(":5"), std::string::npos);
    EXPECT_NE(refusal("journal: {folder: rec, size: 3}\n").find("size"), std::string::npos);
}

} // namespace
} // namespace suanlu
