// SPDX-License-Identifier: Apache-2.0
// Appointed probers, and what the operator sees of a drain.
#include "controller/decision/prober_table.hpp"

#include <gtest/gtest.h>

#include "controller/decision/drain_view.hpp"
#include "tests/unit/controller/decision_bench.hpp"

namespace suanlu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SiteId kMec{1};

struct ProberBench {
    explicit ProberBench(std::size_t ingresses, std::uint32_t most = 3) {
        for (std::size_t n = 0; n < ingresses; ++n) {
            Router router;
            router.name = "R" + std::to_string(n);
            router.is_ingress = true;
            inventory.routers.push_back(router);
            names.push_back(router.name);
        }
        Site site;
        site.id = kMec;
        site.name = "mec";
        inventory.sites.push_back(site);
        inventory.probers_per_site = most;
        table = std::make_unique<ProberTable>(inventory, clock.now());
        reports = std::make_unique<IngressTable>(names);
    }
    void say(const std::string& node, SiteLiveness mec, const std::string& mode = "live") {
        IngressReport report;
        report.node = node;
        report.boot_id = "a";
        report.sequence = ++sequence;
        report.mode = mode;
        report.sites["mec"] = mec;
        ASSERT_TRUE(reports->take(std::move(report), clock.now()));
    }
    void all_say(SiteLiveness mec) {
        for (const std::string& name : names) {
            say(name, mec);
        }
    }
    void update() { table->update(*reports, clock.now()); }
    [[nodiscard]] std::vector<std::string> probers() const {
        return {table->probers(kMec).begin(), table->probers(kMec).end()};
    }
    [[nodiscard]] ProbeDuty of_the_others() const {
        for (const std::string& name : names) {
            if (!table->probers(kMec).contains(name)) {
                return table->duty(name, kMec);
            }
        }
        return {};
    }

    Inventory inventory;
    VirtualClock clock;
    std::vector<std::string> names;
    std::unique_ptr<ProberTable> table;
    std::unique_ptr<IngressTable> reports;
    std::uint64_t sequence = 0;
};

TEST(Probers, BelowTheBudgetEverybodyProbes) {
    ProberBench b(3);
    b.update();
    EXPECT_TRUE(b.probers().empty());
    EXPECT_TRUE(b.table->duty("R1", kMec).is_prober);
}

TEST(Probers, TenThousandIngressesDoNotFloodASite) {
    ProberBench b(10'000, 50);
    b.update();
    std::size_t probing = 0;
    for (const std::string& name : b.names) {
        probing += b.table->duty(name, kMec).is_prober ? 1U : 0U;
    }
    EXPECT_EQ(probing, 50U);
}

TEST(Probers, ASilentOneIsReplacedAndReturns) {
    ProberBench b(10);
    b.all_say(SiteLiveness::kAlive);
    b.update();
    const auto first = b.probers();
    b.clock.advance(seconds(6));
    for (const std::string& name : b.names) {
        if (name != first[0]) {
            b.say(name, SiteLiveness::kAlive);
        }
    }
    b.update();
    EXPECT_FALSE(b.table->duty(first[0], kMec).is_prober);
    EXPECT_TRUE(b.table->duty(first[1], kMec).is_prober) << "the others stay";
    EXPECT_TRUE(b.table->duty(first[2], kMec).is_prober);
    EXPECT_EQ(b.probers().size(), 3U);
    b.say(first[0], SiteLiveness::kAlive);
    b.update();
    EXPECT_EQ(b.probers(), first);
}

TEST(Probers, TheOthersAreToldWhatMostProbersFound) {
    ProberBench b(10);
    b.all_say(SiteLiveness::kAlive);
    b.update();
    const auto probers = b.probers();
    b.say(probers[0], SiteLiveness::kSuspect);
    b.update();
    EXPECT_FALSE(b.of_the_others().is_down) << "one of three";
    b.say(probers[1], SiteLiveness::kDead);
    b.update();
    EXPECT_TRUE(b.of_the_others().is_down);
    EXPECT_TRUE(b.table->duty(probers[0], kMec).is_prober);
    EXPECT_FALSE(b.table->duty(probers[0], kMec).is_down) << "a prober believes itself";
    b.say(probers[1], SiteLiveness::kAlive);
    b.update();
    EXPECT_FALSE(b.of_the_others().is_down);
}

TEST(Probers, WhoSuspectsItselfOrDoesNotProbeIsNoWitness) {
    ProberBench b(10);
    b.all_say(SiteLiveness::kAlive);
    b.update();
    for (const std::string& name : b.probers()) {
        b.say(name, SiteLiveness::kSuspect, "self-suspect");
    }
    b.update();
    EXPECT_FALSE(b.of_the_others().is_down);
    for (const std::string& name : b.names) {
        if (!b.table->duty(name, kMec).is_prober) {
            b.say(name, SiteLiveness::kDead);
        }
    }
    b.update();
    EXPECT_FALSE(b.of_the_others().is_down);
}

IngressReport rest_report(DecisionBench& b, const SiteRest& rest) {
    IngressReport report = b.ingress(10);
    report.rests["near"] = rest;
    return report;
}

TEST(Drain, NoNewFlowsAnywhereAndThePlanAsksForWhatIsLeft) {
    DecisionBench b;
    b.begin();
    b.pass(seconds(1));
    ASSERT_GT(b.ppm("analysis", 1), 0U);
    EXPECT_FALSE(b.decision->set_drain("nowhere", true, b.clock.now()));
    ASSERT_TRUE(b.decision->set_drain("near", true, b.clock.now()));
    b.pass(seconds(2));
    EXPECT_EQ(b.ppm("analysis", 1), 0U);
    EXPECT_EQ(b.ppm("video", 1), 0U);
    EXPECT_EQ(b.ppm("analysis", 2), kWholeShare);
    const SitePlan& near = b.plans.at("R1").sites[0];
    EXPECT_TRUE(near.is_draining);
    EXPECT_FALSE(near.paths.empty()) << "its flows go on";
    ASSERT_TRUE(b.decision->set_drain("near", false, b.clock.now()));
    b.pass(seconds(20));
    EXPECT_GT(b.ppm("analysis", 1), 0U);
    EXPECT_FALSE(b.plans.at("R1").sites[0].is_draining);
}

TEST(Drain, EmptyOnlyWhenEveryIngressSaysSoNow) {
    DecisionBench b;
    b.begin();
    const Site& near = *b.decision->inventory().site("near");
    const auto view = [&] { return drain_view(*b.decision, near, b.clock.now()); };
    ASSERT_TRUE(b.decision->set_drain("near", true, b.clock.now()));
    EXPECT_EQ(view().silent, 1U) << "never heard since this controller began";
    EXPECT_EQ(view().state, DrainState::kDraining);
    ASSERT_TRUE(b.decision->take(b.ingress(5), b.clock.now()));
    EXPECT_EQ(view().state, DrainState::kDraining);
    EXPECT_EQ(view().silent, 1U) << "its last report is from before";
    ASSERT_TRUE(b.decision->take(rest_report(b, {12, 3, true}), b.clock.now()));
    EXPECT_EQ(view().state, DrainState::kDraining);
    EXPECT_EQ(view().slots, 12U);
    EXPECT_EQ(view().exceptions, 3U);
    ASSERT_TRUE(b.decision->take(rest_report(b, {0, 0, false}), b.clock.now()));
    EXPECT_EQ(view().state, DrainState::kDraining) << "not counted yet";
    ASSERT_TRUE(b.decision->take(rest_report(b, {0, 0, true, true}), b.clock.now()));
    EXPECT_EQ(view().state, DrainState::kDraining) << "QUIC flows go there by connection id";
    EXPECT_EQ(view().named, 1U);
    ASSERT_TRUE(b.decision->take(rest_report(b, {0, 0, true}), b.clock.now()));
    EXPECT_EQ(view().state, DrainState::kEmpty);
    b.clock.advance(seconds(6));
    EXPECT_EQ(view().state, DrainState::kDraining) << "that was six seconds ago";
}

} // namespace
} // namespace suanlu
