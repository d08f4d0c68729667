// SPDX-License-Identifier: Apache-2.0
// Random failures through the whole Decision: silent and full sites, sites that an ingress gives up, cut
// links. Whatever comes, no service flaps, nothing is black-holed, and the same inputs give the same Plans.
#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "controller/decision/journal.hpp"
#include "tests/unit/controller/decision_bench.hpp"

namespace suanlu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kStep = milliseconds(100);

/// What is broken now.
struct Faults {
    bool is_near_silent = false;
    bool is_far_silent = false;
    bool is_near_full = false;
    bool is_far_full = false;
    bool is_near_dead = false;
    bool is_far_dead = false;
    bool is_near_cut = false;

    [[nodiscard]] std::vector<bool*> all() {
        return {&is_near_silent, &is_far_silent, &is_near_full, &is_far_full,
                &is_near_dead,   &is_far_dead,   &is_near_cut};
    }
};

struct RandomRun {
    explicit RandomRun(unsigned seed) : random(seed) {
        bench.begin();
        bench.pass(seconds(1));
    }

    /// One of the faults turns over, now and then.
    void step(bool may_change) {
        if (may_change && random() % 6 == 0) {
            bool* fault = faults.all()[random() % faults.all().size()];
            *fault = !*fault;
            last_change = bench.clock.now();
        }
        bench.clock.advance(kStep);
        flows += random() % 8;
        IngressReport ingress = bench.ingress(flows);
        ingress.sites = {{"near", faults.is_near_dead ? SiteLiveness::kDead : SiteLiveness::kAlive},
                         {"far", faults.is_far_dead ? SiteLiveness::kSuspect : SiteLiveness::kAlive}};
        SL_CHECK(bench.decision->take(ingress, bench.clock.now()).has_value());
        if (faults.is_near_cut != was_cut) {
            was_cut = faults.is_near_cut;
            SL_CHECK(bench.decision->take(DecisionBench::links(!was_cut), bench.clock.now()).has_value());
        }
        if (!faults.is_near_silent) {
            SL_CHECK(bench.report("near", faults.is_near_full ? 0 : 4).has_value());
        }
        if (!faults.is_far_silent) {
            SL_CHECK(bench.report("far", faults.is_far_full ? 0 : 4).has_value());
        }
        bench.decision->tick(bench.clock.now());
        for (const Plan& plan : bench.decision->take_plans()) {
            bytes += to_bytes(JournalRecord{0, {}, JournalPlans{{plan}}});
            bench.plans[plan.node] = plan;
        }
    }
    [[nodiscard]] FallbackMode mode(const std::string& service) const {
        return bench.decision->fallback(service, "R1").view().mode;
    }

    DecisionBench bench;
    std::mt19937 random;
    Faults faults;
    MonoTime last_change;
    std::uint64_t flows = 0;
    bool was_cut = false;
    std::string bytes;
};

/// Every Plan steers whole services, to sites that it has a path to.
void expect_sound(const Plan& plan, const std::string& where) {
    for (const ServicePlan& service : plan.services) {
        const std::uint32_t sum =
            std::accumulate(service.shares.begin(), service.shares.end(), 0U,
                            [](std::uint32_t so_far, const SiteShare& s) { return so_far + s.ppm; });
        ASSERT_TRUE(sum == kWholeShare || service.shares.empty()) << where << " " << service.name;
        for (const SiteShare& share : service.shares) {
            for (const SitePlan& site : plan.sites) {
                ASSERT_TRUE(site.id != share.site || !site.paths.empty())
                    << where << ": " << service.name << " has a share on " << site.name;
            }
        }
        for (const SitePlacement& placed : service.placement.sites) {
            for (const SitePlan& site : plan.sites) {
                ASSERT_TRUE(site.id != placed.site || !site.paths.empty()) << where;
            }
        }
    }
}

TEST(FallbackProperty, RandomFaults_NoServiceFlaps_AndNothingIsLostWithoutAReason) {
    for (unsigned seed = 0; seed < 12; ++seed) {
        RandomRun run(seed);
        std::map<std::string, std::pair<FallbackMode, MonoTime>> last;
        for (int k = 0; k < 200; ++k) {
            run.step(true);
            const std::string where = "seed " + std::to_string(seed) + " step " + std::to_string(k);
            expect_sound(run.bench.plans.at("R1"), where);
            for (const char* service : {"analysis", "video"}) {
                const FallbackView& view = run.bench.decision->fallback(service, "R1").view();
                ASSERT_FALSE(view.reason.empty()) << where;
                const auto [at, is_new] = last.try_emplace(service, view.mode, run.bench.clock.now());
                if (is_new || view.mode == at->second.first) {
                    continue;
                }
                if (view.mode < at->second.first) {
                    ASSERT_GE(run.bench.clock.now() - at->second.second, Fallback::kHold)
                        << where << " " << service << ": a step up came too soon";
                }
                at->second = {view.mode, run.bench.clock.now()};
            }
        }
    }
}

TEST(FallbackProperty, WhenEveryFaultIsGone_LiveComesBackAndStays) {
    for (unsigned seed = 100; seed < 106; ++seed) {
        RandomRun run(seed);
        for (int k = 0; k < 100; ++k) {
            run.step(true);
        }
        run.faults = {};
        for (int k = 0; k < 100; ++k) { // three steps up at most, and a split every second
            run.step(false);
        }
        for (int k = 0; k < 50; ++k) {
            run.step(false);
            ASSERT_EQ(run.mode("analysis"), FallbackMode::kLive) << "seed " << seed;
            ASSERT_EQ(run.mode("video"), FallbackMode::kLive) << "seed " << seed;
        }
        ASSERT_FALSE(run.bench.plans.at("R1").services[0].shares.empty()) << "seed " << seed;
    }
}

TEST(FallbackProperty, TheSameFaults_GiveTheSamePlansBitForBit) {
    for (unsigned seed = 200; seed < 203; ++seed) {
        RandomRun one(seed);
        RandomRun two(seed);
        for (int k = 0; k < 200; ++k) {
            one.step(true);
            two.step(true);
        }
        ASSERT_FALSE(one.bytes.empty());
        ASSERT_EQ(one.bytes, two.bytes) << "seed " << seed;
    }
}

} // namespace
} // namespace suanlu
