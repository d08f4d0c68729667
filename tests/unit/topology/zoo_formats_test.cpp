// SPDX-License-Identifier: Apache-2.0
// GraphML and GML, as the Topology Zoo and topohub write them.
#include "tests/unit/topology/read_text.hpp"

namespace suanlu::topology_test {
namespace {

const std::string kGraphml = R"(<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key attr.name="LinkSpeedRaw" attr.type="double" for="edge" id="d9" />
  <key attr.name="label" attr.type="string" for="node" id="d1" />
  <key attr.name="Longitude" attr.type="double" for="node" id="d2" />
  <key attr.name="Latitude" attr.type="double" for="node" id="d3" />
  <key attr.name="Country" attr.type="string" for="node" id="d4" />
  <graph edgedefault="undirected">
    <node id="0">
      <data key="d1">A &amp; B</data><data key="d2">0</data><data key="d3">0</data><data key="d4">China</data>
    </node>
    <node id="1">
      <data key="d1">C</data><data key="d2">0</data><data key="d3">9.0</data>
    </node>
    <node id="2"><data key="d1">D</data></node>
    <edge source="0" target="1"><data key="d9">2000000.0</data></edge>
    <edge source="0" target="1"><data key="d9">155000000.0</data></edge>
    <edge source="1" target="2" />
    <edge source="2" target="2" />
  </graph>
</graphml>
)";

/// The document with one piece replaced.
std::string changed(std::string text, const std::string& piece, const std::string& by) {
    const std::size_t at = text.find(piece);
    EXPECT_NE(at, std::string::npos) << piece;
    return text.replace(at, piece.size(), by);
}

TEST(Graphml, Document_GivesRoutersLinksAndFacts) {
    const ReadTopology out = read("x.graphml", kGraphml);
    EXPECT_EQ(out.facts.format, "graphml");
    ASSERT_EQ(out.view.routers.size(), 3U);
    EXPECT_EQ(out.view.routers[0].name, "A & B");
    EXPECT_EQ(out.view.routers[0].legal_area, "China");
    EXPECT_EQ(out.view.routers[2].legal_area, "");
    ASSERT_EQ(out.view.links.size(), 6U);
    // Parallel links stay two; sorted by ends.
    EXPECT_EQ(out.view.links[0].bandwidth->value, 250000);
    EXPECT_EQ(out.view.links[1].bandwidth->value, 19375000);
    EXPECT_EQ(out.view.links[1].delay.value, 5004U);
    EXPECT_EQ(link(out, "C", "D").delay, kUnreachableDelay);
    EXPECT_FALSE(link(out, "C", "D").bandwidth);
    EXPECT_EQ(out.facts.routers_without_place, 1U);
    EXPECT_EQ(out.facts.links_without_delay, 2U);
    EXPECT_EQ(out.facts.links_dropped, 1U);
    EXPECT_TRUE(has_note(out, "bandwidth: LinkSpeedRaw, bit/s"));
}

TEST(Graphml, Directed_GivesOneDirection) {
    const ReadTopology out = read("x.graphml", changed(kGraphml, "=\"undirected\"", "=\"directed\""));
    EXPECT_EQ(out.view.links.size(), 3U);
    EXPECT_EQ(read("x.graphml", changed(kGraphml, "target=\"2\" />", "target=\"2\" directed=\"true\"/>"))
                  .view.links.size(),
              5U);
}

TEST(Graphml, Latin1_IsConvertedAndKeepsLines) {
    std::string text = changed(changed(kGraphml, "utf-8", "ISO-8859-1"), ">C<", ">Z\xfcrich<");
    EXPECT_EQ(read("x.graphml", text).view.routers[1].name, "Z\xc3\xbcrich");
    EXPECT_EQ(refusal("x.graphml", changed(text, "target=\"2\" />", "target=\"7\" />")),
              "bad-input: x.graphml:18: a link to '7', which is no router of this file");
}

TEST(Graphml, Refusals_HaveTheirLine) {
    const auto refused = [](const std::string& piece, const std::string& by) {
        return refusal("x.graphml", changed(kGraphml, piece, by));
    };
    EXPECT_EQ(refused("155000000.0", "-1"), "bad-input: x.graphml:17: LinkSpeedRaw '-1' is no rate");
    EXPECT_EQ(refused("155000000.0", "nan"), "bad-input: x.graphml:17: LinkSpeedRaw 'nan' is no rate");
    EXPECT_EQ(refused("9.0", "91"), "bad-input: x.graphml:12: coordinates of '1' are no degrees");
    EXPECT_EQ(refused("9.0", "north"), "bad-input: x.graphml:12: coordinates that are no numbers");
    EXPECT_EQ(refused("<data key=\"d1\">D", "<data key=\"d8\">D"),
              "bad-input: x.graphml:15: data of key 'd8', which no <key> declares");
    EXPECT_EQ(refused("id=\"2\"", "id=\"1\""), "bad-input: x.graphml:15: router '1' again, first in line 12");
    EXPECT_EQ(refused("id=\"d2\"", "id=\"d1\""),
              "bad-input: x.graphml:5: key without an id, or id 'd1' again");
    EXPECT_EQ(refused("undirected", "both"),
              "bad-input: x.graphml:8: edgedefault is neither directed nor undirected");
    EXPECT_EQ(refused("</graph>", "</grap>"), "bad-input: x.graphml:20: Start-end tags mismatch");
    EXPECT_EQ(refused("utf-8", "utf-16"),
              "bad-input: x.graphml:1: encoding 'utf-16'; known: UTF-8, ISO-8859-1");
    EXPECT_EQ(refused("<graphml xml", "<!DOCTYPE a [<!ENTITY e \"x\">]>\n<graphml xml"),
              "bad-input: x.graphml:2: a document type (DOCTYPE) is not read");
    EXPECT_EQ(refused("<graph edge", "<graph edgedefault='directed'/><graph edge"),
              "bad-input: x.graphml:8: a second <graph>");
}

const std::string kGml = R"(graph [
  name "eurasia"
  directed 0
  stats [
    nodes 3
  ]
  # a comment
  node [
    id 628100
    label "6281"
    type "Seacable Waypoint"
    lon 13.69
    lat 35.73
  ]
  node [
    id 7
    label "A &amp; B"
    Country "France"
    Longitude 11.43
    Latitude 37.54
    graphics [ id 9 label "no" ]
  ]
  node [ id 3 ]
  edge [
    source 628100
    target 7
    dist 203.5
  ]
  edge [
    source 7
    target 628100
    LinkSpeedRaw 2000000.0
  ]
  edge [ source 3 target 7 ]
]
)";

TEST(Gml, Document_GivesRoutersLinksAndFacts) {
    const ReadTopology out = read("x.gml", kGml);
    EXPECT_EQ(out.facts.format, "gml");
    ASSERT_EQ(out.view.routers.size(), 3U);
    EXPECT_EQ(out.view.routers[0].name, "6281");
    EXPECT_EQ(out.view.routers[1].name, "A & B");
    EXPECT_EQ(out.view.routers[1].legal_area, "France");
    EXPECT_EQ(out.view.routers[2].name, "3");
    ASSERT_EQ(out.view.links.size(), 6U);
    // 203.5 km x 5 us/km, and the great circle of 285.0 km.
    EXPECT_EQ(out.view.links[0].delay.value, 1018U);
    EXPECT_NEAR(out.view.links[1].delay.value, 1425, 5);
    EXPECT_EQ(out.view.links[1].bandwidth->value, 250000);
    EXPECT_EQ(out.facts.links_without_delay, 2U);
    EXPECT_TRUE(has_note(out, "length that the file states x 5 us/km (2 links)"));
}

TEST(Gml, Directed_GivesOneDirection) {
    EXPECT_EQ(read("x.gml", changed(kGml, "directed 0", "directed 1")).view.links.size(), 3U);
}

TEST(Gml, Sniff_FindsGraphBehindACreator) {
    EXPECT_EQ(read("net", "Creator \"yFiles\"\nVersion 2.2\n" + kGml).facts.format, "gml");
}

TEST(Gml, Refusals_HaveTheirLine) {
    const auto refused = [](const std::string& piece, const std::string& by) {
        return refusal("x.gml", changed(kGml, piece, by));
    };
    EXPECT_EQ(refused("dist 203.5", "dist -1"), "bad-input: x.gml:24: a length of -1 km");
    EXPECT_EQ(refused("dist 203.5", "dist far"), "bad-input: x.gml:24: dist 'far' is no number");
    EXPECT_EQ(refused("dist 203.5", "dist 1 dist 2"), "bad-input: x.gml:27: attribute 'dist' twice");
    EXPECT_EQ(refused("lat 35.73", "lat 95"), "bad-input: x.gml:8: coordinates of '628100' are no degrees");
    EXPECT_EQ(refused("2000000.0", "2M"), "bad-input: x.gml:29: LinkSpeedRaw '2M' is no rate");
    EXPECT_EQ(refused("source 3", "source 4"),
              "bad-input: x.gml:34: a link to '4', which is no router of this file");
    EXPECT_EQ(refused("node [ id 3 ]", "node [ ]"), "bad-input: x.gml:23: a router without an id");
    EXPECT_EQ(refused("node [ id 3 ]", "node [ id ]"), "bad-input: x.gml:23: key 'id' has no value");
    EXPECT_EQ(refused("directed 0", "directed 2"), "bad-input: x.gml:3: directed is neither 0 nor 1");
    EXPECT_EQ(refused("target 7 ]\n]", "target 7 ]\n"), "bad-input: x.gml:36: a list has no end");
    EXPECT_EQ(refused("target 7 ]\n]", "target 7 ]\n]]"), "bad-input: x.gml:35: expected a key");
    EXPECT_EQ(refused("\"6281\"", "\"6281"), "bad-input: x.gml:11: expected a key");
    EXPECT_EQ(refused("target 7 ]\n]", "target 7 label \"]\n]"), "bad-input: x.gml:34: a string has no end");
    std::string deep;
    for (int level = 0; level < 40; ++level) {
        deep += "a [\n";
    }
    EXPECT_EQ(refused("stats [", deep), "bad-input: x.gml:35: lists nested deeper than 32");
}

} // namespace
} // namespace suanlu::topology_test
