// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/inventory_file.hpp"

#include <gtest/gtest.h>

#include <span>

namespace suanlu {
namespace {

const std::string kGood = R"(srv6: {block: "fc00:0::/32", format: F3216}
routers:
  - {name: R1, locator: "fc00:0:1::/48", owner: agent, ingress: true, client_class: cameras}
  - {name: E1, locator: "fc00:0:e1::/48", owner: agent}
core_mtu: 2000
links:
  - {between: [R1, E1], mtu: 1800}
sites:
  - name: mec-1
    id: 1
    kind: mec
    address: "2001:db8:51::1"
    attachments:
      - {egress: E1, interface: eth3, next_hop6: "2001:db8:7::5", sid6: "fc00:0:e1:f006::", delay: 100us, mtu: 2000}
    services:
      - {service: analysis, slots: 4, rate_per_slot: 20}
services:
  - name: analysis
    id: 1
    addresses: ["2001:db8:a::1"]
    transport: tcp
    port: 8080
    slots: 1021
    static_shares: {mec-1: 1}
)";

std::string replaced(std::string from, std::string to) {
    std::string text = kGood;
    const std::size_t at = text.find(from);
    SL_CHECK(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

TEST(InventoryFile, GoodFile_IsReadWithItsDefaults) {
    const auto inventory = parse_inventory(kGood, "x.yaml");
    ASSERT_TRUE(inventory) << inventory.error().detail;
    EXPECT_EQ(inventory->routers.size(), 2U);
    EXPECT_EQ(inventory->client_classes.at("R1"), "cameras");
    EXPECT_EQ(inventory->link_mtu("E1", "R1").value, 1800U);
    EXPECT_EQ(inventory->link_mtu("E1", "P9").value, 2000U);
    EXPECT_EQ(inventory->services[0].affinity_timeout.value, 300);
    EXPECT_EQ(inventory->static_shares.at("analysis")[0].ppm, kWholeShare);
    const auto sids = inventory->local_sids(*inventory->router("E1"));
    ASSERT_EQ(sids.size(), 2U);
    EXPECT_EQ(sids[0].behaviour, SidBehaviour::kEnd);
    EXPECT_EQ(sids[1].sid.text(), "fc00:0:e1:f006::/64");
    EXPECT_EQ(sids[1].behaviour, SidBehaviour::kEndDx6);
}

TEST(InventoryFile, AttachmentWithATable_HasSidsThatAskIt) {
    const std::string hop = R"(next_hop6: "2001:db8:7::5", sid6: "fc00:0:e1:f006::")";
    struct {
        std::string sids;
        std::vector<SidBehaviour> behaviours;
    } const rows[] = {
        {R"(sid6: "fc00:0:e1:f006::", table: 100)", {SidBehaviour::kEndDt6}},
        {R"(sid6: "fc00:0:e1:f006::", sid4: "fc00:0:e1:f004::", table: 100)",
         {SidBehaviour::kEndDt6, SidBehaviour::kEndDt4}},
        {R"(sid6: "fc00:0:e1:f006::", sid4: "fc00:0:e1:f006::", table: 100)", {SidBehaviour::kEndDt46}},
    };
    for (const auto& row : rows) {
        const auto inventory = parse_inventory(replaced(hop, row.sids), "x.yaml");
        ASSERT_TRUE(inventory) << inventory.error().detail;
        auto sids = inventory->local_sids(*inventory->router("E1"));
        ASSERT_EQ(sids.size(), row.behaviours.size() + 1) << row.sids;
        for (std::size_t i = 0; i < row.behaviours.size(); i++) {
            EXPECT_EQ(sids[i + 1].behaviour, row.behaviours[i]) << row.sids;
            EXPECT_EQ(sids[i + 1].table, 100U);
            EXPECT_EQ(sids[i + 1].interface, "eth3");
            EXPECT_TRUE(sids[i + 1].next_hop.is_zero());
        }
    }
}

TEST(InventoryFile, TrafficOfAService_IsRead) {
    const auto inventory = parse_inventory(replaced("    port: 8080\n", R"(    port: 8080
    last_port: 8090
    prefixes: ["2001:db8:b::/48", 203.0.113.0/24]
    dscp: 46
    vlan: 300
    tenant: 7
    mark: 34
    affinity: source-destination
    access: [{source: 10.0.0.0/8}, {source: 10.1.0.0/16, allow: false}]
    rates: [{dscp: 46, bytes_per_second: 1000000, mark: 8}, {bytes_per_second: 10, burst_bytes: 3000}]
    quic: {length: 2, servers: [{site_id: 1, id: 257}]}
)") + "tenants: [{tenant: 7, outer_vlan: 700}, {tenant: 8, interface: eth9}]\n",
                                           "x.yaml");
    ASSERT_TRUE(inventory) << inventory.error().detail;
    const auto& service = inventory->services[0];
    EXPECT_EQ(service.affinity, Affinity::kPair);
    const auto& traffic = service.traffic;
    EXPECT_EQ(traffic.last_port, 8090);
    EXPECT_EQ(traffic.prefixes.size(), 2U);
    EXPECT_EQ(traffic.prefixes[1].length, 120);
    EXPECT_EQ(traffic.dscp, 46);
    EXPECT_EQ(traffic.vlan, 300);
    EXPECT_EQ(traffic.tenant, 7);
    EXPECT_EQ(traffic.mark, 34);
    ASSERT_EQ(traffic.access.size(), 2U);
    EXPECT_TRUE(traffic.access[0].is_allowed);
    EXPECT_FALSE(traffic.access[1].is_allowed);
    const std::vector<RateLimit> rates = {{46, 1'000'000, 100'000, 8}, {kAnyDscp, 10, 3000, kNoMark}};
    EXPECT_EQ(traffic.rates, rates);
    EXPECT_TRUE(traffic.is_quic);
    EXPECT_EQ(traffic.quic, (QuicServers{1, 2, {{SiteId{1}, 257}}}));
    const std::vector<TenantTag> tenants = {{7, "", 700, 0}, {8, "eth9", 0, 0}};
    EXPECT_EQ(inventory->tenants, tenants);
}

TEST(InventoryFile, TrafficThatCannotBeMeant_IsRefused) {
    const std::pair<const char*, const char*> rows[] = {
        {"    last_port: 8079\n", "ends before it begins"},
        {"    dscp: 64\n", "dscp"},
        {"    vlan: 4095\n", "vlan"},
        {"    rates: [{bytes_per_second: 0}]\n", "bytes_per_second"},
        {"    quic: {length: 2}\n", "both a length and servers"},
        {"    quic: {offset: 19, length: 2, servers: [{site_id: 1, id: 1}]}\n", "at most 20 bytes"},
        {"    access: [{allow: true}]\n", "source"}};
    for (const auto& [line, what] : rows) {
        const auto inventory =
            parse_inventory(replaced("    port: 8080\n", std::string("    port: 8080\n") + line), "x.yaml");
        ASSERT_FALSE(inventory) << line;
        EXPECT_NE(inventory.error().detail.find(what), std::string::npos) << inventory.error().detail;
    }
    const auto nobody = parse_inventory(kGood + "tenants: [{tenant: 7}]\n", "x.yaml");
    ASSERT_FALSE(nobody);
    EXPECT_NE(nobody.error().detail.find("an interface, an outer VLAN"), std::string::npos);
}

struct Row {
    const char* from;
    const char* to;
    const char* complaint;
};

void expect_refused(std::span<const Row> rows) {
    for (const Row& row : rows) {
        const auto inventory = parse_inventory(replaced(row.from, row.to), "x.yaml");
        ASSERT_FALSE(inventory) << row.to;
        EXPECT_NE(inventory.error().detail.find(row.complaint), std::string::npos)
            << inventory.error().detail << "\nexpected: " << row.complaint;
        EXPECT_TRUE(inventory.error().detail.starts_with("x.yaml:")) << inventory.error().detail;
    }
}

TEST(InventoryFile, EveryContradiction_IsRefusedWithItsLine) {
    const Row rows[] = {
        {"egress: E1", "egress: E2", "x.yaml:14: sites[0].attachments[0].egress: no router 'E2'"},
        {"\"fc00:0:e1:f006::\"", "\"fc00:0:e2:f006::\"", "is no function of E1's locator"},
        {"\"fc00:0:e1:f006::\"", "\"fc00:0:e1::\"", "is no function of E1's locator"},
        {"\"fc00:0:e1:f006::\"", "\"fc00:0:e1:f006:1::\"", "the rest is zero"},
        {"slots: 1021", "slots: 1020", "x.yaml:23: services[0].slots: 1020 is not prime"},
        {"slots: 1021", "slots: 241", "is not an integer from 251 to 65537"},
        {"slots: 1021", "slots: 65539", "is not an integer from 251 to 65537"},
        {"{mec-1: 1}", "{mec-1: 0.9}", "sum to 0.900000, not to 1"},
        {"{mec-1: 1}", "{mec-2: 1}", "no site 'mec-2' that hosts analysis"},
        {"service: analysis", "service: analyses", "no service 'analyses'"},
        {"name: E1, locator: \"fc00:0:e1::/48\"", "name: E1, locator: \"fc00:0:1::/48\"", "is already used"},
        {"name: E1, locator", "name: R1, locator", "router 'R1' is already used"},
        {"name: E1, locator: \"fc00:0:e1::/48\"", "name: E1, locator: \"fd00:0:e1::/48\"",
         "inside the block"},
        {"between: [R1, E1]", "between: [R1, X1]", "no router 'X1'"},
        {"    id: 1\n    kind", "    id: 0\n    kind", "not an integer from 1 to 65535"},
        {"delay: 100us", "delay: 100", "is not a duration with a unit"},
        {"transport: tcp", "transport: sctp", "is not one of: tcp, udp"},
        {"port: 8080", "port: 8080\n    prot: 1", "unknown key 'prot'"},
        {"core_mtu: 2000", "core_mtu: 2000\ncore_mtu: 2000", "duplicate key 'core_mtu'"},
        {"delay: 100us", "table: 100", "the table has the next hops"},
        {"delay: 100us", "table: 254",
         "sites[0].attachments[0].table: a service SID needs a table of its own"},
        {"delay: 100us", "sid4: \"fc00:0:e1:f006::\", next_hop4: 192.0.2.1",
         "SID 'fc00:0:e1:f006::' is already used"},
        {"port: 8080", "port: 8080\n    steering: dns", "'dns' needs the section 'dns'"},
    };
    expect_refused(rows);
}

TEST(InventoryFile, BoundThatNobodyKnows_IsRefusedWithItsLine) {
    const Row rows[] = {
        {"locator: \"fc00:0:e1::/48\"", "locator: \"fc00:0:e1::/48\", depths: {end_pop: 256}",
         "x.yaml:4: routers[1].depths.end_pop: '256' is not an integer from 0 to 255"},
        {"locator: \"fc00:0:e1::/48\"", "locator: \"fc00:0:e1::/48\", depths: {end_x: 1}",
         "x.yaml:4: routers[1].depths: unknown key 'end_x'"},
        {"locator: \"fc00:0:e1::/48\"", "locator: \"fc00:0:e1::/48\", protection: tls",
         "x.yaml:4: routers[1].protection: 'tls' is not one of: none, ipsec, macsec, otnsec, qkd"},
        {"locator: \"fc00:0:e1::/48\"", "locator: \"fc00:0:e1::/48\", legal_area: \"\"",
         "x.yaml:4: routers[1].legal_area: a legal area has 1 to 63 characters"},
        {"locator: \"fc00:0:e1::/48\"", "locator: \"fc00:0:e1::/48\", overload: perhaps",
         "x.yaml:4: routers[1].overload: "},
        {"mtu: 1800", "mtu: 1800, layer: copper",
         "x.yaml:7: links[0].layer: 'copper' is not one of: otn, ip-private, internet"},
        {"mtu: 1800", "mtu: 1800, srlgs: [7, 7]",
         "x.yaml:7: links[0].srlgs[1]: shared risk group 7 is already listed"},
        {"mtu: 1800", "mtu: 1800, srlgs: [4294967296]", "x.yaml:7: links[0].srlgs[0]: '4294967296' is not"},
        {"mtu: 1800", "mtu: 1800, te_metric: 5",
         "x.yaml:7: links[0].te_metric: only a static link (one with a delay) has a te_metric"},
        {"mtu: 1800", "delay: 1ms, te_metric: 16777215", "x.yaml:7: links[0].te_metric: '16777215' is not"},
    };
    expect_refused(rows);
}

TEST(InventoryFile, BoundsOfRoutersAndLinks_AreRead) {
    std::string text = replaced("mtu: 1800", "delay: 1ms, te_metric: 0, srlgs: [9, 4294967295, 3], layer: "
                                             "ip-private, protection: qkd, legal_area: HK");
    const std::string end = "\"fc00:0:e1::/48\", owner: agent";
    text.insert(text.find(end) + end.size(), ", depths: {segments_left: 0, end_pop: 1, h_encaps: 255}, "
                                             "legal_area: CN-GD, protection: macsec, overload: true");
    const auto inventory = parse_inventory(text, "x.yaml");
    ASSERT_TRUE(inventory) << inventory.error().detail;
    const Router& router = *inventory->router("E1");
    EXPECT_EQ(router.depths, (SidDepths{0, 1, 255, 15})) << "what is not said keeps its default";
    EXPECT_EQ(router.legal_area, "CN-GD");
    EXPECT_EQ(router.protection, Protection::kMacsec);
    EXPECT_TRUE(router.is_overloaded);
    EXPECT_EQ(inventory->router("R1")->depths, SidDepths{});
    EXPECT_FALSE(inventory->router("R1")->is_overloaded);
    const LinkExtra& link = inventory->links.at(0);
    EXPECT_EQ(link.te_metric, 0U);
    EXPECT_EQ(link.srlgs, (std::vector<std::uint32_t>{3, 9, 4294967295}));
    EXPECT_EQ(link.layer, LinkLayer::kIpPrivate);
    EXPECT_EQ(link.protection, Protection::kQkd);
    EXPECT_EQ(link.legal_area, "HK");
}

TEST(InventoryFile, ReferencePage_IsAnInventory) {
    const auto inventory = load_inventory("docs/reference/inventory.yaml");
    ASSERT_TRUE(inventory) << inventory.error().detail;
    EXPECT_EQ(inventory->router("P1")->depths, (SidDepths{8, 8, 0, 8}));
    EXPECT_EQ(inventory->router("P1")->legal_area, "CN-GD");
    EXPECT_EQ(inventory->links.at(1).te_metric, 20U);
    EXPECT_EQ(inventory->links.at(1).srlgs, (std::vector<std::uint32_t>{101, 102}));
    EXPECT_EQ(inventory->links.at(1).layer, LinkLayer::kOtn);
}

TEST(InventoryFile, SameAddressPortAndTransportTwice_IsRefused) {
    const std::string second =
        R"(  - {name: other, id: 2, addresses: ["2001:db8:a::1"], transport: tcp, port: 8080}
)";
    const auto inventory = parse_inventory(kGood + second, "x.yaml");
    ASSERT_FALSE(inventory);
    EXPECT_NE(inventory.error().detail.find("service address '2001:db8:a::1 tcp 8080' is already used"),
              std::string::npos)
        << inventory.error().detail;
}

} // namespace
} // namespace suanlu
