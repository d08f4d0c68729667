// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "telemetry/ted/ted_history.hpp"

namespace suanlu {
namespace {

constexpr MonoTime kStart{std::chrono::seconds(10)};

std::string ted(const std::string& edges) {
    return R"({"ted":{"vertices":[{"vertex-id":1,"name":"R1"},{"vertex-id":161,"name":"P1"}],"edges":[)" +
           edges + "]}}";
}

constexpr const char* kEdge = R"({"status":"Sync","local-vertex-id":1,"remote-vertex-id":161,"metric":10,
  "edge-attributes":{"te-metric":10,"local-address-v6":"2001:db8:101::1:a1","delay":500,"max-link-bandwidth":1250000000.0}})";

TEST(TedParser, Edge_BecomesALinkWithUnits) {
    const auto content = parse_ted(ted(kEdge), {});
    ASSERT_TRUE(content) << content.error().detail;
    ASSERT_EQ(content->links.size(), 1U);
    EXPECT_EQ(content->links[0].from, "R1");
    EXPECT_EQ(content->links[0].to, "P1");
    EXPECT_EQ(content->links[0].delay, Microseconds{500});
    EXPECT_EQ(content->links[0].local.text(), "2001:db8:101::1:a1");
}

TEST(TedParser, MissingDelay_IsUnknown_MissingFarVertex_IsCounted) {
    const auto content =
        parse_ted(ted(R"({"status":"Sync","local-vertex-id":1,"remote-vertex-id":161,"metric":10},
                                          {"status":"Sync","local-vertex-id":1,"metric":10})"),
                  {{"R1", "edge-1"}});
    ASSERT_TRUE(content);
    EXPECT_EQ(content->links.size(), 1U);
    EXPECT_FALSE(content->links[0].delay);
    EXPECT_EQ(content->links[0].from, "edge-1");
    EXPECT_EQ(content->unusable_edges, 1U);
    EXPECT_EQ(content->edges_without_delay, 1U);
}

TEST(TedParser, HostileInput_NamesTheField) {
    EXPECT_EQ(parse_ted("", {}).error().detail, "ted: not JSON");
    EXPECT_EQ(parse_ted("{}", {}).error().detail, "ted: missing");
    EXPECT_NE(parse_ted(std::string(1000, '['), {}).error().detail.find("nested deeper"), std::string::npos);
    const auto bad =
        parse_ted(ted(R"({"status":"Sync","local-vertex-id":1,"remote-vertex-id":161,"metric":-4})"), {});
    EXPECT_NE(bad.error().detail.find("ted.edges[0].metric"), std::string::npos);
    EXPECT_FALSE(parse_ted(ted(R"({"status":"Sync","local-vertex-id":1,"remote-vertex-id":161,"metric":1,
                                   "edge-attributes":{"delay":1e99}})"),
                           {}));
    TedLimits limits;
    limits.most_edges = 0;
    EXPECT_EQ(parse_ted(ted(kEdge), {}, limits).error().code, Errc::kOutOfRange);
}

TEST(TedParser, CapturedDatabases_AreRead) {
    const char* configured = std::getenv("SUANLU_DATA");
    const std::filesystem::path folder =
        std::filesystem::path(configured != nullptr ? configured : "../shared/data") / "captures/linkstate";
    if (!std::filesystem::exists(folder)) {
        GTEST_SKIP() << "no test data at " << folder << " (set SUANLU_DATA)";
    }
    for (const char* name : {"frr-isis_te_topo1-reference-ted_step1.json"}) {
        std::ifstream in(folder / name);
        std::stringstream text;
        text << in.rdbuf();
        const auto content = parse_ted(text.str(), {});
        ASSERT_TRUE(content) << name << ": " << content.error().detail;
        EXPECT_GT(content->vertices, 0U) << name;
    }
}

TEST(TedHistory, EmptyReading_IsNotReady_NotAllLinksDown) {
    TedHistory history("P1", std::chrono::seconds(2));
    EXPECT_FALSE(history.on_reading({}, kStart));
    EXPECT_EQ(history.state(), TedState::kNotReady);
    const TedContent good = *parse_ted(ted(kEdge), {});
    ASSERT_TRUE(history.on_reading(good, kStart));
    EXPECT_FALSE(history.on_reading(good, kStart)) << "equal content is not repeated before the keepalive";
    EXPECT_TRUE(history.on_reading(good, kStart + std::chrono::seconds(3)));
    EXPECT_FALSE(history.on_reading({}, kStart + std::chrono::seconds(4)));
    EXPECT_EQ(history.counters().empty_after_ready, 1U);
}

} // namespace
} // namespace suanlu
