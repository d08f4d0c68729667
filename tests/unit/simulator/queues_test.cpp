// SPDX-License-Identifier: Apache-2.0
// The simulated sites against what queueing theory knows exactly.
#include <gtest/gtest.h>

#include <cmath>

#include "policies/erlang.hpp"
#include "simulator/simulate.hpp"

namespace suanlu::sim {
namespace {

/// One site, one ingress, no distance.
Scenario one_site(Discipline discipline, std::uint32_t workers, double load) {
    Scenario s;
    s.name = "one";
    SimSite site;
    site.name = "site";
    site.discipline = discipline;
    site.workers = workers;
    s.sites = {site};
    s.ingresses = {{"in", 1}};
    s.rtt_s = {{0}};
    s.sizes.kind = Sizes::Kind::kExponential;
    s.sizes.mean = 0.1;
    s.arrivals.load = load;
    s.news.direct_period_s = 0;
    s.seconds = 1500.0 / workers;
    return s;
}

/// Mean response over seeds within 3.5 standard errors of `expected`.
void expect_mean(Scenario s, double expected) {
    constexpr int kSeeds = 8;
    double sum = 0;
    double squares = 0;
    for (int seed = 1; seed <= kSeeds; ++seed) {
        s.seed = static_cast<std::uint64_t>(seed);
        DispatcherSpec spec;
        spec.policy = "nearest";
        const double mean = simulate(s, spec)->response_s.mean;
        sum += mean / kSeeds;
        squares += mean * mean / kSeeds;
    }
    const double error = std::sqrt((squares - sum * sum) / (kSeeds - 1));
    EXPECT_NEAR(sum, expected, 3.5 * error + 1e-9);
    EXPECT_LT(error, 0.05 * expected) << "too few jobs to tell";
}

TEST(Queues, OneWorker_HasTheMeanOfMM1) {
    expect_mean(one_site(Discipline::kFcfs, 1, 0.5), 0.1 / 0.5);
    expect_mean(one_site(Discipline::kFcfs, 1, 0.7), 0.1 / 0.3);
}

TEST(Queues, SeveralWorkers_WaitAsErlangSays) {
    for (const std::uint32_t c : {4U, 12U}) {
        const double load = 0.8;
        const double wait = erlang_c(static_cast<int>(c), load * c) * 0.1 / (c * (1 - load));
        expect_mean(one_site(Discipline::kFcfs, c, load), 0.1 + wait);
    }
}

TEST(Queues, ConstantWork_WaitsHalfAsLong) {
    Scenario s = one_site(Discipline::kFcfs, 1, 0.6);
    s.sizes.kind = Sizes::Kind::kConstant;
    expect_mean(s, 0.1 + 0.1 * 0.6 / (2 * 0.4));
}

TEST(Queues, Sharing_DoesNotCareAboutTheSpreadOfSizes) {
    Scenario s = one_site(Discipline::kProcessorSharing, 1, 0.6);
    expect_mean(s, 0.1 / 0.4);
    s.sizes.kind = Sizes::Kind::kLognormal;
    s.sizes.sigma = 1;
    expect_mean(s, 0.1 / 0.4);
    expect_mean(one_site(Discipline::kProcessorSharing, 4, 0.8), 0.1 + erlang_c(4, 3.2) * 0.1 / (4 * 0.2));
}

TEST(Queues, Batching_TakesItsStepsAndPrefill) {
    Scenario s = one_site(Discipline::kBatching, 1, 0.001);
    s.sizes.tokens = {{1000, 200}};
    s.seconds = 4000;
    DispatcherSpec spec;
    spec.policy = "nearest";
    const Outcome o = *simulate(s, spec);
    ASSERT_GT(o.measured, 4U);
    EXPECT_NEAR(o.response_s.p50, 1000 * 0.00005 + 200 * 0.0205, 1e-6) << "alone";
    s.arrivals.load = 0.9;
    s.seconds = 300;
    EXPECT_NEAR(simulate(s, spec)->sites[0].utilisation, 0.6, 0.35);
    EXPECT_GT(simulate(s, spec)->response_s.mean, o.response_s.mean * 1.3) << "everybody slows everybody";
}

TEST(Queues, KvCache_LimitsTheBatch) {
    Scenario s = one_site(Discipline::kBatching, 1, 0.95);
    s.sizes.tokens = {{1000, 200}};
    s.seconds = 200;
    s.sites[0].batching.kv_tokens = 4 * 1200;
    DispatcherSpec spec;
    spec.policy = "nearest";
    const Outcome o = *simulate(s, spec);
    EXPECT_LE(o.sites[0].utilisation, 4.0 / 64 + 1e-9);
    EXPECT_GT(o.sites[0].utilisation, 3.0 / 64);
}

TEST(Queues, Utilisation_IsTheLoad_AndEnergyFollows) {
    Scenario s = one_site(Discipline::kFcfs, 8, 0.6);
    s.sites[0].idle_w = 100;
    s.sites[0].full_w = 300;
    s.sites[0].pue = 1.5;
    s.sites[0].carbon = Course(400);
    DispatcherSpec spec;
    spec.policy = "nearest";
    const Outcome o = *simulate(s, spec);
    EXPECT_NEAR(o.sites[0].utilisation, 0.6, 0.05);
    EXPECT_NEAR(o.sites[0].energy_kwh, 1.5 * (100 + 200 * 0.6) * s.seconds / 3.6e6, 1e-3);
    EXPECT_NEAR(o.sites[0].carbon_g, 400 * o.sites[0].energy_kwh, 1e-9);
}

} // namespace
} // namespace suanlu::sim
