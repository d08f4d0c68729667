// SPDX-License-Identifier: Apache-2.0
#include "telemetry/adapter.hpp"

#include <gtest/gtest.h>

#include "telemetry/pool.hpp"

namespace suanlu {
namespace {

constexpr MonoTime kStart{std::chrono::seconds(10)};

std::string page(int running, int batch, double sum, int count) {
    return "suanlu_pool_workers 4\n"
           "vllm:num_requests_running{model_name=\"analysis\"} " +
           std::to_string(running) +
           "\n"
           "vllm:num_requests_running{model_name=\"batch\"} " +
           std::to_string(batch) +
           "\n"
           "vllm:num_requests_waiting{model_name=\"analysis\"} 7\n"
           "vllm:request_inference_time_seconds_sum{model_name=\"analysis\"} " +
           std::to_string(sum) +
           "\n"
           "vllm:request_inference_time_seconds_count{model_name=\"analysis\"} " +
           std::to_string(count) + "\n";
}

Pool make_pool() {
    return Pool({"gpu", "suanlu_pool_workers", 0, {"batch"}});
}

void feed(Pool& pool, const std::string& text, MonoTime now) {
    const auto readings =
        read_page(text, TextFormat::kPrometheus, *find_adapter("vllm"), {"suanlu_pool_workers"});
    ASSERT_TRUE(readings) << readings.error().detail;
    pool.update(*readings, now);
}

TEST(Pool, LocalWork_TakesWorkersAwayFromSteeredServices) {
    Pool pool = make_pool();
    EXPECT_FALSE(pool.report("analysis", "analysis"));
    feed(pool, page(1, 3, 0, 0), kStart);
    const auto report = pool.report("analysis", "analysis");
    ASSERT_TRUE(report);
    EXPECT_EQ(report->slots_total, 4);
    EXPECT_EQ(report->slots_usable, 1);
    EXPECT_EQ(report->running, 1);
    EXPECT_EQ(report->waiting, 7);
    EXPECT_EQ(report->utilisation, 1);
    EXPECT_EQ(report->rate_per_slot.value, 0) << "unknown until enough jobs were seen";
}

TEST(Pool, ServiceRate_ComesFromTheDifferenceOfCounters) {
    Pool pool = make_pool();
    feed(pool, page(1, 0, 100, 1000), kStart);
    feed(pool, page(1, 0, 102.5, 1050), kStart + std::chrono::seconds(2));
    EXPECT_NEAR(pool.report("analysis", "analysis")->rate_per_slot.value, 20, 1e-9);
    feed(pool, page(1, 0, 0.1, 2), kStart + std::chrono::seconds(3));
    EXPECT_EQ(pool.report("analysis", "analysis")->rate_per_slot.value, 0)
        << "a restarted server starts the window anew";
}

TEST(Adapter, BothGenerationsOfNames_MeanTheSameQuantity) {
    const auto table = *find_adapter("dcgm");
    const auto old_page =
        read_page("DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 40\n", TextFormat::kPrometheus, table, {});
    const auto new_page =
        read_page("DCGM_FI_DEV_GPU_UTIL_RATIO{gpu=\"0\"} 0.4\n", TextFormat::kPrometheus, table, {});
    ASSERT_TRUE(old_page && new_page);
    EXPECT_DOUBLE_EQ(old_page->at(0).value, new_page->at(0).value);
    EXPECT_EQ(old_page->at(0).unit, "ratio");
}

TEST(Pool, SpreadOfServiceTimes_ComesFromTheBuckets) {
    const auto buckets = [](int upto_25ms, int upto_50ms, int all) {
        const std::string name = "vllm:request_inference_time_seconds_bucket{model_name=\"analysis\",le=\"";
        return name + "0.025\"} " + std::to_string(upto_25ms) + "\n" + name + "0.05\"} " +
               std::to_string(upto_50ms) + "\n" + name + "+Inf\"} " + std::to_string(all) + "\n";
    };
    Pool pool = make_pool();
    feed(pool, page(0, 0, 100, 1000) + buckets(500, 1000, 1000), kStart);
    EXPECT_LT(pool.report("analysis", "analysis")->cv2, 0) << "unknown until enough jobs were seen";
    // All in (25 ms, 50 ms]: middle 37.5 ms, even spread of 25 ms -> 25^2 / 12 / 37.5^2.
    feed(pool, page(0, 0, 104, 1100) + buckets(500, 1100, 1100), kStart + std::chrono::seconds(1));
    EXPECT_NEAR(pool.report("analysis", "analysis")->cv2, 1.0 / 27, 1e-9);
    feed(pool, page(0, 0, 110, 1200) + buckets(500, 1100, 1200), kStart + std::chrono::seconds(2));
    EXPECT_LT(pool.report("analysis", "analysis")->cv2, 0)
        << "jobs above the last bound have no known length";
}

TEST(Adapter, SharesOfSeveralDevices_AreAveraged_CountsAreSummed) {
    const auto gpus =
        read_page("DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 40\nDCGM_FI_DEV_GPU_UTIL{gpu=\"1\"} 80\n"
                  "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\"} 50\nDCGM_FI_DEV_POWER_USAGE{gpu=\"1\"} 70\n",
                  TextFormat::kPrometheus, *find_adapter("dcgm"), {});
    ASSERT_TRUE(gpus);
    ASSERT_EQ(gpus->size(), 2U);
    EXPECT_EQ(gpus->at(0).quantity, "gpu_power");
    EXPECT_DOUBLE_EQ(gpus->at(0).value, 120);
    EXPECT_DOUBLE_EQ(gpus->at(1).value, 0.6);
}

TEST(Adapter, LabelSelector_TakesOnlyItsSamples) {
    const auto host = read_page("node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 5\n"
                                "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 2\n",
                                TextFormat::kPrometheus, *find_adapter("node"), {});
    ASSERT_TRUE(host);
    ASSERT_EQ(host->size(), 2U);
    EXPECT_EQ(host->at(0).quantity, "cpu_idle_time");
    EXPECT_DOUBLE_EQ(host->at(0).value, 5);
    EXPECT_DOUBLE_EQ(host->at(1).value, 7);
}

TEST(Adapter, UnknownName_ListsTheKnownOnes) {
    EXPECT_NE(find_adapter("x").error().detail.find("vllm"), std::string::npos);
}

TEST(Adapter, MalformedPage_GivesNoReadings) {
    EXPECT_FALSE(
        read_page("vllm:num_requests_running{ 1\n", TextFormat::kPrometheus, *find_adapter("vllm"), {}));
}

} // namespace
} // namespace suanlu
