// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "dataplane/agent/doctor.hpp"
#include "tests/unit/controller/json_schema.hpp"

namespace suanlu {
namespace {

AgentConfig config() {
    AgentConfig out;
    out.node = "R1";
    out.sid_interface = "sr0";
    out.engine = "xdp";
    out.interfaces = {{"eth1", "external", "homes"}};
    return out;
}

InterfaceFacts interface(std::uint32_t mtu, XdpMode xdp) {
    InterfaceFacts out;
    out.is_there = out.is_up = out.has_carrier = true;
    out.mtu = mtu;
    out.xdp = xdp;
    out.driver = "mlx5_core";
    return out;
}

/// A router with nothing to complain about.
HostFacts healthy() {
    HostFacts out;
    out.is_root = out.has_bpffs = out.has_btf = out.has_seg6 = true;
    out.seg6_all = out.forwards4 = out.forwards6 = out.jit = true;
    out.interfaces["eth1"] = interface(1500, XdpMode::kNative);
    out.interfaces["core1"] = interface(9000, XdpMode::kNone);
    out.interfaces["sr0"] = interface(1500, XdpMode::kNone);
    Plan plan;
    PathPlan path;
    path.id = path_id(SiteId{1}, 0);
    path.destination6 = *Ip6::parse("fc00:0:e1:f006::");
    path.mtu = {1540};
    plan.sites = {{SiteId{1}, "mec-1", {}, {path}}};
    out.plan = plan;
    out.way_out[path.id] = "core1";
    return out;
}

struct Row {
    const char* check;
    Severity severity;
    void (*harm)(HostFacts&);
};

TEST(Doctor, WayOutOverAnOwnLinkIsThatLink) {
    const Ip6 neighbour = *Ip6::parse("fe80::2");
    const auto none = [](const Ip6&) { return RouteAnswer{}; };
    const auto lo = [](const Ip6&) { return RouteAnswer{RouteKind::kUsable, 1, {}}; };
    const auto around = [](const Ip6&) { return RouteAnswer{RouteKind::kUsable, 1, *Ip6::parse("fe80::9")}; };
    EXPECT_EQ(way_out({neighbour, true, "lo"}, none), "lo") << "a link-local address has no route";
    EXPECT_EQ(way_out({neighbour, true, "no-such-link"}, lo), "");
    EXPECT_EQ(way_out({neighbour, true, ""}, lo), "lo");
    EXPECT_EQ(way_out({neighbour, true, ""}, around), "") << "not over the link";
    EXPECT_EQ(way_out({neighbour, false, ""}, around), "lo");
    EXPECT_EQ(way_out({neighbour, false, ""}, none), "");
}

TEST(Doctor, HealthyRouterHasNothingToDo) {
    for (const Finding& finding : examine(config(), healthy())) {
        EXPECT_EQ(finding.severity, Severity::kOk) << finding.check << ": " << finding.text;
        EXPECT_EQ(finding.remedy, "");
    }
}

TEST(Doctor, EveryTroubleIsFoundWithARemedy) {
    const Row rows[] = {
        {"rights", Severity::kBad, [](HostFacts& f) { f.is_root = false; }},
        {"bpffs", Severity::kWarn, [](HostFacts& f) { f.has_bpffs = false; }},
        {"btf", Severity::kBad, [](HostFacts& f) { f.has_btf = false; }},
        {"jit", Severity::kWarn, [](HostFacts& f) { f.jit = false; }},
        {"seg6", Severity::kBad, [](HostFacts& f) { f.has_seg6 = false; }},
        {"seg6", Severity::kWarn, [](HostFacts& f) { f.seg6_all = false; }},
        {"forwarding", Severity::kBad, [](HostFacts& f) { f.forwards6 = false; }},
        {"forwarding", Severity::kNote, [](HostFacts& f) { f.forwards4 = false; }},
        {"sid-interface", Severity::kBad, [](HostFacts& f) { f.interfaces["sr0"].is_up = false; }},
        {"sid-interface", Severity::kBad, [](HostFacts& f) { f.interfaces.erase("sr0"); }},
        {"interface", Severity::kBad, [](HostFacts& f) { f.interfaces.erase("eth1"); }},
        {"interface", Severity::kBad, [](HostFacts& f) { f.interfaces["eth1"].has_carrier = false; }},
        {"xdp", Severity::kWarn, [](HostFacts& f) { f.interfaces["eth1"].xdp = XdpMode::kNone; }},
        {"xdp", Severity::kWarn, [](HostFacts& f) { f.interfaces["eth1"].xdp = XdpMode::kGeneric; }},
        {"checksum", Severity::kNote, [](HostFacts& f) { f.interfaces["eth1"].driver = "veth"; }},
        {"gro", Severity::kNote, [](HostFacts& f) { f.interfaces["core1"].driver = "veth"; }},
        {"gro", Severity::kWarn,
         [](HostFacts& f) {
             f.interfaces["core1"].driver = "veth";
             f.interfaces["core1"].gro = false;
         }},
        {"mtu", Severity::kBad, [](HostFacts& f) { f.interfaces["core1"].mtu = 1500; }},
        {"mtu", Severity::kNote, [](HostFacts& f) { f.plan->sites[0].paths[0].mtu = {1500}; }},
        {"path", Severity::kBad, [](HostFacts& f) { f.way_out.clear(); }},
        {"plan", Severity::kNote, [](HostFacts& f) { f.plan.reset(); }},
    };
    for (const Row& row : rows) {
        HostFacts facts = healthy();
        row.harm(facts);
        const auto findings = examine(config(), facts);
        const auto found = std::find_if(findings.begin(), findings.end(), [&row](const Finding& f) {
            return f.check == row.check && f.severity == row.severity;
        });
        ASSERT_NE(found, findings.end()) << row.check;
        EXPECT_NE(found->remedy, "") << row.check;
    }
}

TEST(Doctor, ARouterWithoutEngineNeedsNoEbpf) {
    AgentConfig plain = config();
    plain.engine = "none";
    plain.interfaces.clear();
    HostFacts facts = healthy();
    facts.has_bpffs = facts.has_btf = false;
    facts.interfaces.erase("eth1");
    EXPECT_EQ(worst_of(examine(plain, facts)), Severity::kOk);
}

TEST(Doctor, TextIsOneLineEachAndJsonFitsItsSchema) {
    HostFacts facts = healthy();
    facts.forwards6 = false;
    const auto findings = examine(config(), facts);
    const std::string text = findings_text(findings);
    EXPECT_EQ(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')), findings.size());
    EXPECT_NE(text.find("bad  forwarding ipv6: does not forward IPv6"), std::string::npos) << text;
    EXPECT_NE(text.find("; do: sysctl -w net.ipv6.conf.all.forwarding=1\n"), std::string::npos);
    std::ifstream in("docs/reference/doctor.schema.json");
    const auto schema = nlohmann::json::parse(in);
    const auto json = nlohmann::json::parse(findings_json("R1", findings));
    EXPECT_EQ(offence(json, schema, "doctor"), "");
    EXPECT_EQ(json["worst"], "bad");
}

} // namespace
} // namespace suanlu
