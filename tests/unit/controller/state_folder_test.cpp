// SPDX-License-Identifier: Apache-2.0
#include "controller/program/state_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace suanlu {
namespace {

class StateFolderTest : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "suanlu-state-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        path = name;
    }
    void TearDown() override { std::filesystem::remove_all(path); }
    void write(const std::string& file, const std::string& text) const {
        std::ofstream(path + "/" + file) << text;
    }
    std::string path;
};

TEST_F(StateFolderTest, EpochGrowsWithEveryStart) {
    const StateFolder folder(path + "/new");
    EXPECT_EQ(*folder.next_epoch(), 1U);
    EXPECT_EQ(*folder.next_epoch(), 2U);
    ASSERT_TRUE(folder.store_epoch(40));
    EXPECT_EQ(*StateFolder(path + "/new").next_epoch(), 41U);
}

TEST_F(StateFolderTest, DamagedEpochIsAnErrorAndNotAFirstStart) {
    for (const char* text : {"", "x", "12x", "-1"}) {
        write("epoch", text);
        EXPECT_FALSE(StateFolder(path).next_epoch()) << "'" << text << "'";
    }
}

TEST_F(StateFolderTest, SharesComeBackAsTheyWere) {
    const StateFolder folder(path);
    EXPECT_TRUE(folder.shares()->empty());
    const ShareTable shares{{{"R1", "analysis"}, {{SiteId{1}, 600'000}, {SiteId{3}, 400'000}}},
                            {{"R2", "video"}, {{SiteId{2}, kWholeShare}}}};
    ASSERT_TRUE(folder.store_shares(shares));
    EXPECT_EQ(*folder.shares(), shares);
}

TEST_F(StateFolderTest, DamagedSharesAreRefusedWithTheirLine) {
    write("shares", "R1 analysis 1 1000000\nR1 analysis 70000 1\n");
    const auto shares = StateFolder(path).shares();
    ASSERT_FALSE(shares);
    EXPECT_NE(shares.error().detail.find("shares:2:"), std::string::npos) << shares.error().detail;
}

} // namespace
} // namespace suanlu
