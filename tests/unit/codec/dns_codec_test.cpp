// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/dns_codec.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "suanlu/v1/dns.pb.h"

namespace suanlu {
namespace {

DnsView view_of(std::uint16_t services) {
    DnsView out;
    out.stamp = {"ctl", 3, 9, 1'800'000'000'000};
    out.zone = "compute.example.";
    out.classes = {std::make_shared<const DnsClientClass>(DnsClientClass{"others", {}, "P1"}),
                   std::make_shared<const DnsClientClass>(
                       DnsClientClass{"homes", {*Prefix6::parse("192.0.2.0/24")}, "R1"})};
    for (const std::uint16_t id : {1, 2}) {
        DnsSite site;
        site.id = {id};
        site.name = "mec-" + std::to_string(id);
        site.region = "bay";
        site.addresses = {*Ip6::parse("198.51.100." + std::to_string(id))};
        site.sids = {*Ip6::parse("fc00:0:e1:f006::")};
        site.is_up = true;
        site.changed = 3;
        site.access = DnsAccess{10'000, {300}, 1};
        site.compute.grade =
            ComputeGrade{GradeFamily::kP,           2,      GradeSize::kLarge, Accelerator::kOther,
                         BenchmarkKind::kLlmTokens, 12'000, Precision::kInt4,  Workload::kTraining};
        site.compute.price = DnsPrice{1200, PriceUnit::kGpuSecond, 156};
        site.compute.energy = DnsEnergy{800, 300, 40};
        out.sites.push_back(std::make_shared<const DnsSite>(site));
    }
    for (std::uint16_t id = 1; id <= services; ++id) {
        DnsService service;
        service.id = {id};
        service.name = "svc-" + std::to_string(id);
        service.addresses = {*Ip6::parse("2001:db8:a::1")};
        service.port = 8080;
        service.alpn = {"h2"};
        service.fail = DnsFailPolicy::kClosed;
        service.static_ranks = {{SiteId{2}, 1'000'000, std::nullopt}};
        service.instances = {{SiteId{1}, {}}, {SiteId{2}, {}}};
        service.instances[0].compute.capacity = DnsCapacity{500, 2, 2};
        service.instances[0].compute.inference = DnsInference{100, 250};
        service.instances[0].compute.score = 3;
        service.answers = {{SteeringMode::kDns, DnsBasis::kUndecided, {}},
                           {SteeringMode::kBoth,
                            DnsBasis::kApplied,
                            {{SiteId{1}, 700'000, Microseconds{1000}}, {SiteId{2}, 300'000, std::nullopt}}}};
        out.services.push_back(std::make_shared<const DnsService>(service));
    }
    return out;
}

template <class Part>
void expect_same(const std::vector<std::shared_ptr<const Part>>& a,
                 const std::vector<std::shared_ptr<const Part>>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t k = 0; k < a.size(); ++k) {
        EXPECT_EQ(*a[k], *b[k]) << k;
    }
}

TEST(DnsCodec, WholeView_ArrivesAsItWas) {
    const DnsView view = view_of(3);
    const auto messages = dns_updates(nullptr, view);
    ASSERT_EQ(messages.size(), 1U);
    DnsFeedReader reader;
    const auto read = reader.take_bytes(messages[0].SerializeAsString());
    ASSERT_TRUE(read) << read.error().text();
    ASSERT_NE(*read, nullptr);
    EXPECT_EQ((*read)->stamp, view.stamp);
    EXPECT_EQ((*read)->zone, view.zone);
    EXPECT_EQ((*read)->validity, view.validity);
    expect_same((*read)->classes, view.classes);
    expect_same((*read)->sites, view.sites);
    expect_same((*read)->services, view.services);
}

TEST(DnsCodec, SavedView_ComesBackAsItWas_AndDamageIsNoticed) {
    const DnsView view = view_of(2 * kDnsServicesAtOnce + 1);
    const std::string bytes = to_bytes(view);
    const auto read = dns_view_from_bytes(bytes);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ((*read)->stamp, view.stamp);
    expect_same((*read)->classes, view.classes);
    expect_same((*read)->sites, view.sites);
    expect_same((*read)->services, view.services);
    EXPECT_FALSE(dns_view_from_bytes(bytes.substr(0, bytes.size() - 1)));
    const auto part = dns_updates(nullptr, view).front().SerializeAsString();
    ASSERT_FALSE(dns_view_from_bytes(part));
    EXPECT_NE(dns_view_from_bytes(part).error().text().find("more"), std::string::npos);
}

TEST(DnsCodec, LargeView_CountsWhenTheLastPartHasCome) {
    const DnsView view = view_of(2 * kDnsServicesAtOnce + 1);
    const auto messages = dns_updates(nullptr, view);
    ASSERT_EQ(messages.size(), 3U);
    DnsFeedReader reader;
    EXPECT_EQ(*reader.take(messages[0]), nullptr);
    EXPECT_EQ(*reader.take(messages[1]), nullptr);
    const auto read = reader.take(messages[2]);
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((*read)->services.size(), view.services.size());
}

TEST(DnsCodec, ManySites_StayBelowWhatGrpcTakes) {
    DnsView view = view_of(1);
    for (std::uint16_t id = 3; id < 30'000; ++id) {
        auto site = std::make_shared<DnsSite>(*view.sites[0]);
        site->id = {id};
        site->name = "mec-" + std::to_string(id);
        view.sites.push_back(site);
    }
    DnsFeedReader reader;
    std::shared_ptr<const DnsView> read;
    for (const v1::DnsUpdate& message : dns_updates(nullptr, view)) {
        EXPECT_LT(message.ByteSizeLong(), std::size_t{4} << 20U);
        const auto taken = reader.take(message);
        ASSERT_TRUE(taken) << taken.error().text();
        read = *taken;
    }
    ASSERT_NE(read, nullptr);
    expect_same(read->sites, view.sites);
}

TEST(DnsCodec, Change_CarriesOnlyWhatIsNew_AndTheRestKeepsItsPointer) {
    const DnsView before = view_of(3);
    DnsView after = before;
    after.stamp.generation = 10;
    auto changed = std::make_shared<DnsService>(*after.services[1]);
    changed->answers[1].ranks = {{SiteId{2}, 1'000'000, std::nullopt}};
    after.services[1] = changed;
    DnsFeedReader reader;
    const auto first = *reader.take(dns_updates(nullptr, before)[0]);
    const auto messages = dns_updates(&before, after);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].services_size(), 1);
    EXPECT_EQ(messages[0].sites_size(), 0);
    const auto second = reader.take(messages[0]);
    ASSERT_TRUE(second && *second);
    expect_same((*second)->services, after.services);
    EXPECT_EQ((*second)->services[0], first->services[0]);
    EXPECT_NE((*second)->services[1], first->services[1]);
    EXPECT_EQ(*reader.take(dns_updates(&after, after)[0]), nullptr) << "a beat";
}

TEST(DnsCodec, EveryOffence_IsRefusedWithItsField_AndTheViewStays) {
    struct Row {
        std::function<void(v1::DnsUpdate&)> spoil;
        const char* field;
    };
    const Row rows[] = {
        {[](auto& m) { m.clear_stamp(); }, "stamp.controller"},
        {[](auto& m) { m.set_validity_s(0); }, "validity_s"},
        {[](auto& m) { m.set_zone("compute.example"); }, "zone"},
        {[](auto& m) { m.set_zone("a b."); }, "zone"},
        {[](auto& m) { m.clear_classes(); }, "classes"},
        {[](auto& m) { m.mutable_classes(1)->mutable_prefixes(0)->set_length(97); },
         "classes[1].prefixes[0]"},
        {[](auto& m) { m.mutable_sites(0)->set_id(65'536); }, "sites[0].id"},
        {[](auto& m) { m.mutable_sites(0)->set_name("Mec"); }, "sites[0].name"},
        {[](auto& m) { m.mutable_sites(0)->clear_addresses(); }, "sites[0].addresses"},
        {[](auto& m) { m.mutable_sites(0)->set_kind(4); }, "sites[0].kind"},
        {[](auto& m) { m.mutable_sites(0)->mutable_compute()->mutable_energy()->set_renewable_percent(101); },
         "sites[0].compute.energy.renewable_percent"},
        {[](auto& m) { m.mutable_services(0)->set_transport(5); }, "services[0].transport"},
        {[](auto& m) { m.mutable_services(0)->mutable_instances(1)->set_site(3); },
         "services[0].instances[1].site"},
        {[](auto& m) { m.mutable_services(0)->mutable_answers()->RemoveLast(); }, "services[0].answers"},
        {[](auto& m) { m.mutable_services(0)->mutable_answers(1)->mutable_ranks(0)->set_ppm(1); },
         "services[0].answers[1].ranks"},
        {[](auto& m) { m.mutable_services(0)->mutable_answers(1)->mutable_ranks(1)->set_site(1); },
         "services[0].answers[1].ranks[1].site"},
        {[](auto& m) { m.mutable_services(0)->mutable_answers(0)->set_basis(1); },
         "services[0].answers[0].ranks"},
    };
    for (const Row& row : rows) {
        v1::DnsUpdate update = dns_updates(nullptr, view_of(1))[0];
        row.spoil(update);
        DnsFeedReader reader;
        ASSERT_TRUE(reader.take(dns_updates(nullptr, view_of(1))[0]));
        const auto read = reader.take(update);
        ASSERT_FALSE(read) << row.field;
        EXPECT_EQ(read.error().detail.find(row.field), 0U)
            << read.error().detail << "\nexpected: " << row.field;
        DnsView next = view_of(1);
        next.stamp.generation = 11;
        update = dns_updates(nullptr, next)[0];
        update.set_begins(false);
        EXPECT_TRUE(reader.take(update)) << "goes on from the view before the offence";
    }
}

TEST(DnsCodec, StreamThatDoesNotBegin_IsRefused) {
    DnsFeedReader reader;
    v1::DnsUpdate update = dns_updates(nullptr, view_of(1))[0];
    update.set_begins(false);
    EXPECT_FALSE(reader.take(update));
    EXPECT_FALSE(reader.take_bytes("\xff\xff"));
}

} // namespace
} // namespace suanlu
