// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <sstream>

#include "dns/record/records.hpp"
#include "dns/zone/computed_zone.hpp"
#include "dns/zone/ended_view.hpp"
#include "dns/zone/view_file.hpp"
#include "dns_messages.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;

using Lines = std::vector<std::string>;

DnsView example() {
    auto view = read_view_file("docs/reference/dns-view.yaml");
    EXPECT_TRUE(view) << view.error().detail;
    return *std::move(view);
}

ZoneContents base() {
    return zone_of("c.example. 300 SOA ns1.c.example. a. 1 2 3 4 5\nc.example. NS ns1.c.example.\n",
                   "c.example");
}

DomainName name(std::string_view text) {
    return *DomainName::parse(text);
}

class ComputedZoneTest : public ::testing::Test {
protected:
    void compute(const DnsView& view) {
        zone_ = base();
        const Status status = computed_.add_to(zone_, view);
        ASSERT_TRUE(status) << status.error().detail;
        BuiltZone built = build_answers(zone_, 0);
        snapshot_ = std::make_unique<Snapshot>(std::move(built.owners), std::vector{built.denials},
                                               std::make_shared<ClientClasses>(classes_of(view)));
    }
    Heard ask(const Asked& asked, const char* source) {
        dns::Bytes out(kMostUdpBytes);
        out.resize(respond(*snapshot_, query_of(asked), {*Ip6::parse(source)}, out, counters_));
        return read_answer(out);
    }
    /// SVCB of the service "chat" for class `number`.
    std::vector<SvcbRecord> chat(std::size_t number, std::uint16_t type = rr_type::kSvcb) {
        const char* owner = type == rr_type::kSvcb ? "_compute.chat.svc.c.example" : "chat.svc.c.example";
        const ClassRrset set = zone_.owners.at(name(owner)).class_sets.at(type).make();
        std::vector<SvcbRecord> out;
        for (const dns::Bytes& rdata : set.variants.at(set.variant_of_class.at(number)).rrset.rdatas) {
            out.push_back(*read_svcb(rdata));
        }
        return out;
    }

    ComputedZone computed_;
    ZoneContents zone_;
    std::unique_ptr<Snapshot> snapshot_;
    RespondCounters counters_;
};

TEST_F(ComputedZoneTest, Modes_AnycastSitesOrBoth) {
    compute(example());
    const auto elsewhere = chat(0);
    ASSERT_EQ(elsewhere.size(), 1U);
    EXPECT_EQ(elsewhere[0].target, name("chat.svc.c.example"));
    EXPECT_EQ(chat(0, rr_type::kHttps)[0].target, DomainName()) << "of HTTPS the owner itself";
    const auto shenzhen = chat(1);
    ASSERT_EQ(shenzhen.size(), 2U);
    EXPECT_EQ(shenzhen[0].target, name("sz.gba.site.c.example"));
    EXPECT_EQ(shenzhen[0].priority, 1);
    const ComputeKeys keys = *compute_keys_of(shenzhen[0].params);
    EXPECT_EQ(keys.net->delay_100us, 13) << "of this class";
    EXPECT_EQ(keys.level->score, 12000U);
    EXPECT_EQ(keys.sid->sids.size(), 1U);
    EXPECT_EQ(compute_keys_of(shenzhen[1].params)->cap->free_permille, 900) << "the instance's own figure";
    const auto hongkong = chat(2);
    ASSERT_EQ(hongkong.size(), 2U);
    EXPECT_EQ(hongkong[0].target, name("chat.svc.c.example"));
    EXPECT_EQ(hongkong[1].target, name("hk.gba.site.c.example"));
    EXPECT_EQ(find_param(hongkong[0].params, svc_key::kAlpn)->value, (dns::Bytes{2, 'h', '3', 2, 'h', '2'}));
}

TEST_F(ComputedZoneTest, Addresses_FollowTheClass_AndExistForAll) {
    compute(example());
    const Asked a{.name = "chat.svc.c.example"};
    EXPECT_EQ(ask(a, "203.0.113.1").answer, Lines{"chat.svc.c.example. A 192.0.2.80"});
    EXPECT_EQ(ask(a, "10.1.2.3").answer, Lines{"chat.svc.c.example. A 198.51.100.17"});
    EXPECT_EQ(ask(a, "10.2.2.3").answer, Lines{"chat.svc.c.example. A 192.0.2.80"});
    for (const char* source : {"203.0.113.1", "10.1.2.3", "10.2.2.3"}) {
        EXPECT_EQ(ask({.name = "chat.svc.c.example", .type = rr_type::kAaaa}, source).answer.size(), 1U);
        EXPECT_EQ(ask({.name = "chat.svc.c.example", .type = rr_type::kTxt}, source).authority.size(), 1U);
    }
}

TEST_F(ComputedZoneTest, ServiceOfOneFamily_GivesNetworkClientsNoSitesAddress) {
    DnsView view = example();
    auto service = std::make_shared<DnsService>(*view.services.at(0));
    service->addresses = {*Ip6::parse("192.0.2.80"), *Ip6::parse("192.0.2.80")};
    service->answers.at(0).mode = SteeringMode::kNetwork;
    view.services[0] = service;
    compute(view);
    EXPECT_EQ(ask({.name = "chat.svc.c.example"}, "203.0.113.1").answer.size(), 1U);
    EXPECT_TRUE(ask({.name = "chat.svc.c.example", .type = rr_type::kAaaa}, "203.0.113.1").answer.empty());
}

TEST_F(ComputedZoneTest, Sites_SayWhatTheyAre_AndCanBeBrowsed) {
    compute(example());
    const OwnerRecords& site = zone_.owners.at(name("sz.gba.site.c.example"));
    EXPECT_EQ(site.sets.at(rr_type::kA).ttl, 300U);
    EXPECT_EQ(site.sets.at(rr_type::kCmp).ttl, 5U);
    const CmpRecord cmp = *read_cmp(site.sets.at(rr_type::kCmp).rdatas[0]);
    EXPECT_EQ(cmp.site_id, 17U);
    EXPECT_EQ(cmp.generation, 4711U);
    EXPECT_EQ(*compute_keys_of(*read_txt(site.sets.at(rr_type::kTxt).rdatas[0])),
              *compute_keys_of(cmp.params));
    EXPECT_EQ(zone_.owners.at(name("_index.gba.site.c.example")).sets.at(rr_type::kCmp).rdatas.size(), 2U);
    EXPECT_EQ(zone_.owners.at(name("_compute._udp.gba.c.example")).sets.at(rr_type::kPtr).rdatas.size(), 2U);
    EXPECT_TRUE(zone_.owners.at(name("hk._compute._udp.gba.c.example")).sets.contains(rr_type::kSrv));
    const auto targets = [&](const char* owner) {
        return zone_.owners.at(name(owner)).sets.at(rr_type::kPtr).rdatas;
    };
    const auto wire = [](const char* text) {
        const DomainName read = name(text);
        return std::vector<dns::Bytes>{dns::Bytes(read.wire().begin(), read.wire().end())};
    };
    EXPECT_EQ(targets("b._dns-sd._udp.c.example"), wire("gba.c.example"));
    EXPECT_EQ(targets("_services._dns-sd._udp.gba.c.example"), wire("_compute._udp.gba.c.example"));
}

TEST_F(ComputedZoneTest, WithoutDecisionOrHealth_TheConfiguredAnswerOrServfail) {
    DnsView view = example();
    DnsService service = *view.services[0];
    service.answers[1] = {SteeringMode::kDns, DnsBasis::kUndecided, {}};
    const auto serve = [&] {
        view.services[0] = std::make_shared<const DnsService>(service);
        compute(view);
    };
    serve();
    EXPECT_EQ(chat(1).size(), 1U) << "the static site";
    service.static_ranks.clear();
    serve();
    const Heard undecided = ask({.name = "chat.svc.c.example", .has_edns = true}, "10.1.2.3");
    EXPECT_EQ(undecided.rcode, 2U);
    EXPECT_EQ(undecided.opt_options, (dns::Bytes{0, 15, 0, 2, 0, 14}));
    EXPECT_EQ(counters_.of(QueryFault::kNotReady), 1U);
    EXPECT_EQ(ask({.name = "chat.svc.c.example"}, "203.0.113.1").rcode, 0U) << "other classes have theirs";
    DnsSite down = *view.sites[0];
    down.is_up = false;
    view.sites[0] = std::make_shared<const DnsSite>(down);
    service.answers[1] = {SteeringMode::kDns, DnsBasis::kApplied, {{{17}, 1'000'000, {}}}};
    serve();
    ASSERT_EQ(chat(1).size(), 2U) << "fail open: every site";
    EXPECT_EQ(chat(1)[0].target, name("hk.gba.site.c.example"))
        << "the one that is up before the one that is not";
    service.fail = DnsFailPolicy::kClosed;
    serve();
    const Heard closed = ask({.name = "chat.svc.c.example", .has_edns = true}, "10.1.2.3");
    EXPECT_EQ(closed.rcode, 2U);
    EXPECT_EQ(std::string(closed.opt_options.begin() + 6, closed.opt_options.end()), "nothing_healthy");
    EXPECT_EQ(counters_.of(QueryFault::kNothingHealthy), 1U);
}

TEST_F(ComputedZoneTest, Generations_OnlyWhatChangedGetsANewOne) {
    DnsView view = example();
    compute(view);
    const auto sz = zone_.owners.at(name("sz.gba.site.c.example"));
    view.stamp.generation = 5000;
    view.stamp.made_unix_ms += 1000;
    DnsSite hk = *view.sites[1];
    hk.compute.score = 3;
    view.sites[1] = std::make_shared<const DnsSite>(hk);
    compute(view);
    EXPECT_EQ(zone_.owners.at(name("sz.gba.site.c.example")), sz);
    const auto& cmp = zone_.owners.at(name("hk.gba.site.c.example")).sets.at(rr_type::kCmp).rdatas[0];
    EXPECT_EQ(read_cmp(cmp)->generation, 5000U);
    hk.changed = 4800; // told by the controller: what this server saw does not count
    view.sites[1] = std::make_shared<const DnsSite>(hk);
    compute(view);
    const auto& told = zone_.owners.at(name("hk.gba.site.c.example")).sets.at(rr_type::kCmp).rdatas[0];
    EXPECT_EQ(read_cmp(told)->generation, 4800U);
    WireReader serial(zone_.owners.at(zone_.apex).sets.at(rr_type::kSoa).rdatas[0]);
    ASSERT_TRUE(DomainName::read_plain(serial) && DomainName::read_plain(serial));
    EXPECT_EQ(*serial.integer<std::uint32_t>(), 1'795'000'001U);
}

TEST(ComputedZoneConflicts, NamesOfTheFile_AreNotOverwritten) {
    ZoneContents zone = base();
    zone.add({name("chat.svc.c.example"), rr_type::kA, 5, {1, 2, 3, 4}});
    EXPECT_EQ(ComputedZone().add_to(zone, example()).error().code, Errc::kConflict);
    ZoneContents aliased = base();
    aliased.add({name("chat.svc.c.example"), rr_type::kCname, 5, {0}});
    EXPECT_FALSE(ComputedZone().add_to(aliased, example()));
    ZoneContents delegated = base();
    delegated.add({name("svc.c.example"), rr_type::kNs, 5, {0}});
    EXPECT_EQ(ComputedZone().add_to(delegated, example()).error().code, Errc::kConflict);
    ZoneContents other = zone_of("d.example. 300 SOA n. a. 1 2 3 4 5\nd.example. NS n.\n", "d.example");
    EXPECT_EQ(ComputedZone().add_to(other, example()).error().code, Errc::kConflict);
}

TEST(ViewFile, Errors_NameTheLineAndTheField) {
    std::ifstream in("docs/reference/dns-view.yaml");
    std::stringstream whole;
    whole << in.rdbuf();
    const auto error_with = [&](const std::string& from, const std::string& to) {
        std::string text = whole.str();
        text.replace(text.find(from), from.size(), to);
        const auto view = read_view_text(text, "v.yaml");
        return view ? std::string("none") : view.error().detail;
    };
    EXPECT_NE(error_with("{site: hk, ppm: 300000", "{site: xx, ppm: 300000").find("v.yaml:39: services"),
              std::string::npos);
    EXPECT_NE(error_with("region: gba\n", "region: G.B\n").find("one DNS label"), std::string::npos);
    EXPECT_NE(error_with("class: hongkong", "class: tokyo").find("no such class"), std::string::npos);
    EXPECT_NE(error_with("mode: dns ", "mode: dnsx ").find("v.yaml:37: services"), std::string::npos);
    EXPECT_NE(error_with("score: 8", "score: 11").find("v.yaml:"), std::string::npos);
    EXPECT_NE(error_with("ppm: 300000", "ppm: 900000").find("more than 1000000"), std::string::npos);
    EXPECT_NE(error_with("id: 18", "id: 17").find("a site of this id"), std::string::npos);
    EXPECT_NE(error_with("10.2.0.0/16", "10.1.0.0/16").find("this prefix is in a class"), std::string::npos);
}

TEST_F(ComputedZoneTest, EndedView_StaticSitesOrFailPolicy_AndSaysSo) {
    DnsView view = example();
    DnsService service = *view.services.at(0);
    const auto serve = [&] {
        view.services[0] = std::make_shared<const DnsService>(service);
        compute(ended(view));
    };
    const Asked a{.name = "chat.svc.c.example", .has_edns = true};
    serve();
    EXPECT_EQ(chat(1).size(), 1U) << "the static site";
    EXPECT_FALSE(compute_keys_of(chat(1)[0].params)->cap) << "what was measured is unknown now";
    EXPECT_TRUE(compute_keys_of(chat(1)[0].params)->level) << "what is stated stays";
    const Heard stale = ask(a, "10.1.2.3");
    EXPECT_EQ(stale.answer, Lines{"chat.svc.c.example. A 198.51.100.17"});
    EXPECT_EQ(stale.opt_options, (dns::Bytes{0, 15, 0, 2, 0, 3}));
    EXPECT_TRUE(ask(a, "203.0.113.1").opt_options.empty()) << "anycast addresses do not age";
    service.static_ranks.clear();
    serve();
    EXPECT_EQ(chat(1).size(), 2U) << "fail open: every site";
    service.fail = DnsFailPolicy::kClosed;
    serve();
    const Heard closed = ask(a, "10.1.2.3");
    EXPECT_EQ(closed.rcode, 2U);
    EXPECT_EQ(closed.opt_options, (dns::Bytes{0, 15, 0, 2, 0, 24}));
    EXPECT_EQ(counters_.of(QueryFault::kEnded), 1U);
}

TEST_F(ComputedZoneTest, BeforeTheFirstView_NoNameIsKnown) {
    BuiltZone built = not_ready_answers(base(), 0);
    snapshot_ = std::make_unique<Snapshot>(std::move(built.owners), std::vector{built.denials},
                                           std::make_shared<ClientClasses>(), ServerOptions());
    for (const char* name : {"c.example", "chat.svc.c.example", "nobody.c.example"}) {
        const Heard heard = ask({.name = name, .has_edns = true}, "10.1.2.3");
        EXPECT_EQ(heard.rcode, 2U) << name;
        EXPECT_EQ(heard.opt_options, (dns::Bytes{0, 15, 0, 2, 0, 14})) << name;
    }
    EXPECT_EQ(ask({.name = "d.example"}, "10.1.2.3").rcode, 5U) << "not ours";
}

} // namespace
