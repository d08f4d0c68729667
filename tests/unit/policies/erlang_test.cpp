// SPDX-License-Identifier: Apache-2.0
#include "policies/erlang.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

TEST(Erlang, KnownValues_OfTheTables) {
    EXPECT_NEAR(erlang_c(1, 0.5), 0.5, 1e-12);       // M/M/1: rho
    EXPECT_NEAR(erlang_c(2, 1.0), 1.0 / 3.0, 1e-12); // M/M/2 at rho = 0.5
    EXPECT_NEAR(erlang_c(10, 8.0), 0.40918, 1e-4);   // published tables
    EXPECT_DOUBLE_EQ(erlang_c(4, 4.0), 1);
}

/// Erlang C from the plain recursion, one step at a time from no server on.
double plain_erlang_c(int servers, double offered) {
    double inverse = 1;
    for (int k = 1; k <= servers; ++k) {
        inverse = 1 + k / offered * inverse;
    }
    return 1 / (inverse - offered / servers * (inverse - 1));
}

TEST(Erlang, LargePools_AgreeWithThePlainRecursion) {
    for (const int servers : {1, 2, 3, 4, 5, 7, 8, 63, 64, 1000}) {
        for (const double load : {0.3, 0.7, 0.9, 0.98, 0.999}) {
            const double is = plain_erlang_c(servers, load * servers);
            EXPECT_NEAR(erlang_c(servers, load * servers), is, 1e-12 * is + 1e-59) << servers << " " << load;
        }
    }
    EXPECT_EQ(erlang_c(1000000, 1), 0);
}

TEST(Erlang, OneServerQueue_IsTheClosedForm) {
    const Servers one{1, 10, 1};
    for (const double load : {0.1, 0.5, 0.9}) {
        EXPECT_NEAR(queue_length(one, load * 10), load * load / (1 - load), 1e-9);
    }
    // dLq/dLambda of M/M/1 = (2 rho - rho^2) / (1 - rho)^2 / mu
    EXPECT_NEAR(queue_price(one, 5), (1 - 0.25) / 0.25 / 10, 1e-4);
}

TEST(Erlang, QueueIsConvexAndIncreasing_ThroughTheExtrapolation) {
    for (const double slots : {0.4, 1.0, 2.5, 8.0, 64.0}) {
        const Servers servers{slots, 20, 1.5};
        double last_length = -1;
        double last_price = -1;
        for (int k = 0; k <= 130; ++k) {
            const double arrivals = servers.capacity() * k / 100.0;
            EXPECT_GE(queue_length(servers, arrivals), last_length) << slots << " " << k;
            EXPECT_GE(queue_price(servers, arrivals), last_price - 1e-6) << slots << " " << k;
            last_length = queue_length(servers, arrivals);
            last_price = queue_price(servers, arrivals);
        }
    }
}

TEST(Erlang, PriceIsTheSlopeOfTheLength) {
    for (const double slots : {0.4, 1.0, 2.5, 8.0, 64.0}) {
        const QueueCurve curve({slots, 20, 1.5});
        for (const double load : {0.05, 0.5, 0.8, 0.97, 1.2}) {
            const double at = load * slots * 20;
            const double step = at * 1e-6;
            const double slope = (curve.at(at + step).length - curve.at(at - step).length) / (2 * step);
            EXPECT_NEAR(curve.at(at).price, slope, 1e-4 * slope + 1e-9) << slots << " at " << load;
        }
    }
}

TEST(Erlang, FractionalSlots_LieBetweenTheWholeOnes) {
    const double below = queue_length({3, 10, 1}, 20);
    const double above = queue_length({4, 10, 1}, 20);
    const double between = queue_length({3.5, 10, 1}, 20);
    EXPECT_LT(between, below);
    EXPECT_GT(between, above);
}

} // namespace
} // namespace suanlu
