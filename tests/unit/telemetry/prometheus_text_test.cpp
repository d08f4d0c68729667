// SPDX-License-Identifier: Apache-2.0
#include "telemetry/prometheus_text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace suanlu {
namespace {

struct Seen {
    std::vector<std::string> lines;
    std::string error;
};

Seen read_all(const std::string& page, TextFormat format = TextFormat::kPrometheus, TextLimits limits = {}) {
    Seen seen;
    PrometheusText text(page, format, limits);
    for (;;) {
        auto sample = text.next();
        if (!sample) {
            seen.error = sample.error().detail;
            return seen;
        }
        if (*sample == nullptr) {
            return seen;
        }
        std::ostringstream line;
        line << (*sample)->name;
        for (const TextLabel& label : (*sample)->labels) {
            line << '|' << label.name << '=' << label.value;
        }
        line << ' ' << (*sample)->value;
        seen.lines.push_back(line.str());
    }
}

TEST(PrometheusText, OrdinaryPage_IsReadSampleBySample) {
    const Seen seen = read_all("# HELP vllm:num_requests_running x\n# TYPE vllm:num_requests_running gauge\n"
                               "vllm:num_requests_running{model_name=\"a\"} 3\n"
                               "up 1 1700000000000\n"
                               "w{ a = \"x\\\"y\\\\z\" , } 2.5e-3\n");
    EXPECT_EQ(seen.error, "");
    EXPECT_EQ(seen.lines, (std::vector<std::string>{"vllm:num_requests_running|model_name=a 3", "up 1",
                                                    "w|a=x\"y\\z 0.0025"}));
}

TEST(PrometheusText, Infinities_AndNan_AreNumbers) {
    EXPECT_EQ(read_all("a +Inf\nb -Inf\nc NaN\n").lines.size(), 3U);
}

TEST(PrometheusText, BadLines_AreRefusedWithLineAndByte) {
    for (const char* bad : {"a\n", "a x\n", "a{b=\"c\" 1\n", "a{b=c} 1\n", "{b=\"c\"} 1\n", "a 1 x\n",
                            "a{b=\"\\q\"} 1\n", "a 0x10\n", "a{b=\"1\",b=\"2\"} 1\n"}) {
        const Seen seen = read_all(std::string("ok 1\n") + bad);
        EXPECT_EQ(seen.error.substr(0, 12), "line 2, byte") << bad << seen.error;
        EXPECT_EQ(seen.lines.size(), 1U);
    }
}

TEST(PrometheusText, Limits_AreEnforced) {
    TextLimits limits;
    limits.most_samples = 2;
    EXPECT_NE(read_all("a 1\nb 1\nc 1\n", TextFormat::kPrometheus, limits).error, "");
    limits = {};
    limits.most_bytes = 3;
    EXPECT_NE(read_all("abc 1\n", TextFormat::kPrometheus, limits).error, "");
    limits = {};
    limits.longest_line = 10;
    EXPECT_NE(read_all("abcdefghijkl 1\n", TextFormat::kPrometheus, limits).error, "");
}

/// The public conformance cases: their names say which must be refused.
TEST(PrometheusText, OpenMetricsCases_BadOnesAreRefused_GoodOnesRead) {
    const char* configured = std::getenv("SUANLU_DATA");
    const std::filesystem::path folder =
        std::filesystem::path(configured != nullptr ? configured : "../shared/data") /
        "telemetry/openmetrics";
    if (!std::filesystem::exists(folder)) {
        GTEST_SKIP() << "no test data at " << folder << " (set SUANLU_DATA)";
    }
    int bad = 0;
    int refused = 0;
    int good = 0;
    int accepted = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream in(entry.path() / "metrics");
        std::stringstream page;
        page << in.rdbuf();
        const bool must_fail = entry.path().filename().string().starts_with("bad_");
        const bool failed = !read_all(page.str(), TextFormat::kOpenMetrics).error.empty();
        (must_fail ? bad : good) += 1;
        (must_fail ? refused : accepted) += must_fail == failed ? 1 : 0;
    }
    RecordProperty("refused", std::to_string(refused) + " of " + std::to_string(bad));
    EXPECT_GE(refused, bad * 9 / 10) << refused << " of " << bad << " bad pages refused";
    EXPECT_GE(accepted, good * 9 / 10) << accepted << " of " << good << " good pages read";
}

} // namespace
} // namespace suanlu
