// SPDX-License-Identifier: Apache-2.0
#include "simulator/traces.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <numeric>

#include "simulator/hourly_series.hpp"
#include "simulator/round_trips.hpp"
#include "simulator/table_rows.hpp"
#include "simulator/throughput.hpp"

namespace suanlu::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

template <class T>
std::string complaint(const Result<T>& result) {
    return result ? "accepted" : result.error().detail;
}

class PublishedFiles : public testing::Test {
protected:
    void SetUp() override {
        const char* given = std::getenv("SUANLU_DATA");
        folder_ = given != nullptr ? given : "../shared/data";
        if (!std::filesystem::exists(folder_ + "/load")) {
            GTEST_SKIP() << "no " << folder_ << " (set SUANLU_DATA)";
        }
    }
    NamedText load(const std::string& name) {
        auto data = FileSearch({folder_}).load(name);
        EXPECT_TRUE(data) << name;
        return data ? *data : NamedText{};
    }
    std::string folder_;
};

TEST(TimeOf, Texts_AreSecondsOrNothing) {
    EXPECT_EQ(time_of("1970-01-02 00:00:01"), 86401);
    EXPECT_EQ(time_of("2023-11-16 18:15:46.5"), 1700158546.5);
    EXPECT_EQ(time_of("2024-02-29 00:00:00"), 1709164800);
    for (const char* text :
         {"", "2023-02-29 00:00:00", "2023-13-01 00:00:00", "2023-11-16 24:00:00", "2023-11-16T18:15:46",
          "2023-11-16 18:15", "2023-11-16 18:15:-4", "2023-11-16 18:61:00"}) {
        EXPECT_EQ(time_of(text), std::nullopt) << text;
    }
}

TEST(RequestTrace, Rows_AreGapsAndTokens) {
    const auto trace = read_request_trace({"t.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\r\n"
                                                    "2023-11-16 18:15:46.5,374,44\r\n"
                                                    "2023-11-16 18:15:48,396,0\r\n"
                                                    "2023-11-16 18:16:48,1,2"});
    ASSERT_TRUE(trace) << trace.error().detail;
    EXPECT_THAT(trace->gaps_s, ElementsAre(1.5, 60));
    EXPECT_THAT(trace->tokens, ElementsAre(Pair(374, 44), Pair(396, 1), Pair(1, 2)));
}

TEST(RequestTrace, BadRows_AreRefusedWithTheirLine) {
    const std::string head = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,1,1\n";
    EXPECT_THAT(complaint(read_request_trace({"t.csv", head})), HasSubstr("t.csv:2: fewer than two"));
    EXPECT_THAT(complaint(read_request_trace({"t.csv", ""})), HasSubstr("t.csv:0: no column 'TIMESTAMP'"));
    EXPECT_THAT(complaint(read_request_trace({"t.csv", head + "now,1,1\n"})),
                HasSubstr("t.csv:3: 'now' is no time"));
    EXPECT_THAT(complaint(read_request_trace({"t.csv", head + "2023-11-16 18:15:45,1,1\n"})),
                HasSubstr("t.csv:3: earlier than the row before"));
    EXPECT_THAT(complaint(read_request_trace({"t.csv", head + "2023-11-16 18:15:47,-1,1\n"})),
                HasSubstr("t.csv:3: tokens"));
    EXPECT_THAT(complaint(read_request_trace({"t.csv", head + "2023-11-16 18:15:47,nan,1\n"})),
                HasSubstr("t.csv:3: 'nan'"));
    EXPECT_THAT(complaint(read_request_trace({"t.csv", head + "2023-11-16 18:15:47,1\n"})),
                HasSubstr("t.csv:3: 2 fields"));
}

TEST(PodDurations, MissingTimes_ArePassedOver) {
    const auto durations = read_pod_durations(
        {"p.csv",
         "name,creation_time,deletion_time,scheduled_time\na,0,30,10\nb,0,,5\nc,5,9,\nd,0,4,4\ne,1,8.5,1\n"});
    ASSERT_TRUE(durations) << durations.error().detail;
    EXPECT_THAT(*durations, ElementsAre(20, 7.5));
    EXPECT_THAT(complaint(read_pod_durations({"p.csv", "scheduled_time,deletion_time\n5,4\n"})),
                HasSubstr("p.csv:2: no pod with a duration"));
}

TEST(LoadCurve, Rates_AreFactorsWhoseMeanIsOne) {
    const auto curve = read_load_curve(
        {"q.csv", "value,timestamp_anon,container_ip\n2,0,\n1,10,x\nNULL,20,x\n3,25,x\n6,40,x\n"}, 2);
    ASSERT_TRUE(curve) << curve.error().detail;
    EXPECT_THAT(*curve, ElementsAre(0.5, 1.5));
    EXPECT_THAT(complaint(read_load_curve({"q.csv", "value,timestamp_anon\n2,0\n"}, 2)),
                HasSubstr("no span of time"));
    EXPECT_THAT(complaint(read_load_curve({"q.csv", "value,timestamp_anon\n0,0\n0,1\n"}, 2)),
                HasSubstr("all rates are 0"));
    EXPECT_THAT(complaint(read_load_curve({"q.csv", "value,timestamp_anon\n-2,0\n"}, 2)),
                HasSubstr("q.csv:2: negative"));
}

TEST(HoursOfDay, Values_AreMeansOfTheirHour) {
    std::string text = "Datetime,Price (EUR/MWh)\n";
    for (int day = 1; day <= 2; ++day) {
        for (int hour = 0; hour < 24; ++hour) {
            char row[64];
            std::snprintf(row, sizeof row, "2024-01-0%d %02d:00:00,%d\n", day, hour, hour * 10 + day);
            text += row;
        }
    }
    const auto prices = read_prices({"e.csv", text});
    ASSERT_TRUE(prices) << prices.error().detail;
    EXPECT_EQ(prices->currency, "EUR");
    const auto hours = mean_day(*prices);
    ASSERT_TRUE(hours);
    EXPECT_EQ((*hours)[0], 1.5);
    EXPECT_EQ((*hours)[18], 181.5);
    EXPECT_THAT(complaint(read_carbon({"e.csv", text})), HasSubstr("e.csv:1: no column 'Carbon Intensity'"));
    EXPECT_THAT(complaint(read_prices({"e.csv", text.substr(0, 200) + "x"})), HasSubstr("e.csv:"));
    EXPECT_THAT(complaint(mean_day({{{0, 1}}, "EUR"})), HasSubstr("no value for hour 1 "));
}

TEST(Prices, InAnotherUnit_AreRefused) {
    const auto refused = [](const std::string& title) {
        return complaint(read_prices({"e.csv", "Datetime," + title + "\n2024-01-01 00:00:00,1\n"}));
    };
    for (const char* title :
         {"Price", "Price (EUR)", "Price (EUR/kWh)", "Price (ct/MWh)", "Price (EURO/MWh)"}) {
        EXPECT_THAT(refused(title), HasSubstr("e.csv:1: '" + std::string(title) + "' is no price of a MWh"));
    }
    EXPECT_THAT(complaint(read_carbon({"c.csv", "Time,Carbon Intensity kg/MWh\n2024-01-01 00:00:00,1\n"})),
                HasSubstr("c.csv:1: 'Carbon Intensity kg/MWh' is not in g/kWh"));
    EXPECT_THAT(complaint(read_prices(
                    {"e.csv", "T,Price (EUR/MWh)\n2024-01-01 01:00:00,1\n2024-01-01 00:00:00,1\n"})),
                HasSubstr("e.csv:3: '2024-01-01 00:00:00' is not after"));
    EXPECT_THAT(complaint(read_prices({"e.csv", "T,Price (EUR/MWh)\n2024-01-01 01:00:00,nan\n"})),
                HasSubstr("e.csv:2:"));
}

TEST(DatedCourse, EndsBeforeHoursThatAreMissing) {
    const HourlySeries series{{{0, 10}, {3600, 20}, {7200, 30}, {90000, 40}}, "EUR"};
    const auto course = dated_course(series, 1800, 2);
    ASSERT_TRUE(course);
    EXPECT_EQ(course->at(0), 10);
    EXPECT_EQ(course->next_step_s(0), 900);
    EXPECT_EQ(course->at(900), 20);
    EXPECT_EQ(course->ends_s(), (10800 - 1800) / 2);
    EXPECT_FALSE(dated_course(series, -1, 1));
    EXPECT_FALSE(dated_course(series, 50000, 1)) << "in the gap";
}

TEST(RoundTrips, Matrices_KeepWhatIsMissing) {
    const auto azure =
        read_round_trips({"m.csv", "Source,East US,West US\nEast US,,68\nWest US,69,\n"}, "azure");
    ASSERT_TRUE(azure) << azure.error().detail;
    EXPECT_EQ(azure->seconds[azure->rows.at("East US")][azure->columns.at("West US")], 0.068);
    EXPECT_LT(azure->seconds[0][0], 0);
    const auto seattle = read_round_trips({"s", "0\t0.17\n0\t0\n"}, "seattle");
    ASSERT_TRUE(seattle) << seattle.error().detail;
    EXPECT_THAT(seattle->seconds[0], ElementsAre(0, 0.17));
    EXPECT_THAT(seattle->seconds[1], ElementsAre(-1, 0));
    EXPECT_THAT(complaint(read_round_trips({"s", "0 1\n1 0\n1 1\n"}, "planetlab")),
                HasSubstr("s:3: not a square"));
    EXPECT_THAT(complaint(read_round_trips({"s", "0 1\n"}, "planetlab")), HasSubstr("s:1: not as many rows"));
    EXPECT_THAT(complaint(read_round_trips({"s", "0 x\nx 0\n"}, "planetlab")),
                HasSubstr("s:1: 'x' is no number"));
    EXPECT_THAT(complaint(read_round_trips({"s", ""}, "planetlab")), HasSubstr("not as many rows"));
}

TEST(Places, Coordinates_AreDegrees) {
    const auto places = read_places({"p.csv", "cluster,latitude,longitude\nGui'an,26.4,106.5\n"});
    ASSERT_TRUE(places) << places.error().detail;
    EXPECT_EQ(places->at("Gui'an").longitude, 106.5);
    EXPECT_THAT(complaint(read_places({"p.csv", "cluster,latitude,longitude\nx,106.5,26\n"})),
                HasSubstr("p.csv:2: coordinates"));
    EXPECT_THAT(complaint(read_places({"p.csv", "city\nx\n"})), HasSubstr("p.csv:1: no columns"));
}

TEST(Throughput, Rate_IsMedianPerAccelerator) {
    const std::string row =
        R"({"Category":"closed","Model":"m","Scenario":"Offline","Performance_Units":"Tokens/s",)"
        R"("Accelerator":"X","Nodes":1,)";
    const std::string text = "[" + row + R"("a#":"8","Performance_Result":80.0},)" + row +
                             R"("a#":2,"Performance_Result":60.0},)" + row +
                             R"("a#":1,"Performance_Result":20.0}])";
    EXPECT_EQ(*read_throughput({"t.json", text}, {"X", "m", "Offline", "Tokens/s"}), 20);
    EXPECT_THAT(complaint(read_throughput({"t.json", text}, {"Y", "m", "Offline", "Tokens/s"})),
                HasSubstr("has: X"));
    EXPECT_THAT(complaint(read_throughput({"t.json", "{"}, {"Y", "m", "Offline", "Tokens/s"})),
                HasSubstr("t.json:1: no JSON array"));
}

TEST_F(PublishedFiles, Traces_AreWhatTheirReadmeSays) {
    const auto requests = read_request_trace(load("load/AzureLLMInferenceTrace_conv.csv.gz"));
    ASSERT_TRUE(requests) << requests.error().detail;
    EXPECT_EQ(requests->tokens.size(), 19366U);
    EXPECT_NEAR(std::accumulate(requests->gaps_s.begin(), requests->gaps_s.end(), 0.0), 3501.72, 0.01);
    const auto pods = read_pod_durations(load("load/openb_pod_list_default.csv.gz"));
    ASSERT_TRUE(pods) << pods.error().detail;
    EXPECT_EQ(pods->size(), 7255U);
    const auto curve = read_load_curve(load("load/gentd26/qps.tar.gz"), 24);
    ASSERT_TRUE(curve) << curve.error().detail;
    EXPECT_NEAR(std::accumulate(curve->begin(), curve->end(), 0.0), 24, 0.5);
}

TEST_F(PublishedFiles, Series_HaveEveryHour) {
    for (const char* name : {"price_DE-LU_2024", "price_JP-TK_2024", "price_CA-ON_2024"}) {
        const auto prices = read_prices(load(std::string("energy/") + name + ".csv.gz"));
        ASSERT_TRUE(prices) << prices.error().detail;
        const auto hours = mean_day(*prices);
        ASSERT_TRUE(hours) << hours.error().detail;
        EXPECT_GT((*hours)[18], (*hours)[3]) << name << ": evenings are dearer than nights";
    }
    for (const char* name :
         {"carbon_DE-LU_2024_hourly", "carbon_JP-TK_2024_hourly", "carbon_CA-ON_2024_hourly", "ger_ci"}) {
        const auto carbon = read_carbon(load(std::string("energy/") + name + ".csv.gz"));
        ASSERT_TRUE(carbon) << carbon.error().detail;
        const auto hours = mean_day(*carbon);
        ASSERT_TRUE(hours) << hours.error().detail;
        EXPECT_GT((*hours)[12], 10) << name;
    }
}

TEST_F(PublishedFiles, Matrices_AndPlacesAreRead) {
    const auto azure = read_round_trips(load("latency/azure-region-latency.csv"), "azure");
    ASSERT_TRUE(azure) << azure.error().detail;
    EXPECT_GT(azure->rows.size(), 40U);
    const auto planetlab = read_round_trips(load("latency/PlanetLabData_1.gz"), "planetlab");
    ASSERT_TRUE(planetlab) << planetlab.error().detail;
    EXPECT_EQ(planetlab->seconds.size(), 490U);
    const auto seattle = read_round_trips(load("latency/seattle/SeattleData_1.gz"), "seattle");
    ASSERT_TRUE(seattle) << seattle.error().detail;
    EXPECT_EQ(seattle->seconds.size(), 99U);
    const auto places = read_places(load("places/east-data-west-compute-hubs.csv"));
    ASSERT_TRUE(places) << places.error().detail;
    EXPECT_EQ(places->size(), 10U);
}

} // namespace
} // namespace suanlu::sim
