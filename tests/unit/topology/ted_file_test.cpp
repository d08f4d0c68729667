// SPDX-License-Identifier: Apache-2.0
// FRR's traffic-engineering database as a file: values with their units, the two-way check, lines of faults.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "controller/topology/files/json_place.hpp"
#include "controller/topology/files/topology_file.hpp"

namespace suanlu {
namespace {

const std::string kTed = R"({"ted": {"name": "ISIS", "key": 1,
  "vertices": [
    {"vertex-id": 1, "name": "r1"},
    {"vertex-id": 2, "name": "r2"},
    {"vertex-id": 3, "name": "r3"}],
  "edges": [
    {"status": "Sync", "local-vertex-id": 1, "remote-vertex-id": 2, "metric": 20,
     "edge-attributes": {"te-metric": 30, "admin-group": 32, "local-address-v6": "2001:db8::1",
       "max-link-bandwidth": 1250000, "utilized-bandwidth": 312500.0, "jitter": 40,
       "delay": 500, "min-delay": 400, "max-delay": 900, "srlgs": [{"srlg": 9}, {"srlg": 4}]}},
    {"status": "Sync", "local-vertex-id": 2, "remote-vertex-id": 1, "metric": 10},
    {"status": "Sync", "local-vertex-id": 2, "remote-vertex-id": 3, "metric": 10},
    {"status": "Orphan", "local-vertex-id": 3, "metric": 10}]}}
)";

TEST(TedFile, Edge_BecomesALinkWithItsUnits) {
    const auto topology = read_topology({"ted.json", kTed});
    ASSERT_TRUE(topology) << topology.error().detail;
    EXPECT_EQ(topology->facts.format, "frr-ted-json");
    const TopologyView& view = topology->view;
    ASSERT_EQ(view.routers.size(), 3U);
    ASSERT_EQ(view.links.size(), 2U);
    const TopologyLink& link = view.links[0];
    EXPECT_EQ(view.link_name(link), "r1>r2");
    EXPECT_EQ(link.igp_metric, 20U);
    EXPECT_EQ(link.te_metric, 30U);
    EXPECT_EQ(link.affinity, 32U);
    EXPECT_EQ(link.delay, Microseconds{500});
    EXPECT_EQ(link.delay_min, Microseconds{400});
    EXPECT_EQ(link.delay_max, Microseconds{900});
    EXPECT_EQ(link.jitter, Microseconds{40});
    EXPECT_EQ(link.bandwidth, BytesPerSecond{1250000});
    EXPECT_EQ(link.utilisation, 250U);
    EXPECT_EQ(link.srlgs, (std::vector<std::uint32_t>{4, 9}));
    EXPECT_EQ(view.links[1].delay, kUnreachableDelay) << "missing is unknown, not zero";
    EXPECT_FALSE(view.links[1].te_metric);
}

TEST(TedFile, EdgeWithoutReturn_IsLeftOutAndTold) {
    const auto topology = read_topology({"ted.json", kTed});
    ASSERT_TRUE(topology);
    EXPECT_EQ(topology->facts.links_dropped, 2U);
    std::string notes;
    for (const std::string& note : topology->facts.notes) {
        notes += note + "\n";
    }
    EXPECT_NE(notes.find("1 x edge without an opposite direction\n"), std::string::npos) << notes;
    EXPECT_NE(notes.find("1 x edge that is not \"Sync\" or lacks a vertex\n"), std::string::npos) << notes;
}

TEST(TedFile, EveryFault_IsRefusedWithItsLine) {
    struct Row {
        const char* from;
        const char* to;
        const char* complaint;
    };
    const Row rows[] = {
        {"\"metric\": 20", "\"metric\": -20", "t.json:7: ted.edges[0].metric: expected a number"},
        {"\"te-metric\": 30", "\"te-metric\": 16777216",
         "t.json:8: ted.edges[0].edge-attributes.te-metric: "},
        {"2001:db8::1", "2001:db8::g", "t.json:8: ted.edges[0].edge-attributes.local-address-v6: "},
        {"\"delay\": 500", "\"delay\": 1e9", "t.json:10: ted.edges[0].edge-attributes.delay: "},
        {"{\"srlg\": 4}", "{\"srlg\": -4}", "t.json:10: ted.edges[0].edge-attributes.srlgs[1].srlg: "},
        {"[{\"srlg\": 9}, {\"srlg\": 4}]", "7", "t.json:10: ted.edges[0].edge-attributes.srlgs: "},
        {"{\"vertex-id\": 2,", "{\"vertex-id\": \"2\",", "t.json:4: ted.vertices[1].vertex-id: "},
        {"\"name\": \"r3\"}]", "\"name\": \"r3\"}", "t.json:6: not JSON at "},
        {"\"key\": 1,", "\"key\": 1 1,", "t.json:1: not JSON at "},
        {"\"Orphan\"", "\"Orp", "t.json:13: not JSON at "},
    };
    for (const Row& row : rows) {
        std::string text = kTed;
        const std::size_t at = text.find(row.from);
        ASSERT_NE(at, std::string::npos) << row.from;
        text.replace(at, std::string_view(row.from).size(), row.to);
        const auto topology = read_topology({"t.json", text});
        ASSERT_FALSE(topology) << row.to;
        EXPECT_TRUE(topology.error().detail.starts_with(row.complaint))
            << topology.error().detail << "\nexpected: " << row.complaint;
    }
    ReadOptions options;
    options.most_links = 3;
    const auto many = read_topology({"t.json", kTed}, options);
    ASSERT_FALSE(many);
    EXPECT_EQ(many.error().code, Errc::kOutOfRange);
    EXPECT_EQ(many.error().detail, "t.json:6: ted.edges: more than 3");
}

TEST(TedFile, CapturedDatabase_IsRead) {
    const char* configured = std::getenv("SUANLU_DATA");
    const std::filesystem::path file =
        std::filesystem::path(configured != nullptr ? configured : "../shared/data") /
        "captures/linkstate/frr-isis_te_topo1-reference-ted_step1.json";
    if (!std::filesystem::exists(file)) {
        GTEST_SKIP() << "no test data at " << file << " (set SUANLU_DATA)";
    }
    const auto topology = load_topology(file.string());
    ASSERT_TRUE(topology) << topology.error().detail;
    const TopologyView& view = topology->view;
    EXPECT_EQ(view.routers.size(), 4U);
    EXPECT_EQ(view.links.size(), 14U) << "every edge of the capture has its opposite direction";
    EXPECT_EQ(topology->facts.links_without_delay, 11U);
    std::vector<std::uint32_t> delays;
    for (const TopologyLink& link : view.links) {
        if (link.delay != kUnreachableDelay) {
            delays.push_back(link.delay.value);
        }
    }
    EXPECT_EQ(delays, (std::vector<std::uint32_t>{10000, 25000, 50000}));
    EXPECT_EQ(view.links.front().bandwidth, BytesPerSecond{99999997952.0});
}

TEST(JsonPlace, Field_HasTheLineOfItsValue) {
    const std::string text = "\n{ \"a\\\"b\": [1,\n [2, {\"c\": \"]}\"}],\n  3],\n \"d\": {\"e\":\n null}}";
    EXPECT_EQ(json_line(text, ""), 2U);
    EXPECT_EQ(json_line(text, "d"), 5U);
    EXPECT_EQ(json_line(text, "d.e"), 6U);
    EXPECT_EQ(json_line(text, "d.x"), 5U) << "what is not there has its owner's line";
    const std::string list = "[1,\n [2,\n {\"c\": 3}],\n 4]";
    EXPECT_EQ(json_line(list, "[0]"), 1U);
    EXPECT_EQ(json_line(list, "[1][1].c"), 3U);
    EXPECT_EQ(json_line(list, "[2]"), 4U);
    EXPECT_EQ(json_line(list, "[3]"), 1U);
    EXPECT_FALSE(json_fault(text));
    EXPECT_EQ(json_fault("{\n\"a\": }")->line, 2U);
}

} // namespace
} // namespace suanlu
