// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/report_codec.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "proto/codec/placement_codec.hpp"
#include "suanlu/v1/agent.pb.h"
#include "suanlu/v1/site.pb.h"

namespace suanlu {
namespace {

IngressReport full_ingress() {
    IngressReport report;
    report.node = "R1";
    report.boot_id = "b-1";
    report.sequence = 9;
    report.uptime_s = 12.5;
    report.mode = "last-good";
    report.services = {{"analysis", "cameras-1", 10, 100, 10'000, 1, {{"mec-1", 7}, {"icc", 3}}}};
    report.paths = {{path_id(SiteId{1}, 1), "mec-1", true, Microseconds{812}, 40, 39}};
    report.sites = {{"mec-1", SiteLiveness::kAlive}, {"icc", SiteLiveness::kDead}};
    report.flows = {{"analysis", "[2001:db8:c1::2]:4000", "mec-1", "exception", 1.5}};
    report.reasons = {{"border_sid", 4}};
    report.rests = {{"mec-1", {12, 3, true}}, {"mec-2", {0, 0, false, true}}};
    report.path_counts = {{path_id(SiteId{1}, 1), "mec-1", 30, 3000, 2}};
    report.engine = {
        "dpdk", {{"to-p1", "core", true, 10, 20, 3, 4, 1000, 2000, 2}}, {{"steer", 8, 400, {0, 1, 7}}}};
    return report;
}

TEST(ReportCodec, IngressReportRoundTrip) {
    v1::IngressReport message;
    encode(full_ingress(), message);
    const auto back = decode(message);
    ASSERT_TRUE(back) << back.error().text();
    v1::IngressReport again;
    encode(*back, again);
    EXPECT_EQ(back->services.at(0).new_flows_by_site.at("mec-1"), 7U);
    EXPECT_EQ(back->paths.at(0).delay_one_way.value, 812U);
    EXPECT_EQ(back->path_counts.at(0).bytes, 3000U);
    EXPECT_TRUE(back->rests.at("mec-2").is_named);
    EXPECT_EQ(back->sites.at("icc"), SiteLiveness::kDead);
    EXPECT_EQ(back->engine, full_ingress().engine);
    EXPECT_EQ(again.DebugString(), message.DebugString());
}

struct Offence {
    const char* field;
    std::function<void(v1::IngressReport&)> commit;
};

TEST(ReportCodec, IngressOffencesNameTheirField) {
    const std::vector<Offence> offences = {
        {"node", [](v1::IngressReport& r) { r.clear_node(); }},
        {"boot_id", [](v1::IngressReport& r) { r.set_boot_id(std::string(256, 'x')); }},
        {"mode", [](v1::IngressReport& r) { r.set_mode("fine"); }},
        {"uptime_s", [](v1::IngressReport& r) { r.set_uptime_s(std::nan("")); }},
        {"paths[0].path", [](v1::IngressReport& r) { r.mutable_paths(0)->set_path(3); }},
        {"path_counts[0].path", [](v1::IngressReport& r) { r.mutable_path_counts(0)->set_path(3); }},
        {"path_counts[0].site", [](v1::IngressReport& r) { r.mutable_path_counts(0)->clear_site(); }},
        {"flows[0].kind", [](v1::IngressReport& r) { r.mutable_flows(0)->set_kind("all"); }},
        {"flows[0].age_s", [](v1::IngressReport& r) { r.mutable_flows(0)->set_age_s(-1); }},
        {"sites", [](v1::IngressReport& r) { (*r.mutable_sites())["icc"] = "ill"; }},
        {"services[0].service", [](v1::IngressReport& r) { r.mutable_services(0)->clear_service(); }},
        {"engine.ports[0].interface",
         [](v1::IngressReport& r) { r.mutable_engine()->mutable_ports(0)->clear_interface(); }},
        {"engine.stages[0].bursts",
         [](v1::IngressReport& r) {
             r.mutable_engine()->mutable_stages(0)->mutable_bursts()->Resize(EngineStage::kBuckets + 1, 0);
         }},
        {"reasons",
         [](v1::IngressReport& r) {
             for (int i = 0; i <= kMaxReportReasons; ++i) {
                 (*r.mutable_reasons())["r" + std::to_string(i)] = 1;
             }
         }},
    };
    for (const Offence& offence : offences) {
        v1::IngressReport message;
        encode(full_ingress(), message);
        offence.commit(message);
        const auto decoded = decode(message);
        ASSERT_FALSE(decoded) << offence.field;
        EXPECT_EQ(decoded.error().detail.rfind(std::string(offence.field) + ":", 0), 0U)
            << offence.field << " but got " << decoded.error().detail;
    }
}

TEST(ReportCodec, HelloRoundTrip) {
    const AgentHello hello{"R1", "boot", "0.1.0", {"suanlud-1", 2, 3}, "live", "xdp"};
    v1::Hello message;
    encode(hello, message);
    const auto back = decode(message);
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(*back, hello);
    message.set_mode("");
    EXPECT_FALSE(decode(message));
}

TEST(ReportCodec, LinkReportKeepsUnknownApartFromZero) {
    LinkState known;
    known.from = "R1";
    known.to = "P1";
    known.local = *Ip6::parse("2001:db8:1::1");
    known.delay = Microseconds{0};
    known.bandwidth = BytesPerSecond{1.25e8};
    known.te_metric = 4;
    LinkState unknown;
    unknown.from = "P1";
    unknown.to = "R1";
    unknown.up = false;
    const LinkReport report{"P1", 77, {known, unknown}};
    v1::LinkReport message;
    encode(report, message);
    auto back = decode(message);
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(back->links, report.links);
    EXPECT_EQ(back->sequence, 77U);
    message.mutable_links(1)->set_local("abc");
    back = decode(message);
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().detail.rfind("links[1].local:", 0), 0U);
}

SiteReport full_site() {
    SiteReport report;
    report.site = "mec-1";
    report.boot_id = "b";
    report.sequence = 5;
    report.wall_unix_ns = 6;
    report.instances = {{"analysis",
                         4,
                         3,
                         2,
                         1,
                         PerSecond{20},
                         0.75,
                         1.2,
                         100,
                         {{"requests_waiting", 1, "1", "http://x", 9, true}}}};
    report.host = {{"cpu_busy", 0.5, "ratio", "http://y", 10, false}};
    return report;
}

TEST(ReportCodec, SiteReportRoundTrip) {
    v1::SiteReport message;
    encode(full_site(), message);
    const auto back = decode(message);
    ASSERT_TRUE(back) << back.error().text();
    v1::SiteReport again;
    encode(*back, again);
    EXPECT_EQ(again.SerializeAsString(), message.SerializeAsString());
    EXPECT_TRUE(back->instances.at(0).raw.at(0).stale);
}

TEST(ReportCodec, SiteReportRefusesNumbersThatAreNone) {
    v1::SiteReport message;
    encode(full_site(), message);
    message.mutable_instances(0)->set_slots_usable(std::nan(""));
    const auto back = decode(message);
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().detail.rfind("instances[0].slots_usable:", 0), 0U);
}

TEST(SiteLoadCodec, AReportBecomesLoadsAndComesBack) {
    std::vector<SiteLoad> loads = loads_of(full_site());
    ASSERT_EQ(loads.size(), 1U);
    EXPECT_EQ(loads[0], (SiteLoad{"mec-1", "analysis", 3, {0}})) << "two running, one waiting";
    loads[0].measured_age = {250};
    v1::SiteLoads message;
    encode(loads, message);
    const auto back = decode(message);
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(*back, loads);
}

TEST(SiteLoadCodec, OffencesNameTheirField) {
    const std::vector<std::pair<const char*, std::function<void(v1::SiteLoad&)>>> offences = {
        {"loads[0].site", [](v1::SiteLoad& l) { l.clear_site(); }},
        {"loads[0].service", [](v1::SiteLoad& l) { l.set_service("a b"); }},
        {"loads[0].jobs", [](v1::SiteLoad& l) { l.set_jobs(-1); }},
        {"loads[0].jobs", [](v1::SiteLoad& l) { l.set_jobs(std::nan("")); }},
    };
    for (const auto& [field, commit] : offences) {
        v1::SiteLoads message;
        encode(loads_of(full_site()), message);
        commit(*message.mutable_loads(0));
        const auto decoded = decode(message);
        ASSERT_FALSE(decoded) << field;
        EXPECT_EQ(decoded.error().detail.rfind(std::string(field) + ":", 0), 0U) << decoded.error().detail;
    }
}

} // namespace
} // namespace suanlu
