// SPDX-License-Identifier: Apache-2.0
// The DNS view follows what was applied, changes rarely, and says of compute what was reported.
#include <gtest/gtest.h>

#include "controller/dns_view/dns_compute.hpp"
#include "controller/dns_view/dns_hysteresis.hpp"
#include "controller/dns_view/dns_view_builder.hpp"
#include "tests/unit/controller/dns_bench.hpp"

namespace suanlu {
namespace {

constexpr std::uint64_t kWall = 1'800'000'000'000;

/// A builder whose Plans and facts are made by hand.
struct ViewBench {
    VirtualClock clock;
    DnsViewBuilder builder;
    AppliedView applied;
    DnsFacts facts;

    ViewBench() : builder(inventory(), "ctl", 7, clock.now()) {
        facts.sites["near"] = {true, report("near", 4, 1, 0)};
        facts.sites["far"] = {true, report("far", 4, 0, 0)};
    }
    static Inventory inventory() {
        auto out = parse_inventory(kDnsInventory, "dns.yaml");
        SL_CHECK(out.has_value());
        return *std::move(out);
    }
    static std::shared_ptr<const SiteReport> report(const std::string& site, double usable, double running,
                                                    double waiting) {
        SiteReport out;
        out.site = site;
        for (const char* service : {"analysis", "video"}) {
            InstanceReport instance;
            instance.service = service;
            instance.slots_total = 4;
            instance.slots_usable = usable;
            instance.running = running;
            instance.waiting = waiting;
            out.instances.push_back(instance);
        }
        return std::make_shared<const SiteReport>(std::move(out));
    }
    /// The share of the near site; both services alike.
    static std::shared_ptr<const Plan> plan(const std::string& node, std::uint32_t near_ppm) {
        Plan out;
        out.node = node;
        for (const auto& [id, us] : {std::pair(1, 1000), std::pair(2, 4000)}) {
            SitePlan site;
            site.id = {static_cast<std::uint16_t>(id)};
            site.paths.emplace_back();
            site.paths.back().delay = {static_cast<std::uint32_t>(us)};
            out.sites.push_back(site);
        }
        for (const std::uint16_t id : {1, 2}) {
            ServicePlan service;
            service.id = {id};
            service.shares = {{SiteId{1}, near_ppm}, {SiteId{2}, kWholeShare - near_ppm}};
            out.services.push_back(service);
        }
        return std::make_shared<const Plan>(std::move(out));
    }
    void apply(const std::string& node, std::uint32_t near_ppm) {
        applied.plans[node] = plan(node, near_ppm);
        builder.take(std::make_shared<const AppliedView>(applied));
    }
    void place(std::uint32_t near_ppm) {
        facts.places["P1"] = plan("P1", near_ppm);
        builder.take(facts);
    }
    std::shared_ptr<const DnsView> next() { return builder.next(clock.now(), kWall); }
    std::shared_ptr<const DnsView> next_after(Duration time) {
        clock.advance(time);
        return next();
    }
    /// Everything decided, the first view taken.
    std::shared_ptr<const DnsView> begin() {
        apply("R1", 700'000);
        place(400'000);
        auto out = next();
        SL_CHECK(out != nullptr);
        return out;
    }
};

TEST(DnsView, Outline_HasEveryNameForEveryClass) {
    ViewBench bench;
    const auto view = bench.begin();
    EXPECT_EQ(view->stamp, (DnsStamp{"ctl", 7, 1, kWall}));
    EXPECT_EQ(view->zone, "compute.example.");
    ASSERT_EQ(view->classes.size(), 3U);
    ASSERT_EQ(view->sites.size(), 2U);
    EXPECT_EQ(view->sites[0]->addresses[1].text(), "198.51.100.1");
    EXPECT_EQ(view->sites[1]->addresses[0].text(), "2001:db8:52::1") << "the site's own, where none is given";
    EXPECT_EQ(view->sites[0]->sids[0].text(), "fc00:0:e1:f006::");
    ASSERT_EQ(view->services.size(), 2U);
    for (const auto& service : view->services) {
        EXPECT_EQ(service->answers.size(), 3U);
        EXPECT_EQ(service->instances.size(), 2U);
    }
}

TEST(DnsView, Answers_FollowTheAppliedPlanOfTheClasssOwnIngress) {
    ViewBench bench;
    const auto view = bench.begin();
    const DnsService& analysis = *view->services[0];
    EXPECT_EQ(analysis.answers[1].ranks, (std::vector<DnsRank>{{SiteId{1}, 700'000, Microseconds{1000}},
                                                               {SiteId{2}, 300'000, Microseconds{4000}}}));
    EXPECT_EQ(analysis.answers[1].mode, SteeringMode::kBoth);
    EXPECT_EQ(analysis.answers[1].basis, DnsBasis::kApplied);
    EXPECT_EQ(analysis.answers[0].ranks[0].site, SiteId{2}) << "the place's own decision, best first";
    EXPECT_EQ(analysis.answers[0].mode, SteeringMode::kDns);
}

TEST(DnsView, LaggingIngress_DelaysOnlyItsOwnClasses) {
    ViewBench bench;
    const auto before = bench.begin();
    bench.place(900'000); // R1 says nothing
    const auto after = bench.next_after(std::chrono::seconds(1));
    ASSERT_NE(after, nullptr);
    EXPECT_EQ(after->services[0]->answers[0].ranks[0].site, SiteId{1});
    EXPECT_EQ(after->services[0]->answers[1], before->services[0]->answers[1]);
    EXPECT_EQ(after->services[0]->answers[2], before->services[0]->answers[2]);
}

TEST(DnsView, NothingIsToldBeforeEveryClassIsDecided_OrAWhileHasPassed) {
    ViewBench bench;
    EXPECT_EQ(bench.next(), nullptr);
    bench.place(400'000);
    EXPECT_EQ(bench.next_after(std::chrono::seconds(9)), nullptr) << "R1 may be about to answer";
    ASSERT_TRUE(bench.builder.due());
    const auto view = bench.next_after(*bench.builder.due() - bench.clock.now());
    ASSERT_NE(view, nullptr);
    EXPECT_EQ(view->services[0]->answers[0].basis, DnsBasis::kApplied);
    EXPECT_EQ(view->services[0]->answers[1].basis, DnsBasis::kUndecided);
    EXPECT_TRUE(view->services[0]->answers[1].ranks.empty());
}

TEST(DnsView, ChangesAtMostOnceASecond_TheFirstAtOnce) {
    ViewBench bench;
    bench.begin();
    bench.clock.advance(std::chrono::seconds(5));
    bench.apply("R1", 100'000);
    EXPECT_NE(bench.next(), nullptr) << "after a quiet second, at once";
    bench.apply("R1", 900'000);
    EXPECT_EQ(bench.next_after(std::chrono::milliseconds(999)), nullptr);
    bench.apply("R1", 500'000);
    EXPECT_EQ(bench.builder.due(), bench.clock.now() + std::chrono::milliseconds(1));
    const auto view = bench.next_after(std::chrono::milliseconds(1));
    ASSERT_NE(view, nullptr);
    EXPECT_EQ(view->services[0]->answers[1].ranks[0].ppm, 500'000U) << "the newest of all that came";
    EXPECT_EQ(view->stamp.generation, 3U);
    EXPECT_FALSE(bench.builder.due());
}

TEST(DnsView, CloseShares_AreNotToldAnew_AndDriftIsNotFollowedForever) {
    ViewBench bench;
    bench.begin();
    bench.apply("R1", 715'000);
    EXPECT_EQ(bench.next_after(std::chrono::seconds(1)), nullptr);
    EXPECT_EQ(bench.builder.counters().close, 1U);
    bench.apply("R1", 725'000); // 1 % from what was seen, 2.5 % from what was told
    const auto view = bench.next_after(std::chrono::seconds(1));
    ASSERT_NE(view, nullptr);
    EXPECT_EQ(view->services[0]->answers[1].ranks[0].ppm, 725'000U);
}

TEST(DnsView, WhatDidNotChange_IsTheSamePointer) {
    ViewBench bench;
    const auto before = bench.begin();
    bench.facts.sites["near"] = {true, ViewBench::report("near", 4, 4, 0)};
    bench.builder.take(bench.facts);
    const auto after = bench.next_after(std::chrono::seconds(1));
    ASSERT_NE(after, nullptr);
    EXPECT_NE(after->sites[0], before->sites[0]);
    EXPECT_EQ(after->sites[0]->changed, after->stamp.generation);
    EXPECT_LT(after->sites[1]->changed, after->stamp.generation);
    EXPECT_EQ(after->sites[1], before->sites[1]);
    EXPECT_EQ(after->classes, before->classes);
}

TEST(DnsView, Plan_WithoutAShare_IsSaidSo) {
    ViewBench bench;
    bench.begin();
    Plan empty = *bench.applied.plans["R1"];
    for (ServicePlan& service : empty.services) {
        service.shares.clear();
    }
    bench.applied.plans["R1"] = std::make_shared<const Plan>(empty);
    bench.builder.take(std::make_shared<const AppliedView>(bench.applied));
    const auto view = bench.next_after(std::chrono::seconds(1));
    ASSERT_NE(view, nullptr);
    EXPECT_EQ(view->services[0]->answers[1].basis, DnsBasis::kNoShare);
}

TEST(DnsView, SilentSite_KeepsItsNameAndWhatTheInventoryStates) {
    ViewBench bench;
    bench.begin();
    bench.facts.sites["near"] = {false, nullptr};
    bench.builder.take(bench.facts);
    const auto view = bench.next_after(std::chrono::seconds(1));
    ASSERT_NE(view, nullptr);
    EXPECT_FALSE(view->sites[0]->is_up);
    EXPECT_TRUE(view->sites[0]->compute.grade);
    EXPECT_FALSE(view->sites[0]->compute.capacity) << "what was free is unknown now";
    EXPECT_FALSE(view->sites[0]->compute.inference);
}

TEST(DnsCompute, FreeWorkers_MakeTheTokens) {
    const auto report = ViewBench::report("near", 3, 1, 2);
    DnsSiteSettings settings;
    settings.stated.inference = DnsInference{50, 250};
    const DnsCompute compute = dns_compute_of(&settings, &report->instances[0]);
    EXPECT_EQ(*compute.capacity, (DnsCapacity{500, 2, 2}));
    EXPECT_EQ(*compute.inference, (DnsInference{100, 250}));
    EXPECT_EQ(*compute.score, 3) << "half is free, half a job waits for each worker";
    EXPECT_EQ(rounded(1'234), 1'200U);
    EXPECT_EQ(rounded(99.6), 100U);
    EXPECT_EQ(rounded(-1), 0U);
    EXPECT_EQ(rounded(1e12), 4'000'000'000U);
}

TEST(DnsHysteresis, NoneFree_IsNeverCloseToSomeFree) {
    EXPECT_TRUE(is_close(DnsCapacity{500, 0, 20}, DnsCapacity{540, 0, 21}));
    EXPECT_FALSE(is_close(DnsCapacity{500, 0, 20}, DnsCapacity{600, 0, 24}));
    EXPECT_FALSE(is_close(DnsCapacity{10, 0, 1}, DnsCapacity{0, 0, 0}));
    EXPECT_FALSE(is_close(DnsCapacity{0, 0, 0}, DnsCapacity{0, 1, 0}));
    EXPECT_TRUE(is_close(Microseconds{100}, Microseconds{600}));
    EXPECT_FALSE(is_close(Microseconds{8000}, Microseconds{9200}));
}

TEST(DnsHysteresis, AnotherSite_IsNeverClose_AnotherOrderMayBe) {
    const std::vector<DnsRank> a{{SiteId{1}, 505'000, {}}, {SiteId{2}, 495'000, {}}};
    const std::vector<DnsRank> turned{{SiteId{2}, 505'000, {}}, {SiteId{1}, 495'000, {}}};
    const std::vector<DnsRank> other{{SiteId{3}, 505'000, {}}, {SiteId{2}, 495'000, {}}};
    EXPECT_TRUE(is_close(a, turned));
    EXPECT_FALSE(is_close(a, other));
    EXPECT_FALSE(is_close(a, {{SiteId{1}, 1'000'000, {}}}));
}

/// The same, with the decision's own Plans.
struct PlaceBench : DecisionBench {
    PlaceBench() {
        decision =
            std::make_unique<Decision>(ViewBench::inventory(), DecisionLimits{}, ShareTable{}, clock.now());
    }
};

TEST(DnsPlaces, PlaceIsAnIngressOfTheSplit_ByItsDeclaredFlows) {
    PlaceBench bench;
    EXPECT_TRUE(bench.decision->place_plans().empty());
    bench.begin();
    bench.pass(std::chrono::seconds(2));
    const auto plan = bench.decision->place_plans().find("P1");
    ASSERT_NE(plan, bench.decision->place_plans().end());
    ASSERT_EQ(plan->second->services.size(), 2U);
    EXPECT_EQ(plan->second->services[0].shares[0].site, SiteId{1});
    const auto explained = bench.decision->explain("analysis", "P1");
    ASSERT_TRUE(explained) << explained.error().text();
    EXPECT_EQ(explained->arrivals.value, 8);
    EXPECT_TRUE(bench.plans.at("P1").services.empty()) << "its router steers nothing";
}

TEST(DnsPlaces, LostSite_LeavesThePlan_AndTheFacts) {
    PlaceBench bench;
    bench.begin();
    bench.pass(std::chrono::seconds(2));
    const auto before = bench.decision->place_plans().at("P1");
    EXPECT_TRUE(dns_facts_of(*bench.decision, bench.clock.now()).sites.at("near").is_up);
    ASSERT_TRUE(bench.report("near", 0)); // its capacity is gone: an event
    const auto after = bench.decision->place_plans().at("P1");
    ASSERT_NE(after, before);
    ASSERT_EQ(after->services[0].shares.size(), 1U);
    EXPECT_EQ(after->services[0].shares[0].site, SiteId{2});
    bench.clock.advance(std::chrono::seconds(5));
    const DnsFacts facts = dns_facts_of(*bench.decision, bench.clock.now());
    EXPECT_FALSE(facts.sites.at("near").is_up) << "stale";
    EXPECT_EQ(facts.sites.at("near").report, nullptr);
}

} // namespace
} // namespace suanlu
