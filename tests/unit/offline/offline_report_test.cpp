// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>

#include "controller/offline/near_names.hpp"
#include "controller/offline/path_answer.hpp"
#include "controller/offline/topology_report.hpp"
#include "tests/unit/controller/json_schema.hpp"

namespace suanlu::offline {

namespace {

ReadTopology metro() {
    auto read = load_topology("docs/examples/metro.clab.yml");
    SL_CHECK(read.has_value());
    return *std::move(read);
}

PathWords gz_to_hk() {
    PathWords words;
    words.from = "GZ";
    words.to = "HK";
    return words;
}

PathReport ask(const PathWords& words) {
    auto report = answer_path("metro", metro(), words);
    SL_CHECK(report.has_value());
    return *std::move(report);
}

std::string refusal_of(const PathWords& words) {
    const auto report = answer_path("metro", metro(), words);
    return report ? "answered" : report.error().text();
}

std::string schema_offence(const Json& json, const std::string& name) {
    std::ifstream in("docs/reference/" + name + ".schema.json");
    return offence(nlohmann::json::parse(json.dump()), nlohmann::json::parse(in), "$");
}

using Names = std::vector<std::string>;

} // namespace

TEST(TopologyReport, Metro_IsCountedAndMatchesItsSchema) {
    const ReadTopology read = metro();
    const TopologyReport report = topology_report("metro", read.view);
    EXPECT_EQ(report.components, 1U);
    EXPECT_EQ(report.largest_component, 7U);
    EXPECT_EQ(report.links_without_delay, 0U);
    EXPECT_EQ(report.delay->least.value, 60U);
    EXPECT_EQ(report.delay->most.value, 1200U);
    EXPECT_EQ(report.igp_metric.most, 100U);
    const Json json = to_json(report, read);
    EXPECT_EQ(json["routers"].size(), 7U);
    EXPECT_EQ(json["links"].size(), 22U);
    EXPECT_EQ(schema_offence(json, "topology"), "");
}

TEST(TopologyReport, PartsAndUnknownDelays_AreTold) {
    const auto read = read_topology({"x.clab.yml", "topology:\n"
                                                   "  nodes: {a: {}, b: {}, c: {}}\n"
                                                   "  links:\n"
                                                   "    - {endpoints: [\"a:1\", \"b:1\"]}\n"});
    ASSERT_TRUE(read) << read.error().text();
    const TopologyReport report = topology_report("x", read->view);
    EXPECT_EQ(report.components, 2U);
    EXPECT_EQ(report.largest_component, 2U);
    EXPECT_EQ(report.links_without_delay, 2U);
    EXPECT_FALSE(report.delay);
    EXPECT_FALSE(to_json(report, *read).contains("delay_us"));
    EXPECT_FALSE(to_json(report, *read)["links"][0].contains("delay_us"));
    EXPECT_NE(to_text(report, *read, 10, false).find("2 parts, the largest of 2 routers"), std::string::npos);
}

TEST(TopologyReport, Tables_EndAtTheLimit) {
    const ReadTopology read = metro();
    const std::string text = to_text(topology_report("metro", read.view), read, 2, false);
    EXPECT_NE(text.find("... and 5 more routers"), std::string::npos);
    EXPECT_NE(text.find("... and 20 more links"), std::string::npos);
}

TEST(NearNames, AreFewAndNearest) {
    const TopologyView view = metro().view;
    EXPECT_EQ(near_names(view, "gz"), Names{"GZ"});
    EXPECT_EQ(near_names(view, "HX"), Names{"HK"});
    EXPECT_TRUE(near_names(view, "Tokyo").empty());
    EXPECT_NE(find_router(view, "Tokyo").error().detail.find("topology show"), std::string::npos);
    EXPECT_FALSE(find_router(view, ""));
}

TEST(PathRequest, WhatCannotBeMeant_IsRefusedWithItsOption) {
    PathWords words = gz_to_hk();
    words.max_jitter = "5";
    EXPECT_EQ(refusal_of(words),
              "bad-input: --max-jitter: '5' is not a duration with a unit (us, ms, s, m, h)");
    words = gz_to_hk();
    words.via = {"ZX"};
    EXPECT_EQ(refusal_of(words).rfind("not-found: --via: no router 'ZX'", 0), 0U);
    words = gz_to_hk();
    words.disjoint = "link";
    words.k = 2;
    EXPECT_EQ(refusal_of(words).rfind("bad-input: --disjoint", 0), 0U);
    words = gz_to_hk();
    words.algorithm = 128;
    words.metric = "igp";
    EXPECT_EQ(refusal_of(words), "bad-input: --algorithm has its own metric; leave --metric out");
}

TEST(PathAnswer, LeastDelay_IsPinnedAndChecked) {
    const PathReport report = ask(gz_to_hk());
    ASSERT_EQ(report.paths.size(), 1U);
    const FoundPathReport& path = report.paths[0];
    EXPECT_EQ(path.routers, (Names{"GZ", "DG", "SZ", "HK"}));
    EXPECT_EQ(path.measures.delay->value, 850U);
    ASSERT_TRUE(path.list) << path.list_refusal;
    EXPECT_EQ(path.list->kind, "pinned");
    EXPECT_EQ(path.list->objection, "");
    // Two parallel links of one metric lead from SZ to HK: only an adjacency SID names the faster one.
    ASSERT_EQ(path.list->segments.size(), 4U);
    EXPECT_EQ(path.list->segments[2].kind, "adjacency");
    EXPECT_EQ(path.list->segments[2].links, Names{"SZ>HK"});
    EXPECT_EQ(path.list->destination, "fc00:0:2:3:e002:7::");
    EXPECT_TRUE(path.list->srh.empty());
    EXPECT_TRUE(report.is_usable());
}

TEST(PathAnswer, EveryPartOfTheJson_MatchesItsSchema) {
    PathWords words = gz_to_hk();
    words.k = 5;
    words.protect = "srlg";
    words.sites = "hub";
    words.max_loss = "1%";
    Json json = to_json(ask(words));
    EXPECT_EQ(json["paths"].size(), 1U); // the OTN alone has one, and the rule stops there
    EXPECT_EQ(schema_offence(json, "path"), "");
    json["paths"][0]["measures"]["hops"] = -1;
    EXPECT_EQ(schema_offence(json, "path"), "$.paths[0].measures.hops: -1 is out of range");
}

TEST(PathAnswer, NoPathWithinABound_IsARefusalAndNoDetour) {
    PathWords words = gz_to_hk();
    words.areas = {"CN"};
    const PathReport report = ask(words);
    EXPECT_TRUE(report.paths.empty());
    ASSERT_TRUE(report.refusal);
    EXPECT_NE(report.refusal->detail.find("legal area CN"), std::string::npos);
    EXPECT_FALSE(report.is_usable());
    EXPECT_EQ(schema_offence(to_json(report), "path"), "");
    EXPECT_EQ(report.bounds, Names{"legal area CN"});
}

TEST(PathAnswer, PathWithoutAList_IsShownButNotUsable) {
    PathWords words = gz_to_hk();
    words.via = {"MO"}; // in no Flex-Algo; a loose list would be as fast, but pass it by
    words.max_segments = 1;
    const PathReport report = ask(words);
    ASSERT_EQ(report.paths.size(), 1U);
    EXPECT_FALSE(report.paths[0].list);
    EXPECT_NE(report.paths[0].list_refusal, "");
    EXPECT_FALSE(report.is_usable());
    EXPECT_EQ(schema_offence(to_json(report), "path"), "");
}

TEST(PathAnswer, ListTooLongForTheIngress_TakesTheFlexAlgo) {
    PathWords words = gz_to_hk();
    words.max_segments = 1;
    const PathReport report = ask(words);
    ASSERT_TRUE(report.paths.at(0).list) << report.paths[0].list_refusal;
    const ListReport& list = *report.paths[0].list;
    EXPECT_EQ(list.kind, "flex-algo");
    EXPECT_EQ(list.segments.at(0).text, "HK(algo 128)");
    EXPECT_EQ(list.segments[0].links, (Names{"GZ>DG", "DG>SZ", "SZ>HK"}));
    EXPECT_EQ(list.objection, "");
    EXPECT_EQ(list.reason, "4 segments, GZ may impose 1");
}

TEST(PathAnswer, DisjointPair_SharesNoRiskGroup) {
    PathWords words = gz_to_hk();
    words.disjoint = "srlg";
    const PathReport report = ask(words);
    ASSERT_EQ(report.paths.size(), 2U);
    for (const TopologyLink& a : report.paths[0].links) {
        for (const TopologyLink& b : report.paths[1].links) {
            for (const std::uint32_t group : a.srlgs) {
                EXPECT_EQ(std::count(b.srlgs.begin(), b.srlgs.end(), group), 0) << group;
            }
        }
    }
}

TEST(PathAnswer, Repairs_AvoidWhatFailsAndKeepTheDelayBound) {
    PathWords words = gz_to_hk();
    words.protect = "link";
    const PathReport report = ask(words);
    const auto& repairs = report.paths.at(0).repairs;
    ASSERT_EQ(repairs.size(), 3U);
    EXPECT_EQ(repairs[0].element, "link GZ>DG");
    EXPECT_EQ(repairs[0].first_link, "GZ>SZ");
    EXPECT_EQ(repairs[0].refusal, "");
    // GZ>SZ 720, back SZ>DG 350, then the path's own 350 and 200.
    EXPECT_EQ(repairs[0].path_delay->value, 1620U);
    EXPECT_FALSE(repairs[2].is_needed);
    EXPECT_EQ(repairs[2].path_delay->value, 910U);
    words.max_delay = "1ms";
    const PathReport bounded = ask(words);
    EXPECT_EQ(bounded.paths.at(0).repairs[0].refusal, "the path would take 1.62 ms");
    EXPECT_EQ(bounded.paths.at(0).repairs[2].refusal, "");
}

TEST(PathAnswer, Text_NamesRuleAndBoundsOnlyWhenAsked) {
    PathWords words = gz_to_hk();
    words.sites = "edge:hub";
    words.min_bandwidth = "10Gbps";
    const PathReport report = ask(words);
    const std::string plain = to_text(report, false, false);
    const std::string explained = to_text(report, true, false);
    EXPECT_EQ(plain.find("bounds "), std::string::npos);
    EXPECT_NE(explained.find("bounds       bandwidth at least 10 Gbit/s"), std::string::npos);
    EXPECT_NE(explained.find("rule         5.2 "), std::string::npos);
}

} // namespace suanlu::offline
