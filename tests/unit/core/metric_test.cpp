// SPDX-License-Identifier: Apache-2.0
#include "core/support/metric.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

bool has_line(const std::string& page, const std::string& line) {
    return page.find(line + "\n") != std::string::npos;
}

TEST(MetricRegistry, Page_ShowsEveryKind) {
    MetricRegistry registry;
    registry.count("suanlu_x_total", "events", {{"site", "mec-1"}}, 2);
    registry.count("suanlu_x_total", "events", {{"site", "mec-1"}});
    registry.set("suanlu_depth", "depth", {}, 5);
    registry.observe_seconds("suanlu_wait_seconds", "wait", {}, 0.002);
    const std::string page = registry.page();
    EXPECT_TRUE(has_line(page, "suanlu_x_total{site=\"mec-1\"} 3")) << page;
    EXPECT_TRUE(has_line(page, "suanlu_depth 5"));
    EXPECT_TRUE(has_line(page, "suanlu_wait_seconds_bucket{le=\"0.003\"} 1"));
}

TEST(MetricRegistry, CountTo_NeverLowersACounter) {
    MetricRegistry registry;
    registry.count_to("suanlu_y_total", "y", {}, 10);
    registry.count_to("suanlu_y_total", "y", {}, 4);
    EXPECT_TRUE(has_line(registry.page(), "suanlu_y_total 10"));
}

} // namespace
} // namespace suanlu
