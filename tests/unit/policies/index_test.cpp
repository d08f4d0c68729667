// SPDX-License-Identifier: Apache-2.0
#include "policies/index.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "policies/estimate.hpp"

namespace suanlu {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

ServiceModel workers(double slots, double rate, double cv2 = 1) {
    return *ServiceModel::workers({slots, rate, cv2});
}

ServiceModel batching(std::uint32_t batch) {
    BatchingService s;
    s.batch = batch;
    return *ServiceModel::batching(s);
}

/// Delta(n) by relative value iteration on the uniformised chain, cut off far above the mean.
std::vector<double> iterated(const ServiceModel& model, double arrivals, std::size_t states) {
    const double events = arrivals + model.capacity();
    std::vector<double> h(states, 0);
    for (int round = 0; round < 60000; ++round) {
        std::vector<double> next(states);
        double change = 0;
        for (std::size_t n = 0; n < states; ++n) {
            const double leave = model.departure_rate(static_cast<double>(n));
            const double up = n + 1 < states ? h[n + 1] : 2 * h[n] - h[n - 1];
            const double down = n > 0 ? h[n - 1] : 0;
            next[n] =
                (static_cast<double>(n) + arrivals * up + leave * down + (events - arrivals - leave) * h[n]) /
                events;
        }
        for (std::size_t n = states; n-- > 0;) {
            next[n] -= next[0];
            change = std::max(change, std::fabs(next[n] - h[n]));
        }
        h = std::move(next);
        if (change < 1e-9) {
            break;
        }
    }
    std::vector<double> delta;
    for (std::size_t n = 0; n + 1 < states; ++n) {
        delta.push_back(h[n + 1] - h[n]);
    }
    return delta;
}

void expect_same_as_iterated(const ServiceModel& model, double load) {
    const double arrivals = load * model.capacity();
    const SiteIndex index(model, arrivals);
    const std::vector<double> delta = iterated(model, arrivals, model.full_at() + 40);
    for (std::size_t n = 0; n <= model.full_at(); ++n) {
        EXPECT_NEAR(index.at(static_cast<double>(n)), delta[n], 2e-3 * delta[n])
            << n << " jobs at load " << load;
    }
}

TEST(SiteIndex, MatchesValueIteration) {
    expect_same_as_iterated(workers(1, 2), 0.5);
    expect_same_as_iterated(workers(4, 1), 0.3);
    expect_same_as_iterated(workers(4, 1), 0.7);
    expect_same_as_iterated(batching(6), 0.6);
}

TEST(SiteIndex, OneWorker_HasTheClosedForm) {
    const SiteIndex index(workers(1, 1), 0.6); // Delta(n) = (n + 1) / (mu - lambda)
    for (int n = 0; n < 20; ++n) {
        EXPECT_NEAR(index.at(n), (n + 1) / 0.4, 1e-9);
    }
}

TEST(SiteIndex, GrowsWithJobsAndLoad_AndIsNeverBelowTheServiceTime) {
    for (const ServiceModel& model :
         {workers(8, 0.7, 1.7), workers(64, 1.25, 1.7), workers(2.5, 3), batching(64)}) {
        double less = 0;
        for (const double load : {0.0, 0.3, 0.7, 0.95, 1.4}) {
            const SiteIndex index(model, load * model.capacity());
            double last = 0;
            for (std::uint32_t n = 0; n < 2 * model.full_at(); ++n) {
                const double delta = index.at(n);
                ASSERT_TRUE(std::isfinite(delta));
                EXPECT_GE(delta, last - 1e-9);
                EXPECT_GE(delta, model.service_s() - 1e-9);
                last = delta;
            }
            EXPECT_GE(index.at(model.full_at()), less);
            less = index.at(model.full_at());
        }
    }
}

TEST(SiteIndex, SpreadOfSizes_ScalesOnlyWhatIsBeyondTheServiceTime) {
    const SiteIndex plain(workers(4, 2, 1), 6);
    const SiteIndex wide(workers(4, 2, 3), 6);
    EXPECT_NEAR(wide.at(6) - 0.5, 2 * (plain.at(6) - 0.5), 1e-9);
    EXPECT_NEAR(wide.slope(), 2 * plain.slope(), 1e-12);
}

TEST(SiteIndex, ArrivalsThatAreNoNumber_CountAsNone) {
    EXPECT_EQ(SiteIndex(workers(4, 1), kNaN).at(2), SiteIndex(workers(4, 1), 0).at(2));
}

TEST(ServiceModel, RefusesFiguresThatMakeNoSense) {
    EXPECT_EQ(ServiceModel::workers({0, 1, 1}).error().code, Errc::kBadInput);
    EXPECT_EQ(ServiceModel::workers({-3, 1, 1}).error().code, Errc::kBadInput);
    EXPECT_FALSE(ServiceModel::workers({4, 0, 1}));
    EXPECT_FALSE(ServiceModel::workers({4, kNaN, 1}));
    EXPECT_FALSE(ServiceModel::sharing({4, 1, -1}));
    BatchingService s;
    s.batch = 0;
    EXPECT_FALSE(ServiceModel::batching(s));
    s = {};
    s.base_s = s.per_request_s = 0;
    EXPECT_FALSE(ServiceModel::batching(s));
    s = {};
    s.prefix_hit = 1.5;
    EXPECT_FALSE(ServiceModel::batching(s));
}

TEST(ServiceModel, Batching_SpeedsUpWithTheBatchUntilTheCacheIsFull) {
    BatchingService s;
    s.kv_tokens = 12'000; // ten requests of 1 200 tokens
    const ServiceModel model = *ServiceModel::batching(s);
    EXPECT_EQ(model.full_at(), 10U);
    for (int n = 1; n < 10; ++n) {
        EXPECT_LT(model.departure_rate(n), model.departure_rate(n + 1));
        EXPECT_GT(2 * model.departure_rate(n), model.departure_rate(2 * n));
    }
    EXPECT_EQ(model.departure_rate(50), model.capacity());
    EXPECT_NEAR(model.service_s(), 200 * 0.0205 + 1000 * 0.00005, 1e-9);
    const double rate = 0.6 * model.capacity();
    EXPECT_NEAR(model.departure_rate(model.balanced_jobs(rate)), rate, 1e-9);
    s.prefix_hit = 1;
    EXPECT_NEAR(ServiceModel::batching(s)->service_s(), 200 * 0.0205, 1e-9);
    EXPECT_NEAR(prefix_bonus_s(s, 500), 0.025, 1e-12);
}

TEST(Estimate, FreshReportIsBelieved_OldOneIsForgotten) {
    const SiteIndex site(workers(10, 1), 6);
    EXPECT_NEAR(estimate_jobs(site, 9, 0, 0, 0).mean, 9, 1e-9);
    EXPECT_NEAR(estimate_jobs(site, 9, 0, 0, 0).deviation, 0, 1e-9);
    EXPECT_NEAR(estimate_jobs(site, 9, 100, 0, 0).mean, 6, 1e-6);
    EXPECT_NEAR(estimate_jobs(site, 9, 100, 0, 0).deviation, std::sqrt(6.0), 1e-6);
    EXPECT_NEAR(estimate_jobs(site, 9, 0.5, 3, 2).mean, 6 + 3 * std::exp(-0.5) + 3 - 1, 1e-9);
}

TEST(Estimate, LongQueue_IsForgottenMoreSlowly) {
    const SiteIndex site(workers(10, 1), 9);
    EXPECT_GT(estimate_jobs(site, 40, 2, 0, 0).mean, 9 + 31 * std::exp(-2.0) + 5);
}

TEST(Estimate, ReportsFromTheFutureAndNonsense_GiveNumbers) {
    const SiteIndex site(workers(10, 1), 6);
    EXPECT_NEAR(estimate_jobs(site, 9, -5, 0, 0).mean, 9, 1e-9);
    EXPECT_NEAR(estimate_jobs(site, 9, kNaN, 0, 0).mean, 6, 1e-9);
    EXPECT_NEAR(estimate_jobs(site, kNaN, 1, 0, 0).mean, 6, 1e-9);
    EXPECT_TRUE(std::isfinite(estimate_jobs(site, 0, std::numeric_limits<double>::infinity(), 0, 1).mean));
}

} // namespace
} // namespace suanlu
