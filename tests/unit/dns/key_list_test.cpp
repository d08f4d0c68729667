// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/key_list.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace {

using namespace suanlu;
using namespace suanlu::dns;

constexpr std::uint32_t kNow = 1'800'000'000;
constexpr RolloverWaits kWaits{.keys_s = 3900, .zone_s = 7500};

KeyList list_of(std::vector<ListedKey> keys) {
    return {"/keys", std::move(keys), true};
}

std::vector<KeyState> states_of(const KeyList& list) {
    std::vector<KeyState> out;
    for (const ListedKey& key : list.keys) {
        out.push_back(key.state);
    }
    return out;
}

TEST(KeyRollovers, ZoneSigningKey_IsPublishedBeforeItSigns) {
    KeyList list =
        list_of({{"ksk", KeyRole::kKsk, KeyState::kActive, 0}, {"old", KeyRole::kZsk, KeyState::kActive, 0}});
    ASSERT_TRUE(begin_rollover(list, KeyRole::kZsk, "new", kNow));
    EXPECT_TRUE(list.keys[2].has_dnskey());
    EXPECT_FALSE(list.keys[2].signs_zone());
    EXPECT_EQ(begin_rollover(list, KeyRole::kZsk, "third", kNow).error().code, Errc::kConflict);

    const auto early = step_rollover(list, KeyRole::kZsk, {}, kWaits, kNow + 3899);
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().code, Errc::kConflict);
    EXPECT_NE(early.error().detail.find("again in 1 s"), std::string::npos) << early.error().detail;
    ASSERT_TRUE(step_rollover(list, KeyRole::kZsk, {}, kWaits, kNow + 3900));
    EXPECT_EQ(states_of(list), (std::vector{KeyState::kActive, KeyState::kRetired, KeyState::kActive}));
    EXPECT_TRUE(list.keys[1].has_dnskey()) << "its signatures are in caches";

    EXPECT_FALSE(step_rollover(list, KeyRole::kZsk, {}, kWaits, kNow + 3900 + 7499));
    ASSERT_TRUE(step_rollover(list, KeyRole::kZsk, {}, kWaits, kNow + 3900 + 7500));
    EXPECT_EQ(list.keys.size(), 2U);
    EXPECT_EQ(list.keys[1].file, "new");
    EXPECT_EQ(step_rollover(list, KeyRole::kZsk, {}, kWaits, kNow).error().code, Errc::kBadInput)
        << "all is done";
}

TEST(KeyRollovers, KeySigningKey_IsNamedAboveBeforeItIsInTheZone) {
    KeyList list =
        list_of({{"old", KeyRole::kKsk, KeyState::kActive, 0}, {"zsk", KeyRole::kZsk, KeyState::kActive, 0}});
    ASSERT_TRUE(begin_rollover(list, KeyRole::kKsk, "new", kNow));
    EXPECT_FALSE(list.keys[2].has_dnskey());
    EXPECT_EQ(step_rollover(list, KeyRole::kKsk, {}, kWaits, kNow + 1'000'000).error().code, Errc::kConflict)
        << "time alone does not bring the DS above";
    ASSERT_TRUE(step_rollover(list, KeyRole::kKsk, {.is_ds_above = true}, kWaits, kNow + 10));
    EXPECT_FALSE(list.keys[0].has_dnskey());
    EXPECT_TRUE(list.keys[2].signs_keys());
    EXPECT_FALSE(step_rollover(list, KeyRole::kKsk, {}, kWaits, kNow + 10 + 3899))
        << "caches hold the old DNSKEY set";
    EXPECT_TRUE(step_rollover(list, KeyRole::kKsk, {}, kWaits, kNow + 10 + 3900));
}

TEST(KeyRollovers, CombinedKey_WaitsForBoth) {
    KeyList list = list_of({{"old", KeyRole::kCsk, KeyState::kActive, 0}});
    EXPECT_EQ(begin_rollover(list, KeyRole::kZsk, "new", kNow).error().code, Errc::kBadInput);
    ASSERT_TRUE(begin_rollover(list, KeyRole::kCsk, "new", kNow));
    EXPECT_TRUE(list.keys[1].has_dnskey());
    EXPECT_FALSE(step_rollover(list, KeyRole::kCsk, {}, kWaits, kNow + 3900));
    EXPECT_FALSE(step_rollover(list, KeyRole::kCsk, {.is_ds_above = true}, kWaits, kNow + 3899));
    ASSERT_TRUE(step_rollover(list, KeyRole::kCsk, {.is_ds_above = true}, kWaits, kNow + 3900));
    ASSERT_TRUE(list.check(kNow + 3900));
    EXPECT_FALSE(step_rollover(list, KeyRole::kCsk, {}, kWaits, kNow + 3900 + 7499));
    EXPECT_TRUE(step_rollover(list, KeyRole::kCsk, {.is_forced = true}, kWaits, kNow + 3901));
}

TEST(KeyRollovers, Algorithm_SignsBeforeAndAfterItsDnskey) {
    KeyList list =
        list_of({{"ksk", KeyRole::kKsk, KeyState::kActive, 0}, {"zsk", KeyRole::kZsk, KeyState::kActive, 0}});
    ASSERT_TRUE(begin_algorithm_rollover(
        list, {{"new-ksk", KeyRole::kKsk, {}, 0}, {"new-zsk", KeyRole::kZsk, {}, 0}}, kNow));
    EXPECT_EQ(begin_algorithm_rollover(list, {}, kNow).error().code, Errc::kConflict);
    EXPECT_EQ(begin_rollover(list, KeyRole::kZsk, "other", kNow).error().code, Errc::kConflict);
    const auto does = [&](std::size_t at) {
        const ListedKey& key = list.keys.at(at);
        return std::string(key.has_ds() ? "D" : "") + (key.has_dnskey() ? "K" : "") +
               (key.signs_keys() ? "k" : "") + (key.signs_zone() ? "z" : "");
    };
    EXPECT_EQ(does(0) + " " + does(1) + " " + does(2) + " " + does(3), "DKk Kz  z");
    EXPECT_FALSE(step_algorithm_rollover(list, {}, kWaits, kNow + 7499)) << "sets without its signatures";
    ASSERT_TRUE(step_algorithm_rollover(list, {}, kWaits, kNow + 7500));
    EXPECT_EQ(does(0) + " " + does(1) + " " + does(2) + " " + does(3), "Kk Kz DKk Kz");
    const std::uint32_t then = kNow + 7500;
    EXPECT_FALSE(step_algorithm_rollover(list, {}, kWaits, then + 9'999'999))
        << "the DS is the operator's word";
    EXPECT_FALSE(step_algorithm_rollover(list, {.is_ds_above = true}, kWaits, then + 3899));
    ASSERT_TRUE(step_algorithm_rollover(list, {.is_ds_above = true}, kWaits, then + 3900));
    EXPECT_EQ(does(0) + " " + does(1) + " " + does(2) + " " + does(3), " z DKk Kz");
    EXPECT_FALSE(step_algorithm_rollover(list, {}, kWaits, then + 3900 + 3899));
    ASSERT_TRUE(step_algorithm_rollover(list, {}, kWaits, then + 3900 + 3900));
    EXPECT_EQ(list.keys.size(), 2U);
    EXPECT_EQ(list.keys[0].file, "new-ksk");
    EXPECT_EQ(step_algorithm_rollover(list, {}, kWaits, then).error().code, Errc::kBadInput);
}

TEST(KeyLists, WithoutASignerOrWithAClockBehind_NothingIsSigned) {
    const ListedKey ksk{"k", KeyRole::kKsk, KeyState::kActive, kNow};
    const ListedKey zsk{"z", KeyRole::kZsk, KeyState::kActive, kNow};
    EXPECT_TRUE(list_of({ksk, zsk}).check(kNow));
    EXPECT_NE(list_of({ksk}).check(kNow).error().detail.find("nothing signs the zone"), std::string::npos);
    EXPECT_NE(list_of({zsk}).check(kNow).error().detail.find("nothing signs the keys"), std::string::npos);
    EXPECT_TRUE(list_of({ksk, zsk}).check(kNow - 86'400));
    EXPECT_NE(list_of({ksk, zsk}).check(kNow - 86'401).error().detail.find("clock is behind"),
              std::string::npos);
}

TEST(KeyLists, Text_IsReadAsItWasWritten_AndErrorsNameTheLine) {
    const auto path = std::filesystem::temp_directory_path() / ("suanlu-keys-" + std::to_string(::getpid()));
    const KeyList list{path.parent_path().string(),
                       {{"Ka.private", KeyRole::kKsk, KeyState::kRetired, 7},
                        {"Kb.private", KeyRole::kZsk, KeyState::kAnnounced, kNow}},
                       true};
    std::ofstream(path) << list.text(*DomainName::parse("c.example"));
    const auto read = KeyList::read(path);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, list);
    std::ofstream(path) << "keys:\n  - {file: a, role: ksk, state: lost, since: 1}\n";
    const auto wrong = KeyList::read(path);
    ASSERT_FALSE(wrong);
    EXPECT_NE(wrong.error().detail.find(":2"), std::string::npos) << wrong.error().detail;
    std::filesystem::remove(path);
    EXPECT_FALSE(KeyList::read(path));
}

} // namespace
