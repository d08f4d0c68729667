// SPDX-License-Identifier: Apache-2.0
// The inventory's section `dns`: what is read, and that each contradiction is refused where it stands.
#include <gtest/gtest.h>

#include "tests/unit/controller/dns_bench.hpp"

namespace suanlu {
namespace {

std::string replaced(const std::string& from, const std::string& to) {
    std::string text = kDnsInventory;
    const std::size_t at = text.find(from);
    SL_CHECK(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

TEST(InventoryDns, GoodSection_IsRead) {
    const auto inventory = parse_inventory(kDnsInventory, "x.yaml");
    ASSERT_TRUE(inventory) << inventory.error().detail;
    ASSERT_TRUE(inventory->dns);
    const DnsSettings& dns = *inventory->dns;
    EXPECT_EQ(dns.zone, "compute.example.");
    EXPECT_EQ(dns.validity.value, 20);
    ASSERT_EQ(dns.classes.size(), 3U);
    EXPECT_EQ(dns.classes[0].head.name, "others");
    EXPECT_TRUE(dns.classes[0].is_place);
    EXPECT_EQ(inventory->places.at("P1").value, 8);
    EXPECT_EQ(dns.classes[1].head.prefixes[1].text(), "192.0.2.0/24");
    const DnsSiteSettings& near = dns.sites.at("near");
    EXPECT_EQ(near.region, "bay");
    EXPECT_EQ(near.addresses.size(), 2U);
    EXPECT_EQ(near.access->bandwidth_mbit_per_s, 10'000U);
    EXPECT_EQ(near.access->delay.value, 300U);
    const ComputeGrade grade{GradeFamily::kP,           2,     GradeSize::kLarge, Accelerator::kGpu,
                             BenchmarkKind::kLlmTokens, 12000, Precision::kFp8,   Workload::kInference};
    EXPECT_EQ(near.stated.grade, grade);
    EXPECT_EQ(near.stated.price->micros, 1200U);
    EXPECT_EQ(near.stated.price->currency, 156);
    EXPECT_EQ(near.stated.energy->renewable_percent, 40);
    EXPECT_EQ(near.stated.inference->first_token_ms, 250);
    EXPECT_EQ(dns.services.at("analysis").alpn, (std::vector<std::string>{"h2", "http/1.1"}));
    EXPECT_EQ(dns.services.at("analysis").fail, DnsFailPolicy::kClosed);
}

TEST(InventoryDns, Mode_IsTheServicesForTheClass_ThenTheClasss_ThenTheServices) {
    const auto inventory = parse_inventory(kDnsInventory, "x.yaml");
    ASSERT_TRUE(inventory);
    const DnsSettings& dns = *inventory->dns;
    const Service& analysis = *inventory->service("analysis");
    const Service& video = *inventory->service("video");
    EXPECT_EQ(dns.mode(analysis, dns.classes[0]), SteeringMode::kDns) << "a place has nothing else";
    EXPECT_EQ(dns.mode(analysis, dns.classes[1]), SteeringMode::kBoth) << "stated for the class";
    EXPECT_EQ(dns.mode(video, dns.classes[1]), SteeringMode::kNetwork) << "the service's own";
    EXPECT_EQ(dns.mode(video, dns.classes[2]), SteeringMode::kDns) << "the class's";
}

TEST(InventoryDns, EveryContradiction_IsRefusedWithItsLine) {
    struct Row {
        const char* from;
        const char* to;
        const char* complaint;
    };
    const Row rows[] = {
        {"zone: compute.example.", "zone: compute.example",
         "x.yaml:23: dns.zone: a zone is lower-case labels"},
        {"zone: compute.example.", "zone: Compute.example.", "dns.zone: a zone is lower-case labels"},
        {"zone: compute.example.", "zone: \".\"", "dns.zone: a zone is lower-case labels"},
        {"validity: 20s", "validity: 2s", "x.yaml:24: dns.validity: the validity is 5s to 24h"},
        {"at: P1", "at: P1, ingress: R1",
         "x.yaml:26: dns.classes[0]: a class has either an ingress or a place"},
        {"at: P1", "at: X1", "dns.classes[0].at: no router 'X1'"},
        {"at: P1", "at: R1", "dns.classes[0].at: R1 steers: name it as the ingress"},
        {"at: P1", "ingress: P1", "P1 is no ingress: name it with 'at'"},
        {"flows_per_s: 8", "flows_per_s: 8, steering: both",
         "nobody but the DNS steers the clients of a place"},
        {"prefixes: [\"2001:db8:2::/48\"]", "prefixes: [\"192.0.2.0/24\"]",
         "client prefix '192.0.2.0/24' is already used"},
        {"prefixes: [\"2001:db8:2::/48\"]", "flows_per_s: 1",
         "the agent of an ingress counts its flows itself"},
        {"name: roaming", "name: homes", "DNS client class 'homes' is already used"},
        {"region: bay", "region: Bay", "dns.sites.near.region: a region is a DNS label in lower case"},
        {"region: bay", "regio: bay", "unknown key 'regio'"},
        {"grade: P2.large", "grade: Q2.large", "a grade is B, S or P"},
        {"grade: P2.large", "grade: P2.huge", "a grade is B, S or P"},
        {"kind: llm-tokens", "kind: guess", "is not one of: resnet50, tflops, llm-tokens"},
        {"currency: CNY", "currency: XXX", "is not one of: CNY, HKD"},
        {"bandwidth: 10Gbps", "bandwidth: 10", "dns.sites.near.access.bandwidth: "},
        {"delay: 300us", "delay: 300", "dns.sites.near.access.delay: "},
        {"    near: {region", "    nowhere: {region", "dns.sites.nowhere: no site 'nowhere'"},
        {"    analysis: {alpn", "    analyses: {alpn", "dns.services.analyses: no service 'analyses'"},
        {"steering: {homes: both}", "steering: {flats: both}", "no client class 'flats'"},
        {"steering: {homes: both}", "steering: {others: both}", "nobody but the DNS steers"},
        {"alpn: [h2, http/1.1]", "alpn: [\"\"]", "an ALPN id has 1 to 255 bytes"},
    };
    for (const Row& row : rows) {
        const auto inventory = parse_inventory(replaced(row.from, row.to), "x.yaml");
        ASSERT_FALSE(inventory) << row.to;
        EXPECT_NE(inventory.error().detail.find(row.complaint), std::string::npos)
            << inventory.error().detail << "\nexpected: " << row.complaint;
    }
}

} // namespace
} // namespace suanlu
