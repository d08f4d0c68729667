// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/plan_codec.hpp"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "suanlu/v1/agent.pb.h"

namespace suanlu {
namespace {

Ip6 ip(const char* text) {
    return *Ip6::parse(text);
}
Prefix6 prefix(const char* text) {
    return *Prefix6::parse(text);
}

Plan full_plan() {
    Plan plan;
    plan.id = {"suanlud-1", 3, 41};
    plan.node = "R1";
    plan.sid_block = prefix("fc00:0::/32");
    plan.local_sids = {
        {prefix("fc00:0:1::/48"), SidBehaviour::kEnd, {}, "", 0},
        {prefix("fc00:0:1:f006::/64"), SidBehaviour::kEndDx6, ip("2001:db8:51::1"), "eth3", 0},
        {prefix("fc00:0:1:f004::/64"), SidBehaviour::kEndDx4, ip("192.0.2.9"), "eth3", 0},
        {prefix("fc00:0:1:f016::/64"), SidBehaviour::kEndDt6, {}, "eth3", 100},
        {prefix("fc00:0:e001::/48"), SidBehaviour::kEndX, ip("2001:db8:7::2"), "", 0},
        {prefix("fc00:0:e002::/48"), SidBehaviour::kEndX, ip("fe80::2"), "eth4", 0},
        {prefix("fc00:0:1:f014::/64"), SidBehaviour::kEndDt4, {}, "", 100},
        {prefix("fc00:0:1:f046::/64"), SidBehaviour::kEndDt46, {}, "", 100},
    };
    PathPlan path;
    path.id = path_id(SiteId{1}, 0);
    path.egress = "E1";
    path.segments.segments = {{"P1", 0xa1}, {"E1", 0xe1}};
    path.destination6 = ip("fc00:0:a1:e1:f006::");
    path.destination4 = ip("fc00:0:a1:e1:f004::");
    path.delay = {800};
    path.mtu = {2000};
    path.links = {"R1>P1", "P1>E1"};
    PathPlan listed = path;
    listed.id = path_id(SiteId{1}, 1);
    listed.mode = EncapMode::kEncapsRed;
    listed.sids = {ip("fc00:0:a2::"), ip("fc00:0:a3:a1::")};
    listed.weight = 3;
    plan.sites = {{SiteId{1}, "mec-1", ip("2001:db8:51::1"), {path, listed}}, {SiteId{2}, "mec-2", {}, {}}};
    plan.sites[1].is_probed = false;
    plan.sites[1].is_told_down = true;
    plan.sites[1].is_draining = true;
    ServicePlan service;
    service.id = {7};
    service.name = "analysis";
    service.addresses = {ip("2001:db8:a::1"), ip("203.0.113.1")};
    service.port = 8080;
    service.shares = {{SiteId{1}, 600'000}, {SiteId{2}, 400'000}};
    service.static_shares = {{SiteId{1}, kWholeShare}};
    SitePlacement placed{SiteId{1}, 620'000, {1500},   {400},
                         {20'000},  3200,    {21'000}, {90},
                         8,         12'500,  2,        {{20'000}, {21'000}, {25'000}, {40'000}, {70'000}},
                         {15'000}};
    service.placement = {100'000, 1000, {placed}};
    placed.site = SiteId{2};
    service.placement.sites.push_back(placed);
    plan.services = {service};
    return plan;
}

v1::Plan full_message() {
    v1::Plan message;
    encode(full_plan(), message);
    return message;
}

v1::PlacementTable& placement(v1::Plan& plan) {
    return *plan.mutable_services(0)->mutable_placement();
}

TEST(PlanCodec, RoundTripKeepsEverything) {
    const Plan plan = full_plan();
    const auto back = plan_from_bytes(to_bytes(plan));
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(back->id, plan.id);
    EXPECT_TRUE(same_content(*back, plan));
}

struct Offence {
    const char* field;
    std::function<void(v1::Plan&)> commit;
};

void expect_refused(const std::vector<Offence>& offences) {
    for (const Offence& offence : offences) {
        v1::Plan message = full_message();
        offence.commit(message);
        const auto decoded = decode(message);
        ASSERT_FALSE(decoded) << offence.field;
        EXPECT_EQ(decoded.error().detail.rfind(std::string(offence.field) + ":", 0), 0U)
            << offence.field << " but got " << decoded.error().detail;
    }
}

ServiceTraffic full_traffic() {
    ServiceTraffic traffic;
    traffic.prefixes = {prefix("2001:db8:b::/48"), *Prefix6::parse("203.0.113.0/24")};
    traffic.last_port = 9000;
    traffic.dscp = 0;
    traffic.vlan = 300;
    traffic.tenant = 7;
    traffic.access = {{prefix("2001:db8:c1::/48"), true}, {prefix("2001:db8:c1:bad::/64"), false}};
    traffic.rates = {{46, 1'000'000, 15'000, 8}, {kAnyDscp, 125'000'000, 1'000'000, kNoMark}};
    traffic.mark = 34;
    traffic.is_quic = true;
    traffic.quic = {1, 2, {{SiteId{1}, 0x0101}, {SiteId{2}, ~std::uint64_t{0}}}};
    return traffic;
}

TEST(PlanCodec, TrafficOfAServiceRoundTrips) {
    Plan plan = full_plan();
    plan.services[0].traffic = full_traffic();
    plan.services[0].addresses.clear();
    plan.services[0].transport = Transport::kAny;
    plan.services[0].port = 0;
    plan.services[0].affinity = Affinity::kPair;
    plan.tenants = {{7, "", 700, 0}, {8, "eth9", 701, 5}};
    v1::Plan message;
    encode(plan, message);
    const auto back = decode(message);
    ASSERT_TRUE(back) << back.error().detail;
    EXPECT_EQ(back->services, plan.services);
    EXPECT_EQ(back->tenants, plan.tenants);
}

TEST(PlanCodec, TwoTenantsMayHaveTheSameAddresses) {
    Plan plan = full_plan();
    plan.services.push_back(plan.services[0]);
    plan.services[1].id = {8};
    plan.services[1].name = "twin";
    plan.services[1].traffic.tenant = 7;
    v1::Plan message;
    encode(plan, message);
    const auto back = decode(message);
    ASSERT_TRUE(back) << back.error().detail;
    EXPECT_EQ(back->services, plan.services);
}

TEST(PlanCodec, TrafficThatCannotBeMeantIsRefused) {
    const auto refused = [](const char* field, auto change) {
        Plan plan = full_plan();
        plan.services[0].traffic = full_traffic();
        plan.tenants = {{7, "", 700, 0}};
        v1::Plan message;
        encode(plan, message);
        change(message);
        const auto back = decode(message);
        ASSERT_FALSE(back) << field;
        EXPECT_NE(back.error().detail.find(field), std::string::npos) << back.error().detail;
    };
    const auto traffic = [](v1::Plan& m) { return m.mutable_services(0)->mutable_traffic(); };
    refused("services[0].traffic.dscp", [&](auto& m) { traffic(m)->set_dscp(64); });
    refused("services[0].traffic.vlan", [&](auto& m) { traffic(m)->set_vlan(4095); });
    refused("services[0].traffic.tenant", [&](auto& m) { traffic(m)->set_tenant(65536); });
    refused("services[0].traffic.last_port", [&](auto& m) { traffic(m)->set_last_port(65536); });
    refused("services[0].traffic.prefixes[0]",
            [&](auto& m) { traffic(m)->mutable_prefixes(0)->set_length(129); });
    refused("services[0].traffic.access[1].source",
            [&](auto& m) { traffic(m)->mutable_access(1)->mutable_source()->set_address("short"); });
    refused("services[0].traffic.rates[0].mark",
            [&](auto& m) { traffic(m)->mutable_rates(0)->set_mark(64); });
    refused("services[0].traffic.quic_length", [&](auto& m) { traffic(m)->set_quic_length(9); });
    refused("services[0].traffic.quic_servers[0].site",
            [&](auto& m) { traffic(m)->mutable_quic_servers(0)->set_site(0); });
    refused("tenants[0].outer_vlan", [&](auto& m) { m.mutable_tenants(0)->set_outer_vlan(4095); });
}

TEST(PlanCodec, EveryOffenceIsRefusedWithItsField) {
    const std::vector<Offence> offences = {
        {"id.controller", [](v1::Plan& p) { p.mutable_id()->clear_controller(); }},
        {"node", [](v1::Plan& p) { p.set_node("R 1"); }},
        {"sid_block", [](v1::Plan& p) { p.mutable_sid_block()->set_address("short"); }},
        {"sid_block.length", [](v1::Plan& p) { p.mutable_sid_block()->set_length(129); }},
        {"sid_block",
         [](v1::Plan& p) {
             p.mutable_sid_block()->set_length(8);
             p.mutable_sid_block()->set_address(std::string(16, '\xff'));
         }},
        {"local_sids[0].behaviour", [](v1::Plan& p) { p.mutable_local_sids(0)->set_behaviour("End.B6"); }},
        {"local_sids[1].next_hop", [](v1::Plan& p) { p.mutable_local_sids(1)->clear_next_hop(); }},
        {"local_sids[1].interface", [](v1::Plan& p) { p.mutable_local_sids(1)->clear_interface(); }},
        {"local_sids[1].interface",
         [](v1::Plan& p) { p.mutable_local_sids(1)->set_interface("a-name-of-16-byt"); }},
        {"local_sids[2].next_hop",
         [](v1::Plan& p) { p.mutable_local_sids(2)->set_next_hop(p.local_sids(1).next_hop()); }},
        {"local_sids[3].table", [](v1::Plan& p) { p.mutable_local_sids(3)->set_table(254); }},
        {"local_sids[4].next_hop", [](v1::Plan& p) { p.mutable_local_sids(4)->clear_next_hop(); }},
        {"local_sids[4].next_hop",
         [](v1::Plan& p) { p.mutable_local_sids(4)->set_next_hop(p.local_sids(2).next_hop()); }},
        {"local_sids[5].interface", [](v1::Plan& p) { p.mutable_local_sids(5)->clear_interface(); }},
        {"local_sids[8].sid", [](v1::Plan& p) { *p.add_local_sids() = p.local_sids(0); }},
        {"sites[0].id", [](v1::Plan& p) { p.mutable_sites(0)->set_id(0x10000); }},
        {"sites[1].id", [](v1::Plan& p) { p.mutable_sites(1)->set_id(1); }},
        {"sites[1].name", [](v1::Plan& p) { p.mutable_sites(1)->set_name("mec-1"); }},
        {"sites[0].paths[0].id", [](v1::Plan& p) { p.mutable_sites(0)->mutable_paths(0)->set_id(8); }},
        {"sites[0].paths[0].mtu", [](v1::Plan& p) { p.mutable_sites(0)->mutable_paths(0)->set_mtu(1279); }},
        {"sites[0].paths[2].id", [](v1::Plan& p) { *p.mutable_sites(0)->add_paths() = p.sites(0).paths(0); }},
        {"sites[0].paths",
         [](v1::Plan& p) {
             for (int i = 0; i < 4; ++i) {
                 *p.mutable_sites(0)->add_paths() = p.sites(0).paths(0);
             }
         }},
        {"sites[0].paths[0].destination6",
         [](v1::Plan& p) { p.mutable_sites(0)->mutable_paths(0)->set_destination6("x"); }},
        {"services[0].addresses", [](v1::Plan& p) { p.mutable_services(0)->clear_addresses(); }},
        {"services[0].port", [](v1::Plan& p) { p.mutable_services(0)->set_port(0); }},
        {"services[0].transport", [](v1::Plan& p) { p.mutable_services(0)->set_transport("sctp"); }},
        {"services[0].affinity", [](v1::Plan& p) { p.mutable_services(0)->set_affinity("sticky"); }},
        {"services[0].affinity_timeout_s",
         [](v1::Plan& p) { p.mutable_services(0)->set_affinity_timeout_s(std::nan("")); }},
        {"services[0].slots", [](v1::Plan& p) { p.mutable_services(0)->set_slots(250); }},
        {"services[0].slots", [](v1::Plan& p) { p.mutable_services(0)->set_slots(65538); }},
        {"services[0].shares", [](v1::Plan& p) { p.mutable_services(0)->mutable_shares(0)->set_ppm(1); }},
        {"services[0].shares[1].site",
         [](v1::Plan& p) { p.mutable_services(0)->mutable_shares(1)->set_site(1); }},
        {"services[0].shares[1].site",
         [](v1::Plan& p) { p.mutable_services(0)->mutable_shares(1)->set_site(9); }},
    };
    expect_refused(offences);
}

TEST(PlanCodec, PlacementsThatCannotBeMeantAreRefused) {
    const std::vector<Offence> offences = {
        {"services[0].placement.exception_ppm",
         [](v1::Plan& p) { placement(p).set_exception_ppm(kWholeShare + 1); }},
        {"services[0].placement.most_age_millis",
         [](v1::Plan& p) { placement(p).set_most_age_millis(1'000'001); }},
        {"services[0].placement.sites[1].site",
         [](v1::Plan& p) { placement(p).mutable_sites(1)->set_site(1); }},
        {"services[0].placement.sites[0].site",
         [](v1::Plan& p) { placement(p).mutable_sites(0)->set_site(9); }},
        {"services[0].placement.sites[0].draw_ppm",
         [](v1::Plan& p) { placement(p).mutable_sites(0)->set_draw_ppm(kWholeShare + 1); }},
        {"services[0].placement.sites[0].service_time_us",
         [](v1::Plan& p) { placement(p).mutable_sites(0)->set_service_time_us(0); }},
        {"services[0].placement.sites[0].relaxation_us",
         [](v1::Plan& p) { placement(p).mutable_sites(0)->set_relaxation_us(0); }},
        {"services[0].placement.sites[0].full_at",
         [](v1::Plan& p) { placement(p).mutable_sites(0)->set_full_at(0); }},
        {"services[0].placement.sites[0].stride",
         [](v1::Plan& p) { placement(p).mutable_sites(0)->set_stride(0); }},
        {"services[0].placement.sites[1].delta_us",
         [](v1::Plan& p) { placement(p).mutable_sites(1)->clear_delta_us(); }},
        {"services[0].placement.sites[1].delta_us",
         [](v1::Plan& p) {
             for (std::size_t k = 0; k < kMostDeltas; ++k) {
                 placement(p).mutable_sites(1)->add_delta_us(1);
             }
         }},
        {"services[1].id", [](v1::Plan& p) { *p.add_services() = p.services(0); }},
        {"services[1].addresses",
         [](v1::Plan& p) {
             auto& twin = *p.add_services();
             twin = p.services(0);
             twin.set_id(8);
             twin.set_name("twin");
         }},
    };
    expect_refused(offences);
}

TEST(PlanCodec, WaysThatCannotBeWrittenAreRefused) {
    expect_refused({
        {"sites[0].paths[1].mode", [](v1::Plan& p) { p.mutable_sites(0)->mutable_paths(1)->set_mode("l2"); }},
        {"sites[0].paths[1].sids",
         [](v1::Plan& p) { p.mutable_sites(0)->mutable_paths(1)->set_mode("usid"); }},
        {"sites[0].paths[1].sids[2]",
         [](v1::Plan& p) { p.mutable_sites(0)->mutable_paths(1)->add_sids("short"); }},
        {"sites[0].paths[1].sids",
         [](v1::Plan& p) {
             for (int i = 0; i < 6; ++i) {
                 p.mutable_sites(0)->mutable_paths(1)->add_sids(p.sites(0).paths(1).sids(0));
             }
         }},
    });
}

TEST(PlanCodec, TooManyEntriesAreRefusedBeforeTheyAreRead) {
    v1::Plan message = full_message();
    for (int i = 0; i < kMaxPlanSites; ++i) {
        message.add_sites();
    }
    const auto decoded = decode(message);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, Errc::kOutOfRange);
}

TEST(PlanCodec, AShareSumOfZeroMeansPlainAnycast) {
    v1::Plan message = full_message();
    message.mutable_services(0)->clear_shares();
    EXPECT_TRUE(decode(message));
}

TEST(PlanCodec, APlanWithoutPlacementMakesNoSecondChoices) {
    v1::Plan message = full_message();
    message.mutable_services(0)->clear_placement();
    const auto decoded = decode(message);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->services[0].placement, PlacementTable{});
    EXPECT_FALSE(same_content(*decoded, full_plan()));
}

TEST(PlanCodec, DamagedBytesNeverCrash) {
    const google::protobuf::LogSilencer quiet; // invalid UTF-8 is expected here
    const std::string good = to_bytes(full_plan());
    std::mt19937 random(1);
    for (int round = 0; round < 20'000; ++round) {
        std::string bad = good.substr(0, round % 3 == 0 ? random() % good.size() : good.size());
        for (unsigned flips = 1 + random() % 4; flips > 0 && !bad.empty(); --flips) {
            bad[random() % bad.size()] = static_cast<char>(random());
        }
        const auto decoded = plan_from_bytes(bad);
        if (decoded) {
            const auto again = plan_from_bytes(to_bytes(*decoded));
            ASSERT_TRUE(again) << again.error().text();
        }
    }
}

} // namespace
} // namespace suanlu
