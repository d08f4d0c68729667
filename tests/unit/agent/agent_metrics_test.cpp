// SPDX-License-Identifier: Apache-2.0
// What an engine says of itself as a page of metrics, read by the reader of pages.
#include "dataplane/agent/agent_metrics.hpp"

#include <gtest/gtest.h>

#include "telemetry/prometheus_text.hpp"

namespace suanlu {
namespace {

/// Value by "name{label=value,..}", of a page that the reader takes.
std::map<std::string, double> samples_of(const std::string& page) {
    std::map<std::string, double> samples;
    PrometheusText text(page, TextFormat::kPrometheus);
    for (;;) {
        const auto sample = text.next();
        EXPECT_TRUE(sample) << sample.error().text();
        if (!sample || *sample == nullptr) {
            return samples;
        }
        EXPECT_NE((*sample)->type, FamilyType::kUnknown) << (*sample)->name;
        std::string labels;
        for (const auto& label : (*sample)->labels) {
            labels += (labels.empty() ? "" : ",") + std::string(label.name) + "=" + label.value;
        }
        samples[std::string((*sample)->name) + "{" + labels + "}"] = (*sample)->value;
    }
}

EngineState engine_with(std::uint64_t factor) {
    EngineState engine{
        "dpdk",
        {{"to-c", "external", false, 7 * factor, 5, 3, 2, 700, 500, 6}, {"to-t", "core", true}},
        {{"steer", 40, 3000, std::vector<std::uint64_t>(EngineStage::kBuckets)}}};
    engine.stages[0].bursts[9] = 4 * factor; // less than 512 ns
    engine.stages[0].bursts[10] = 2;
    engine.stages[0].bursts.back() = 1;
    return engine;
}

TEST(EngineMetrics, Ports) {
    MetricRegistry registry;
    show_engine_state(registry, engine_with(1));
    auto samples = samples_of(registry.page());
    const std::string client = "interface=to-c,role=external}";
    EXPECT_EQ(samples["suanlu_agent_port_up{" + client], 1);
    EXPECT_EQ(samples["suanlu_agent_port_up{interface=to-t,role=core}"], 0);
    EXPECT_EQ(samples["suanlu_agent_port_packets_total{direction=received," + client], 7);
    EXPECT_EQ(samples["suanlu_agent_port_packets_total{direction=sent," + client], 5);
    EXPECT_EQ(samples["suanlu_agent_port_bytes_total{direction=received," + client], 700);
    EXPECT_EQ(samples["suanlu_agent_port_bytes_total{direction=sent," + client], 500);
    EXPECT_EQ(samples["suanlu_agent_port_missed_total{" + client], 3);
    EXPECT_EQ(samples["suanlu_agent_port_errors_total{" + client], 2);
    EXPECT_EQ(samples["suanlu_agent_port_unpolled_queues{" + client], 6);
}

TEST(EngineMetrics, StagesAreHistograms_InSeconds) {
    MetricRegistry registry;
    show_engine_state(registry, engine_with(1));
    auto samples = samples_of(registry.page());
    const std::string bucket = "suanlu_agent_stage_burst_seconds_bucket{stage=steer,le=";
    EXPECT_EQ(samples["suanlu_agent_stage_packets_total{stage=steer}"], 40);
    EXPECT_EQ(samples[bucket + "2.56e-07}"], 0);
    EXPECT_EQ(samples[bucket + "5.12e-07}"], 4);
    EXPECT_EQ(samples[bucket + "1.024e-06}"], 6);
    EXPECT_EQ(samples[bucket + "+Inf}"], 7);
    EXPECT_EQ(samples["suanlu_agent_stage_burst_seconds_count{stage=steer}"], 7);
    EXPECT_NEAR(samples["suanlu_agent_stage_burst_seconds_sum{stage=steer}"], 3e-6, 1e-12);
}

TEST(EngineMetrics, AnotherStartOfTheEngine_IsSeen) {
    MetricRegistry registry;
    show_engine_state(registry, engine_with(100));
    auto next = engine_with(1);
    next.ports.pop_back();
    show_engine_state(registry, next);
    auto samples = samples_of(registry.page());
    EXPECT_EQ(samples["suanlu_agent_port_packets_total{direction=received,interface=to-c,role=external}"], 7);
    EXPECT_EQ(samples["suanlu_agent_stage_burst_seconds_count{stage=steer}"], 7);
    EXPECT_EQ(samples.count("suanlu_agent_port_up{interface=to-t,role=core}"), 0U);
    show_engine_state(registry, {});
    EXPECT_TRUE(samples_of(registry.page()).empty());
}

} // namespace
} // namespace suanlu
