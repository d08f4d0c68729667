// SPDX-License-Identifier: Apache-2.0
// suanlud's folder of policies: names become known, services may use them, mistakes of all files come at
// once.
#include "controller/app/policy_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "policies/policy_set.hpp"

namespace suanlu {
namespace {

class PolicyFolder : public testing::Test {
protected:
    void SetUp() override {
        forget_added_policies();
        folder_ = std::filesystem::temp_directory_path() /
                  ("policy-folder-test-" + std::to_string(static_cast<unsigned>(::getpid())));
        std::filesystem::create_directory(folder_);
    }
    void TearDown() override {
        forget_added_policies();
        std::filesystem::remove_all(folder_);
    }
    void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    std::filesystem::path folder_;
};

TEST_F(PolicyFolder, PoliciesOfFiles_AreKnownByName) {
    write("a.yaml", "policy: green\nterms: {energy: {carbon: 1 s/kg}}\n");
    write("b.yaml", "policy: queue\nterms: {fcfs: {}}\n");
    write("sites.yaml", "sites: [{name: s, pue: 1.2}]\nrequests: [{name: r, kind: flow, service: chat}]\n");
    write("notes.txt", "no policy\n");
    const Status loaded = load_policies(folder_.string());
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_TRUE(find_policy("green"));
    EXPECT_EQ(find_policy("queue").error().code, Errc::kRefused);
}

TEST_F(PolicyFolder, MistakesOfEveryFile_AreToldAtOnce) {
    write("a.yaml", "policy: green\nterms: {energy: {carbon: 1 kg}}\n");
    write("sites.yaml", "sites: [{name: s, pue: 0.2}]\n");
    const Status loaded = load_policies(folder_.string());
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().detail,
              path("a.yaml") +
                  ":2:26: terms.energy.carbon: '1 kg' is not a worth of CO2 with a unit "
                  "(ms/kg, s/kg, m/kg, s/g)\n" +
                  path("sites.yaml") +
                  ":1:24: sites[0].pue: a PUE below 1: total power is at least the power "
                  "of the machines");
    EXPECT_FALSE(find_policy("green"));
}

TEST_F(PolicyFolder, NameThatIsTaken_IsRefusedWithItsFile) {
    write("a.yaml", "policy: default\nterms: {load: {}}\n");
    EXPECT_EQ(load_policies(folder_.string()).error().detail,
              path("a.yaml") + ": policy 'default' is built in");
}

TEST_F(PolicyFolder, BuiltinFiles_AreKnownToo_AndTheFoldersOwnComeFirst) {
    write("energy.yaml", "policy: energy\nterms: {fcfs: {}}\n");
    ASSERT_TRUE(load_policies(folder_.string()));
    EXPECT_TRUE(find_policy("price"));
    EXPECT_TRUE(find_policy("least-load"));
    EXPECT_EQ(find_policy("energy").error().code, Errc::kRefused); // the folder's
    forget_added_policies();
    ASSERT_TRUE(load_policies(""));
    EXPECT_TRUE(find_policy("energy"));
}

TEST_F(PolicyFolder, MissingFolder_IsNotFound) {
    EXPECT_EQ(load_policies(path("none")).error().code, Errc::kNotFound);
}

} // namespace
} // namespace suanlu
