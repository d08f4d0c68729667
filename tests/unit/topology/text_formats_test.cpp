// SPDX-License-Identifier: Apache-2.0
// REPETITA, Rocketfuel and AS edge lists: every published file with its counts, small documents with exact
// values, and refusals with their lines.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <span>

#include "controller/topology/files/topology_file.hpp"

namespace suanlu {
namespace {

std::filesystem::path data_folder() {
    const char* configured = std::getenv("SUANLU_DATA");
    return std::filesystem::path(configured != nullptr ? configured : "../shared/data") / "topologies";
}

Result<ReadTopology> read(std::string_view name, std::string_view text, std::string_view other_name = "",
                          std::string_view other = "") {
    TopologyText document{std::string(name), text};
    document.companion_name = std::string(other_name);
    document.companion = other;
    return read_topology(document);
}

bool has_note(const ReadTopology& topology, std::string_view part) {
    for (const std::string& note : topology.facts.notes) {
        if (note.find(part) != std::string::npos) {
            return true;
        }
    }
    return false;
}

struct PublishedFile {
    const char* path;
    const char* format;
    std::size_t routers;
    std::size_t links;   ///< directed, as published
    std::size_t dropped; ///< of them: from a router to itself
    std::size_t without_delay;
};

TEST(TextFormats, EveryPublishedFile_HasThePublishedCounts) {
    if (!std::filesystem::exists(data_folder())) {
        GTEST_SKIP() << "no test data at " << data_folder() << " (set SUANLU_DATA)";
    }
    const PublishedFile files[] = {
        {"repetita/Chinanet.graph", "repetita", 42, 132, 0, 8},
        {"repetita/Cernet.graph", "repetita", 41, 118, 0, 8},
        {"repetita/Abilene.graph", "repetita", 11, 28, 0, 0},
        {"repetita/Geant2012.graph", "repetita", 40, 122, 0, 6},
        {"repetita/Cogentco.graph", "repetita", 197, 490, 0, 62},
        {"repetita/Colt.graph", "repetita", 153, 382, 0, 26},
        {"repetita/GtsCe.graph", "repetita", 149, 386, 0, 34},
        {"repetita/Interoute.graph", "repetita", 110, 316, 4, 62},
        {"repetita/AttMpls.graph", "repetita", 25, 114, 0, 0},
        {"repetita/Uninett2010.graph", "repetita", 74, 202, 0, 0},
        {"repetita/rf1221_real_hard.graph", "repetita", 104, 302, 0, 0},
        {"repetita/rf1239_real_hard.graph", "repetita", 315, 1944, 0, 0},
        {"rocketfuel/1221.weights.intra", "rocketfuel", 108, 306, 0, 0},
        {"rocketfuel/1221.latencies.intra", "rocketfuel", 108, 306, 0, 0},
        {"rocketfuel/1239.weights.intra", "rocketfuel", 315, 1944, 0, 0},
        {"rocketfuel/1239.latencies.intra", "rocketfuel", 315, 1944, 0, 0},
        {"aslevel/as-caida20070917.txt.gz", "as-links", 8020, 36406, 0, 36406},
    };
    for (const PublishedFile& file : files) {
        const auto topology = load_topology((data_folder() / file.path).string());
        ASSERT_TRUE(topology) << topology.error().detail;
        EXPECT_EQ(topology->facts.format, file.format) << file.path;
        EXPECT_EQ(topology->view.routers.size(), file.routers) << file.path;
        EXPECT_EQ(topology->view.links.size() + file.dropped, file.links) << file.path;
        EXPECT_EQ(topology->facts.links_dropped, file.dropped) << file.path;
        EXPECT_EQ(topology->facts.links_without_delay, file.without_delay) << file.path;
        EXPECT_TRUE(topology->facts.is_numbered) << file.path;
    }
}

TEST(TextFormats, BothRocketfuelFiles_AreTheSameNetwork) {
    if (!std::filesystem::exists(data_folder())) {
        GTEST_SKIP() << "no test data at " << data_folder() << " (set SUANLU_DATA)";
    }
    for (const char* as : {"1221", "1239"}) {
        const std::string path = (data_folder() / "rocketfuel" / as).string();
        const auto weights = load_topology(path + ".weights.intra");
        const auto latencies = load_topology(path + ".latencies.intra");
        ASSERT_TRUE(weights && latencies);
        EXPECT_EQ(weights->view.routers, latencies->view.routers);
        EXPECT_EQ(weights->view.links, latencies->view.links);
    }
}

/// The two publications of one map: REPETITA's graph of AS 1239 and Rocketfuel's own files.
TEST(TextFormats, RocketfuelAndRepetita_AgreeOnTheSameMap) {
    if (!std::filesystem::exists(data_folder())) {
        GTEST_SKIP() << "no test data at " << data_folder() << " (set SUANLU_DATA)";
    }
    const auto own = load_topology((data_folder() / "rocketfuel/1239.weights.intra").string());
    const auto graph = load_topology((data_folder() / "repetita/rf1239_real_hard.graph").string());
    ASSERT_TRUE(own && graph);
    std::map<std::string, std::pair<std::uint32_t, std::uint32_t>> values;
    for (const TopologyLink& link : own->view.links) {
        values[own->view.link_name(link)] = {link.igp_metric, link.delay.value};
    }
    std::size_t equal = 0;
    for (const TopologyLink& link : graph->view.links) {
        const auto found = values.find(graph->view.link_name(link));
        ASSERT_NE(found, values.end()) << graph->view.link_name(link);
        equal += found->second == std::pair(link.igp_metric, link.delay.value);
    }
    EXPECT_EQ(equal, 1944U);
}

constexpr std::string_view kGraph = "NODES 3\n"
                                    "label x y\n"
                                    "0_North 0.5 1.0\n"
                                    "1_South 0.5 -1.0\n"
                                    "2_Nowhere 0.0 0.0\n"
                                    "\n"
                                    "EDGES 4\n"
                                    "label src dest weight bw delay\n"
                                    "edge_0 0 1 7 1000000 371\n"
                                    "edge_1 1 0 7 1000000 371\n"
                                    "edge_2 1 2 0 2500 1152\n"
                                    "edge_3 2 1 16777215 2500 1152\n";

TEST(Repetita, WithCoordinates_DelayIsTheirGreatCircle) {
    const auto topology = read("x.graph", kGraph);
    ASSERT_TRUE(topology) << topology.error().detail;
    const TopologyView& view = topology->view;
    ASSERT_EQ(view.routers.size(), 3U);
    EXPECT_EQ(view.routers[2].name, "2_Nowhere");
    ASSERT_EQ(view.links.size(), 4U);
    EXPECT_EQ(view.link_name(view.links[0]), "0_North>1_South");
    EXPECT_EQ(view.links[0].igp_metric, 7U);
    EXPECT_EQ(view.links[0].bandwidth, BytesPerSecond{125e6}); // 1 Gbit/s
    // 2 degrees of a circle of 40030.23 km: 222.39 km
    EXPECT_EQ(view.links[0].delay, Microseconds{1112});
    EXPECT_EQ(view.link_name(view.links[2]), "1_South>2_Nowhere");
    EXPECT_EQ(view.links[2].igp_metric, 0U);
    EXPECT_EQ(view.links[2].delay, kUnreachableDelay) << "1152 is a filler where coordinates are missing";
    EXPECT_EQ(view.links[3].igp_metric, kUnusableMetric);
    EXPECT_EQ(topology->facts.routers_without_place, 1U);
    EXPECT_EQ(topology->facts.links_without_delay, 2U);
    EXPECT_TRUE(has_note(*topology, "delay column is not used"));
}

TEST(Repetita, WithoutCoordinates_DelayIsMilliseconds_ZeroIsBelowOne) {
    const auto topology = read("rf.graph", "NODES 2\nlabel x y\nA,+X1 0.0 0.0\nB,+X2 0.0 0.0\n\nEDGES 2\n"
                                           "label src dest weight bw delay\n"
                                           "Link_0 0 1 250 10000000 4\nLink_1 1 0 250 10000000 0\n");
    ASSERT_TRUE(topology) << topology.error().detail;
    EXPECT_EQ(topology->view.links[0].delay, Microseconds{4000});
    EXPECT_EQ(topology->view.links[1].delay, Microseconds{500});
    EXPECT_TRUE(has_note(*topology, "milliseconds"));
    EXPECT_TRUE(has_note(*topology, "0 ms is taken as 500 us"));
}

TEST(Repetita, WindowsLineEnds_ReadTheSame) {
    std::string text(kGraph);
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
        text.replace(at, 1, "\r\n");
    }
    const auto topology = read("x.graph", text);
    ASSERT_TRUE(topology) << topology.error().detail;
    EXPECT_EQ(topology->view.links, read("x.graph", kGraph)->view.links);
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string out(text);
    const std::size_t at = out.find(from);
    SL_CHECK(at != std::string::npos);
    return out.replace(at, from.size(), to);
}

struct Row {
    const char* from;
    const char* to;
    const char* complaint;
};

void expect_refused(std::span<const Row> rows) {
    for (const Row& row : rows) {
        ReadOptions options;
        options.format = "repetita";
        const std::string text = replaced(kGraph, row.from, row.to);
        const auto topology = read_topology({"x.graph", text}, options);
        ASSERT_FALSE(topology) << row.to;
        EXPECT_TRUE(topology.error().detail.starts_with(row.complaint))
            << topology.error().detail << "\nexpected: " << row.complaint;
    }
}

TEST(Repetita, FaultOfANode_IsRefusedWithItsLine) {
    const Row rows[] = {
        {"NODES 3", "NODES x", "x.graph:1: 'NODES' 'x' is not 'NODES n'"},
        {"NODES 3", "NODES 3 4", "x.graph:1: 'NODES 3 4' is not 'NODES n'"},
        {"NODES 3", "NODES -1", "x.graph:1: 'NODES' '-1' is not 'NODES n'"},
        {"NODES 3", "NODES 4", "x.graph:7: 'EDGES 4' is not a node 'label x y'"},
        {"NODES 3", "NODES 2", "x.graph:5: '2_Nowhere 0.0 0.0' is not 'EDGES n'"},
        {"NODES 3", "NODES 1000001", "x.graph:1: more than 1000000 NODES"},
        {"label x y", "label y x", "x.graph:2: 'label y x' is not the header 'label x y'"},
        {"0.5 1.0", "0.5 north", "x.graph:3: coordinates '0.5' 'north' are no numbers"},
        {"0.5 1.0", "0.5 nan", "x.graph:3: coordinates '0.5' 'nan' are no numbers"},
        {"0.5 1.0", "0.5 91", "x.graph:3: coordinates of '0' are no degrees"},
    };
    expect_refused(rows);
}

TEST(Repetita, FaultOfAnEdge_IsRefusedWithItsLine) {
    const std::string long_label(5000, 'x');
    const Row rows[] = {
        {"EDGES 4", "EDGES 4000001", "x.graph:7: more than 4000000 EDGES"},
        {"EDGES 4", "EDGES 3", "x.graph:12: 'edge_3 2 1 16777215 2500 1152' after the last row"},
        {"EDGES 4", "EDGES 5",
         "x.graph:12: the file ends where an edge 'label src dest weight bw delay' is expected"},
        {"edge_0 0 1", "edge_0 0 3", "x.graph:9: '3' is no position of one of 3 routers"},
        {"edge_0 0 1", "edge_0 00 1", "x.graph:9: '00' is no position of one of 3 routers"},
        {"edge_0 0 1", "edge_0 -1 1", "x.graph:9: '-1' is no position of one of 3 routers"},
        {"7 1000000 371", "-7 1000000 371", "x.graph:9: weight '-7' is no integer of 32 bits"},
        {"7 1000000 371", "4294967296 1000000 371",
         "x.graph:9: weight '4294967296' is no integer of 32 bits"},
        {"7 1000000 371", "16777216 1000000 371", "x.graph:9: IGP metric 16777216 is above 16777215"},
        {"7 1000000 371", "7 -1 371", "x.graph:9: bw '-1' is no bandwidth in kbit/s"},
        {"7 1000000 371", "7 1e300 371", "x.graph:9: bw '1e300' is no bandwidth in kbit/s"},
        {"7 1000000 371", "7 1000000 0.5", "x.graph:9: delay '0.5' is no integer of 32 bits"},
        {"7 1000000 371", "7 1000000", "x.graph:9: 'edge_0 0 1 7 1000000' is not an edge"},
        {"7 1000000 371", "7 1000000 371 1", "x.graph:9: 'edge_0 0 1 7 1000000 371 1' is not an edge"},
        {"edge_2", long_label.c_str(), "x.graph:11: a line of 5016 bytes"},
    };
    expect_refused(rows);
}

TEST(Repetita, FarDelay_IsRefused) {
    const auto topology = read("rf.graph", "NODES 2\nlabel x y\nA 0 0\nB 0 0\n\nEDGES 1\n"
                                           "label src dest weight bw delay\nL 0 1 1 1 2147484\n");
    ASSERT_FALSE(topology);
    EXPECT_EQ(topology.error().detail, "rf.graph:8: a delay of 2147484 ms");
}

constexpr std::string_view kWeights = "San+Jose,+CA1 Tacoma,+WA2 2.5\nTacoma,+WA2 San+Jose,+CA1 3\n";
constexpr std::string_view kLatencies = "Tacoma,+WA2 San+Jose,+CA1 0\nSan+Jose,+CA1 Tacoma,+WA2 7\n";

TEST(Rocketfuel, WeightAndLatency_ComeTogetherWhicheverIsGiven) {
    for (const bool weights_given : {true, false}) {
        const auto topology = weights_given
                                  ? read("9.weights.intra", kWeights, "9.latencies.intra", kLatencies)
                                  : read("9.latencies.intra", kLatencies, "9.weights.intra", kWeights);
        ASSERT_TRUE(topology) << topology.error().detail;
        const TopologyView& view = topology->view;
        ASSERT_EQ(view.links.size(), 2U);
        const std::uint32_t jose = *view.find("San+Jose,+CA1");
        const TopologyLink& out = view.links[view.links[0].from == jose ? 0 : 1];
        const TopologyLink& back = view.links[view.links[0].from == jose ? 1 : 0];
        EXPECT_EQ(out.igp_metric, 250U);
        EXPECT_EQ(out.delay, Microseconds{7000});
        EXPECT_EQ(back.igp_metric, 300U);
        EXPECT_EQ(back.delay, Microseconds{500});
        EXPECT_TRUE(has_note(*topology, "weight x 100"));
    }
}

TEST(Rocketfuel, OneFileAlone_LeavesTheOtherValueUnknown) {
    const auto weights = read("9.weights.intra", kWeights);
    ASSERT_TRUE(weights) << weights.error().detail;
    EXPECT_EQ(weights->view.links[0].delay, kUnreachableDelay);
    EXPECT_TRUE(has_note(*weights, "no latencies.intra beside the file"));
    const auto latencies = read("9.latencies.intra", kLatencies);
    ASSERT_TRUE(latencies) << latencies.error().detail;
    EXPECT_EQ(latencies->view.links[0].igp_metric, kDefaultIgpMetric);
    EXPECT_TRUE(has_note(*latencies, "no weights.intra beside the file"));
}

TEST(Rocketfuel, EveryFault_IsRefusedWithItsFileAndLine) {
    struct Row {
        std::string weights;
        std::string latencies;
        const char* complaint;
    };
    const std::string good(kWeights);
    const std::string other(kLatencies);
    const Row rows[] = {
        {good + "A,+B3\n", other, "w.intra:3: 'A,+B3' is not a link 'from to value'"},
        {good + "A,+B3 C,+D4 5 6\n", other, "w.intra:3: 'A,+B3 C,+D4 5 6' is not a link"},
        {good + "A,+B3 C,+D4 -1\n", other, "w.intra:3: value '-1' is no number from 0"},
        {good + "A,+B3 C,+D4 inf\n", other, "w.intra:3: value 'inf' is no number from 0"},
        {good + "\nTacoma,+WA2 San+Jose,+CA1 4\n", other,
         "w.intra:4: the link 'Tacoma,+WA2 San+Jose,+CA1' again, first in line 2"},
        {good + "A,+B3 C,+D4 167773\n", other, "w.intra:3: weight has more than two decimals or is above"},
        {good + "A,+B3 C,+D4 1.001\n", other, "w.intra:3: weight has more than two decimals"},
        {good, other + "A,+B3 C,+D4 5\n", "l.intra:3: the link 'A,+B3 C,+D4' is not in w.intra"},
        {good, other + "A,+B3\n", "l.intra:3: 'A,+B3' is not a link"},
        {good, replaced(kLatencies, " 7", " 2147484"), "l.intra:2: latency is above 2147483 ms"},
    };
    for (const Row& row : rows) {
        const auto topology = read("w.intra", row.weights, "l.intra", row.latencies);
        ASSERT_FALSE(topology) << row.complaint;
        EXPECT_TRUE(topology.error().detail.starts_with(row.complaint))
            << topology.error().detail << "\nexpected: " << row.complaint;
    }
    const auto without_weight = read("9.latencies.intra", other + "A,+B3 C,+D4 5\n", "9.weights.intra", good);
    ASSERT_FALSE(without_weight);
    EXPECT_EQ(without_weight.error().detail,
              "9.latencies.intra:3: the link 'A,+B3 C,+D4' is not in 9.weights.intra");
}

TEST(AsLinks, SnapList_IsDirected) {
    const auto topology = read("as.txt", "# Directed graph\n# FromNodeId ToNodeId Relationship\n"
                                         "8563\t4323\t-1\n4323 8563 1\n4323 7018\n");
    ASSERT_TRUE(topology) << topology.error().detail;
    EXPECT_EQ(topology->facts.format, "as-links");
    ASSERT_EQ(topology->view.links.size(), 3U);
    EXPECT_EQ(topology->view.routers[0].name, "8563");
    for (const TopologyLink& link : topology->view.links) {
        EXPECT_EQ(link.igp_metric, 10U);
        EXPECT_EQ(link.delay, kUnreachableDelay);
    }
    EXPECT_TRUE(has_note(*topology, "IGP metric: 10 where the file has none (3 links)"));
    EXPECT_TRUE(has_note(*topology, "relationships are not used"));
    EXPECT_TRUE(has_note(*topology, "an IGP would not use them (1 link)"));
}

TEST(AsLinks, UndirectedAndSerialLists_GiveBothDirections) {
    for (const char* text : {"# Undirected graph (each unordered pair once)\n1 2\n2 3\n",
                             "# source:topology|BGP\n1|2|-1\n2|3|0\n", "1|2|-1|bgp\n2|3|0|mlp\n"}) {
        const auto topology = read("as.txt", text);
        ASSERT_TRUE(topology) << topology.error().detail;
        EXPECT_EQ(topology->view.links.size(), 4U) << text;
        EXPECT_FALSE(has_note(*topology, "opposite direction")) << text;
    }
}

TEST(AsLinks, EveryFault_IsRefusedWithItsLine) {
    ReadOptions options;
    options.format = "as-links";
    const std::pair<std::string, std::string> rows[] = {
        {"1 2\n1\n", "as.txt:2: '1' is not two AS numbers and a relationship"},
        {"1 2\n1 2 3\n", "as.txt:2: '1 2 3' is not two AS numbers"},
        {"1 2\n1 2 0 0\n", "as.txt:2: '1 2 0 0' is not two AS numbers"},
        {"1 2\n\n01 2\n", "as.txt:3: '01 2' is not two AS numbers"},
        {"1 2\n4294967296 2\n", "as.txt:2: '4294967296 2' is not two AS numbers"},
        {"1|2\n", "as.txt:1: '1|2' is not two AS numbers"},
        {"1|2|0|bgp|x\n", "as.txt:1: '1|2|0|bgp|x' is not two AS numbers"},
        {"# nothing\n", "as.txt:1: no routers"},
        {"", "as.txt:1: no routers"},
        {"1 2\n#" + std::string(5000, '#') + "\n", "as.txt:2: a line of 5001 bytes"},
    };
    for (const auto& [text, complaint] : rows) {
        const auto topology = read_topology({"as.txt", text}, options);
        ASSERT_FALSE(topology) << complaint;
        EXPECT_TRUE(topology.error().detail.starts_with(complaint))
            << topology.error().detail << "\nexpected: " << complaint;
    }
    options.most_links = 1;
    const auto many = read_topology({"as.txt", "1 2\n2 1\n"}, options);
    ASSERT_FALSE(many);
    EXPECT_EQ(many.error().code, Errc::kOutOfRange);
    EXPECT_EQ(many.error().detail, "as.txt:2: more than 1 directed links");
}

} // namespace
} // namespace suanlu
