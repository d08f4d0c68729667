// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <map>

namespace {

using namespace suanlu;
using namespace suanlu::dns;

constexpr SipKey kKey{1, 2, 3};

class RateLimiting : public ::testing::Test {
protected:
    void limit(RateLimits limits) { limiter_ = std::make_unique<RateLimiter>(std::move(limits), kKey); }

    /// Actions of `count` answers at one moment.
    std::map<RateLimitAction, int> ask(int count, const char* source, std::uint32_t now_ms,
                                       AnswerKind kind = AnswerKind::kPositive) {
        std::map<RateLimitAction, int> seen;
        for (int i = 0; i < count; ++i) {
            ++seen[limiter_->look_at(*Ip6::parse(source), kind, now_ms)];
        }
        return seen;
    }
    int let_out(int count, const char* source, std::uint32_t now_ms,
                AnswerKind kind = AnswerKind::kPositive) {
        return ask(count, source, now_ms, kind)[RateLimitAction::kNone];
    }

    std::unique_ptr<RateLimiter> limiter_;
};

TEST_F(RateLimiting, BeyondTheBurst_EverySecondAnswerIsCutTheOthersAreDropped) {
    limit({.per_second = 10, .burst_seconds = 2, .slip = 2});
    auto seen = ask(120, "192.0.2.1", 5000);
    EXPECT_EQ(seen[RateLimitAction::kNone], 20);
    EXPECT_EQ(seen[RateLimitAction::kSlipped], 50);
    EXPECT_EQ(seen[RateLimitAction::kDropped], 50);
    EXPECT_EQ(let_out(100, "192.0.2.1", 5100), 1) << "a tenth of a second is one more";
    EXPECT_EQ(let_out(100, "192.0.2.1", 60'000), 20) << "a long pause is one burst";
}

TEST_F(RateLimiting, Slip_NoneOrAll) {
    limit({.per_second = 1, .burst_seconds = 1, .slip = 0});
    EXPECT_EQ(ask(50, "192.0.2.1", 1)[RateLimitAction::kDropped], 49);
    limit({.per_second = 1, .burst_seconds = 1, .slip = 1});
    EXPECT_EQ(ask(50, "192.0.2.1", 1)[RateLimitAction::kSlipped], 49);
}

TEST_F(RateLimiting, PrefixesAndKinds_HaveBucketsOfTheirOwn) {
    limit({.per_second = 10, .errors_per_second = 2, .burst_seconds = 1});
    EXPECT_EQ(let_out(50, "192.0.2.1", 0), 10);
    EXPECT_EQ(let_out(50, "192.0.2.255", 0), 0) << "the same /24";
    EXPECT_EQ(let_out(50, "192.0.3.1", 0), 10);
    EXPECT_EQ(let_out(50, "192.0.2.1", 0, AnswerKind::kNxDomain), 2);
    EXPECT_EQ(let_out(50, "192.0.2.1", 0, AnswerKind::kError), 2);
    EXPECT_EQ(let_out(50, "192.0.2.1", 0, AnswerKind::kNoData), 10);
    EXPECT_EQ(let_out(50, "2001:db8:0:100::1", 0), 10);
    EXPECT_EQ(let_out(50, "2001:db8:0:1ff:1::", 0), 0) << "the same /56";
    EXPECT_EQ(let_out(50, "2001:db8:0:200::1", 0), 10);
}

TEST_F(RateLimiting, Exempt_IsNeverLimited) {
    limit({.per_second = 1, .exempt = {*Prefix6::parse("10.0.0.0/8")}});
    EXPECT_EQ(ask(50, "10.1.2.3", 0)[RateLimitAction::kExempt], 50);
}

TEST_F(RateLimiting, FullTable_KeepsThoseWhoAskMost) {
    limit({.per_second = 10, .burst_seconds = 1, .entries = 16});
    EXPECT_EQ(let_out(50, "192.0.2.1", 0), 10);
    for (int i = 0; i < 250; ++i) {
        (void)ask(1, ("10.0." + std::to_string(i) + ".1").c_str(), 0);
    }
    EXPECT_EQ(let_out(50, "192.0.2.1", 0), 0) << "forged sources do not wash out the victim's entry";
}

TEST_F(RateLimiting, ClockThatWraps_LimitsNobodyForLong) {
    limit({.per_second = 10, .burst_seconds = 1});
    EXPECT_EQ(let_out(50, "192.0.2.1", 0xffffffffU), 10);
    EXPECT_EQ(let_out(50, "192.0.2.1", 999), 10);
    for (std::uint32_t day = 1; day < 60; ++day) { // ticks wrap every 18 hours
        EXPECT_EQ(let_out(50, "192.0.2.1", day * 86'400'000U + day), 10) << day;
    }
}

} // namespace
