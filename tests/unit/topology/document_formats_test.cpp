// SPDX-License-Identifier: Apache-2.0
// Node-link JSON and containerlab YAML.
#include "tests/unit/topology/read_text.hpp"

namespace suanlu::topology_test {
namespace {

std::string changed(std::string text, const std::string& piece, const std::string& by) {
    const std::size_t at = text.find(piece);
    EXPECT_NE(at, std::string::npos) << piece;
    return text.replace(at, piece.size(), by);
}

const std::string kJson = R"({"directed": true, "multigraph": false, "graph": {},
 "nodes": [{"id": 0, "name": "A", "lon": 0, "lat": 0},
  {"id": 10, "lon": 0, "lat": 9},
  {"id": "c"}],
 "links": [{"capacity": 5000.0, "source": 0, "target": 10},
  {"source": 10, "target": 0, "igp_metric": 7, "te_metric": 8, "delay_us": 12.4, "bandwidth_bps": 1e9},
  {"source": 10, "target": "c", "length_km": 10, "affinity": 4, "extra": {"deep": [1, 2]}}]}
)";

TEST(NodeLinkJson, Document_GivesRoutersLinksAndFacts) {
    const ReadTopology out = read("x.json", kJson);
    EXPECT_EQ(out.facts.format, "node-link-json");
    ASSERT_EQ(out.view.routers.size(), 3U);
    EXPECT_EQ(out.view.routers[0].name, "A");
    EXPECT_EQ(out.view.routers[1].name, "10");
    ASSERT_EQ(out.view.links.size(), 3U);
    EXPECT_EQ(link(out, "A", "10").delay.value, 5004U);
    EXPECT_FALSE(link(out, "A", "10").bandwidth);
    EXPECT_EQ(link(out, "10", "A").igp_metric, 7U);
    EXPECT_EQ(link(out, "10", "A").te_metric, 8U);
    EXPECT_EQ(link(out, "10", "A").delay.value, 12U);
    EXPECT_EQ(link(out, "10", "A").bandwidth->value, 125e6);
    EXPECT_EQ(link(out, "10", "c").delay.value, 50U);
    EXPECT_EQ(link(out, "10", "c").affinity, 4U);
    EXPECT_TRUE(has_note(out, "not read: attribute 'capacity' of the links"));
    EXPECT_TRUE(has_note(out, "without an opposite direction, so that an IGP would not use them (1 link)"));
}

TEST(NodeLinkJson, WithoutDirected_GivesBothDirections) {
    EXPECT_EQ(read("x.json", changed(kJson, "\"directed\": true, ", "")).view.links.size(), 6U);
    EXPECT_EQ(read("x.json", changed(kJson, "\"links\"", "\"edges\"")).view.links.size(), 3U);
}

TEST(NodeLinkJson, Refusals_HaveTheirLine) {
    const auto refused = [](const std::string& piece, const std::string& by) {
        return refusal("x.json", changed(kJson, piece, by));
    };
    EXPECT_EQ(refused("\"target\": \"c\"", "\"target\": \"d\""),
              "bad-input: x.json:7: a link to 'd', which is no router of this file");
    EXPECT_EQ(refused("\"id\": \"c\"", "\"id\": 10"),
              "bad-input: x.json:4: router '10' again, first in line 3");
    EXPECT_EQ(refused("\"id\": \"c\"", "\"id\": null"),
              "bad-input: x.json:4: a node without an \"id\" that is a number or a text");
    EXPECT_EQ(refused("{\"id\": \"c\"}", "[1, 2]"),
              "bad-input: x.json:4: a node without an \"id\" that is a number or a text");
    EXPECT_EQ(refused("\"source\": 0, ", ""),
              "bad-input: x.json:5: a link without \"source\" and \"target\" that are numbers or texts");
    EXPECT_EQ(refused("7,", "-7,"), "bad-input: x.json:6: attribute 'igp_metric' has no usable value");
    EXPECT_EQ(refused("12.4", "\"12\""), "bad-input: x.json:6: attribute 'delay_us' has no usable value");
    EXPECT_EQ(refused("7,", "99999999,"), "bad-input: x.json:6: IGP metric 99999999 is above 16777215");
    EXPECT_EQ(refused("\"lat\": 9", "\"lat\": 99"),
              "bad-input: x.json:3: coordinates of '10' are no degrees");
    EXPECT_EQ(refused("\"id\": 10,", "\"id\": 10;"), "bad-input: x.json:3: no JSON here");
    EXPECT_EQ(refused("\"links\"", "\"lines\""), "bad-input: x.json:1: no list \"edges\"");
    EXPECT_EQ(refused("\"links\"", "\"nodes\""), "bad-input: x.json:5: key 'nodes' twice");
}

const std::string kClab = R"(name: lab
topology:
  defaults: {kind: linux}
  nodes:
    r1:
      hostname: R1
      labels: {legal-area: CN-GD, graph-geoCoordinateLat: "0", graph-geoCoordinateLng: "0"}
    r2:
      kind: nokia_srlinux
      labels: {graph-geoCoordinateLat: "9", graph-geoCoordinateLng: "0"}
    host1:
      labels: {overload: true, protection: macsec}
  links:
    - endpoints: ["r1:eth1", "r2:eth1"]
      mtu: 2000
      labels:
        igp: "7"
        te: 8
        delay: 2ms
        delay-min: 1900us
        jitter: 10us
        loss: 0.1%
        bandwidth: 10Gbps
        affinity: 3
        srlg: "12, 7,12"
        legal-area: HK
        layer: otn
        protection: otnsec
        available: 6Gbit/s
        reserved: 1Gbit/s
        utilisation: 40%
        bandwith: 3
    - endpoints: ["r1:eth2", "r2:eth2"]
    - type: veth
      endpoints:
        - {node: r2, interface: eth3}
        - {node: host1, interface: eth0}
    - type: mgmt-net
      endpoint: {node: r1, interface: eth9}
    - endpoints: ["r1:eth4", "host:veth4"]
)";

TEST(Clab, Document_GivesRoutersLinksAndFacts) {
    const ReadTopology out = read("x.clab.yml", kClab);
    EXPECT_EQ(out.facts.format, "containerlab");
    ASSERT_EQ(out.view.routers.size(), 3U);
    EXPECT_EQ(out.view.routers[0].name, "R1");
    EXPECT_EQ(out.view.routers[0].legal_area, "CN-GD");
    EXPECT_EQ(out.view.routers[2].name, "host1");
    ASSERT_EQ(out.view.links.size(), 6U);
    const TopologyLink& told = link(out, "r2", "R1");
    EXPECT_EQ(told.igp_metric, 7U);
    EXPECT_EQ(told.te_metric, 8U);
    EXPECT_EQ(told.delay.value, 2000U);
    EXPECT_EQ(told.delay_min->value, 1900U);
    EXPECT_FALSE(told.delay_max);
    EXPECT_EQ(told.jitter->value, 10U);
    EXPECT_EQ(told.loss_ppm, 1000U);
    EXPECT_EQ(told.bandwidth->value, 1.25e9);
    EXPECT_EQ(told.affinity, 3U);
    EXPECT_EQ(told.srlgs, (std::vector<std::uint32_t>{7, 12}));
    EXPECT_EQ(told.mtu.value, 2000U);
    EXPECT_EQ(told.legal_area, "HK");
    EXPECT_EQ(told.layer, LinkLayer::kOtn);
    EXPECT_EQ(told.protection, Protection::kOtnsec);
    EXPECT_EQ(told.available->value, 750e6);
    EXPECT_EQ(told.reserved->value, 125e6);
    EXPECT_EQ(told.utilisation, 400);
    EXPECT_TRUE(has_note(out, "not read: label 'bandwith' of the links"));
    EXPECT_TRUE(out.view.routers[2].is_overloaded);
    EXPECT_EQ(out.view.routers[2].protection, Protection::kMacsec);
    EXPECT_EQ(out.view.links[1].delay.value, 5004U);
    EXPECT_EQ(out.view.links[1].mtu.value, 1500U);
    EXPECT_EQ(out.facts.links_dropped, 2U);
    EXPECT_TRUE(has_note(out, "nodes of every kind"));
}

TEST(Clab, Refusals_HaveTheirLine) {
    const auto refused = [](const std::string& piece, const std::string& by) {
        const std::string text = refusal("x.clab.yml", changed(kClab, piece, by));
        // The place, without the sentence behind it.
        return text.substr(0, text.find(": ", sizeof "bad-input: x.clab.yml:"));
    };
    EXPECT_EQ(refused("delay: 2ms", "delay: 2"), "bad-input: x.clab.yml:19");
    EXPECT_EQ(refused("igp: \"7\"", "igp: -7"), "bad-input: x.clab.yml:17");
    EXPECT_EQ(refused("igp: \"7\"", "igp: 16777216"), "bad-input: x.clab.yml:17");
    EXPECT_EQ(refused("10Gbps", "10G"), "bad-input: x.clab.yml:23");
    EXPECT_EQ(refused("12, 7,12", "12, x"), "bad-input: x.clab.yml:25");
    EXPECT_EQ(refused("r2:eth2", "r9:eth2"), "bad-input: x.clab.yml:33");
    EXPECT_EQ(refused("r2:eth2", "r2"), "bad-input: x.clab.yml:33");
    EXPECT_EQ(refused(", \"r2:eth2\"", ""), "bad-input: x.clab.yml:33");
    EXPECT_EQ(refused("Lat: \"9\"", "Lat: \"99\""), "bad-input: x.clab.yml:10");
    EXPECT_EQ(refused("mtu: 2000", "mtu: 20"), "bad-input: x.clab.yml:15");
    EXPECT_EQ(refused("    r2:", "    r1:"), "bad-input: x.clab.yml:8");
    EXPECT_EQ(refused("  nodes:", "  nodez:"), "bad-input: x.clab.yml:3");
}

TEST(Clab, AliasesWithoutEnd_AreRefused) {
    EXPECT_EQ(refusal("x.yml", "topology: &a\n  nodes:\n    b: *a\n"),
              "bad-input: x.yml:3: an alias inside what it stands for");
    std::string bomb = "topology:\n a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int level = 1; level < 12; ++level) {
        const std::string below = "*a" + std::to_string(level - 1);
        bomb += " a" + std::to_string(level) + ": &a" + std::to_string(level) + " [" + below;
        for (int count = 1; count < 10; ++count) {
            bomb += ", " + below;
        }
        bomb += "]\n";
    }
    EXPECT_EQ(refusal("x.yml", bomb), "bad-input: x.yml:9: too many nodes");
}

TEST(Clab, Aliases_StandForWhatTheyName) {
    const std::string text = "topology:\n  nodes:\n    a: &n {hostname: A}\n    b: {}\n  links:\n"
                             "    - {endpoints: [\"a:1\", \"b:1\"], labels: &l {delay: 1ms}}\n"
                             "    - {endpoints: [\"a:2\", \"b:2\"], labels: *l}\n";
    const ReadTopology out = read("x.clab.yml", text);
    ASSERT_EQ(out.view.links.size(), 4U);
    EXPECT_EQ(out.view.links[1].delay.value, 1000U);
}

} // namespace
} // namespace suanlu::topology_test
