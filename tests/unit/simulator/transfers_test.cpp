// SPDX-License-Identifier: Apache-2.0
// Data of jobs that shares links, against what is known exactly.
#include "simulator/transfers.hpp"

#include <gtest/gtest.h>

#include "simulator/simulate.hpp"

namespace suanlu::sim {
namespace {

/// One ingress with a way to each site.
JobVolume data_of(double bytes, std::vector<double> links, std::vector<std::vector<std::uint32_t>> ways) {
    return {bytes, std::move(links), {std::move(ways)}};
}

TEST(Transfers, TwoOnOneLink_ShareItsBandwidth) {
    const JobVolume data = data_of(1000, {100}, {{0}});
    Transfers t(data);
    t.start(1, 0, 0, 0);
    EXPECT_DOUBLE_EQ(t.next_done_s(), 10) << "alone";
    EXPECT_DOUBLE_EQ(t.expected_s(0, 0), 20) << "of one more";
    t.start(2, 0, 0, 5);
    EXPECT_DOUBLE_EQ(t.rate(0, 0), 50);
    EXPECT_DOUBLE_EQ(t.next_done_s(), 15) << "500 left at half the bandwidth";
    EXPECT_EQ(t.finish(15), 1U);
    EXPECT_DOUBLE_EQ(t.next_done_s(), 20) << "500 left, alone again";
    EXPECT_EQ(t.finish(20), 2U);
    EXPECT_EQ(t.count(), 0U);
    EXPECT_FALSE(t.next_done_s() < 1e300);
}

TEST(Transfers, Rates_AreMaxMinFair) {
    // Short ways over one link each, a long one over both: it gets no more than its narrower link gives.
    const JobVolume data = data_of(1000, {10, 30}, {{0}, {0, 1}, {1}, {}});
    Transfers t(data);
    for (std::size_t site = 0; site < 3; ++site) {
        t.start(static_cast<std::uint32_t>(site), 0, site, 0);
    }
    EXPECT_DOUBLE_EQ(t.rate(0, 0), 5);
    EXPECT_DOUBLE_EQ(t.rate(0, 1), 5);
    EXPECT_DOUBLE_EQ(t.rate(0, 2), 25) << "what the long one leaves";
    EXPECT_DOUBLE_EQ(t.next_done_s(), 40);
    EXPECT_EQ(t.finish(40), 2U);
    EXPECT_DOUBLE_EQ(t.rate(0, 1), 5) << "held by the other link";
    t.start(7, 0, 3, 41);
    EXPECT_DOUBLE_EQ(t.next_done_s(), 41) << "nothing to go over";
    EXPECT_EQ(t.finish(41), 7U);
}

Scenario data_scenario() {
    Scenario s;
    s.name = "data";
    SimSite site;
    site.name = "site";
    site.workers = 64;
    s.sites = {site};
    s.ingresses = {{"in", 1}};
    s.rtt_s = {{0.01}};
    s.rtt_jitter = 0;
    s.sizes.kind = Sizes::Kind::kConstant;
    s.sizes.mean = 0.1;
    s.arrivals.load = 0.05; // 32 jobs/s
    s.data = data_of(2e6, {100e6}, {{0}});
    s.seconds = 400;
    return s;
}

/// A link is a queue where all share: the mean time does not depend on anything but the load, here 0.64.
TEST(Transfers, PoissonTransfers_TakeWhatSharingSays) {
    DispatcherSpec spec;
    spec.policy = "nearest";
    const double alone = 0.02;
    const double expected = 0.01 + 0.1 + alone / (1 - 32 * alone);
    double mean = 0;
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        Scenario s = data_scenario();
        s.seed = seed;
        const Outcome o = *simulate(s, spec);
        mean += o.response_s.mean / 4;
        EXPECT_EQ(o.arrived, o.completed + o.in_flight + o.refused);
    }
    EXPECT_NEAR(mean, expected, 0.004);
}

TEST(Transfers, FullLink_MovesTheJobsElsewhere) {
    Scenario s = data_scenario();
    s.sites.push_back(s.sites.front());
    s.sites[1].name = "other";
    s.rtt_s = {{0.01, 0.02}};
    s.data = data_of(2e6, {100e6, 100e6}, {{0}, {1}});
    s.arrivals.load = 0.07; // 90 jobs/s: one link carries 50
    s.seconds = 60;
    DispatcherSpec spec;
    const Outcome o = *simulate(s, spec);
    EXPECT_GT(o.sites[1].share, 0.2);
    EXPECT_LT(o.response_s.mean, 1) << "alone the first link would fill up";
}

TEST(Transfers, LinksThatMakeNoSense_AreRefused) {
    Scenario s = data_scenario();
    s.data.link_bytes_per_s = {0};
    EXPECT_EQ(check(s).error().detail, "scenario: data.link_bytes_per_s has an entry that is not above 0");
    s = data_scenario();
    s.data.routes = {{{1}}};
    EXPECT_EQ(check(s).error().detail, "scenario: data.routes names a link that does not exist");
    s.data.routes.clear();
    EXPECT_FALSE(check(s));
}

} // namespace
} // namespace suanlu::sim
