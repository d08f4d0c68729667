// SPDX-License-Identifier: Apache-2.0
// Tariffs, carbon and the clock that they follow, out of scenario files.
#include <gmock/gmock.h>

#include "tests/unit/simulator/scenario_texts.hpp"

namespace suanlu::sim {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string with_tariff(const std::string& tariff) {
    return "time_of_day: \"21:30\"\n" + changed("workers: 2", "tariff: " + tariff);
}

TEST(ScenarioFile, TariffOfDay_FollowsTheClock) {
    const auto loaded =
        read("clock_speed: 3600\n" +
             with_tariff("{of_day: {\"06:00\": 0.2 EUR/kWh, \"22:00\": 0.05 EUR/kWh}, worth: 1ms}"));
    ASSERT_TRUE(loaded) << loaded.error().detail;
    const SimSite& site = loaded->scenario.sites[0];
    EXPECT_EQ(loaded->scenario.currency, "EUR");
    EXPECT_NEAR(site.tariff.at(0), 200, 1e-9) << "per MWh";
    EXPECT_NEAR(site.tariff.at(0.49), 200, 1e-9);
    EXPECT_NEAR(site.tariff.at(0.51), 50, 1e-9) << "22:00 is half a second later";
    EXPECT_NEAR(site.tariff.at(8.49), 50, 1e-9) << "over midnight";
    EXPECT_NEAR(site.tariff.at(8.51), 200, 1e-9);
    EXPECT_NEAR(site.tariff.next_step_s(0), 0.5, 1e-9);
    EXPECT_NEAR(site.price_at(0), 0.2, 1e-9);
}

TEST(ScenarioFile, Tariff_InAWrongUnit_IsRefusedWithItsPlace) {
    const auto refused = [](const std::string& tariff) { return complaint(with_tariff(tariff)); };
    EXPECT_THAT(refused("{of_day: {\"06:00\": 0.2 EUR/MWh}}"), HasSubstr("f.yaml:6:"));
    EXPECT_THAT(refused("{of_day: {\"06:00\": 0.2}}"), HasSubstr("sites[0].tariff.of_day.06:00"));
    EXPECT_THAT(refused("{of_day: {\"06:00\": nan EUR/kWh}}"), HasSubstr("sites[0].tariff"));
    EXPECT_THAT(refused("{of_day: {\"25:00\": 0.2 EUR/kWh}}"), HasSubstr("is no time of day"));
    EXPECT_THAT(refused("{of_day: {\"06:00\": 0.2 EUR/kWh, \"05:00\": 0.2 EUR/kWh}}"),
                HasSubstr("'05:00' is no time of day after the one before"));
    EXPECT_THAT(refused("{of_day: {\"06:00\": 0.2 EUR/kWh, \"07:00\": 0.2 CNY/kWh}}"),
                HasSubstr("in CNY, but another site pays EUR"));
    EXPECT_THAT(refused("{worth: 1ms}"), HasSubstr("exactly one of file and of_day"));
    EXPECT_THAT(refused("{of_day: {}}"), HasSubstr("no value at all"));
    EXPECT_THAT(complaint("date: 2024-02-30\n" + std::string(kSmall)),
                HasSubstr("f.yaml:1:7: date: '2024-02-30'"));
    EXPECT_THAT(complaint("clock_speed: 0\n" + std::string(kSmall)), HasSubstr("f.yaml:1:14: clock_speed"));
}

TEST(ScenarioFile, TariffOfAFile_NeedsOneCurrency_AndTheWholeRun) {
    if (!has_data()) {
        GTEST_SKIP() << "no " << data_folder() << " (set SUANLU_DATA)";
    }
    const std::string german = "tariff: {file: energy/price_DE-LU_2024.csv.gz}";
    std::string text = "date: 2024-01-30\n" + changed("workers: 2", german);
    ASSERT_TRUE(read(text)) << complaint(text);
    EXPECT_EQ(read(text)->scenario.sites[0].tariff.at(0), 68.1) << "12:00 of that day";
    std::string long_run = text;
    long_run.replace(long_run.find("seconds: 10s"), 12, "seconds: 13h");
    EXPECT_THAT(complaint(long_run),
                HasSubstr("seconds: scenario: site 'a': tariff is known for 43200 s, the run takes 46800 s"))
        << "the file lacks the 31st of January";
    EXPECT_THAT(complaint("date: 2024-01-31\n" + changed("workers: 2", german)),
                HasSubstr("has no value for the date"));
    const std::string yen = "tariff: {file: energy/price_JP-TK_2024.csv.gz";
    text.replace(text.find("workers: 4,"), 11, yen + "},");
    EXPECT_THAT(complaint(text), HasSubstr("in JPY, but another site pays EUR"));
    text.replace(text.find("JP-TK_2024.csv.gz}"), 18, "JP-TK_2024.csv.gz, exchange: 0.01EUR}");
    EXPECT_THAT(complaint(text), Not(HasSubstr("JPY")));
    text.replace(text.find("0.01EUR"), 7, "0.01");
    EXPECT_THAT(complaint(text), HasSubstr("'0.01' is no amount of money"));
}

} // namespace
} // namespace suanlu::sim
