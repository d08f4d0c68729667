// SPDX-License-Identifier: Apache-2.0
#include "telemetry/stamp/stamp_session.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

using std::chrono::milliseconds;

struct Sender {
    MonoTime now{std::chrono::seconds(1000)};
    StampSession session{{}, now};
    std::uint32_t last = 0;

    /// Waits until the next probe is due and sends it; true when waiting changed the state.
    bool step() {
        now = std::max(now, session.next_send());
        const bool changed = session.expire(now);
        last = session.on_sent(now);
        return changed;
    }
    bool answer(Duration round_trip = milliseconds(2)) { return session.on_reply(last, round_trip); }
};

TEST(StampSession, SecondAnswerBringsThePathUp) {
    Sender s;
    s.step();
    EXPECT_FALSE(s.answer());
    EXPECT_EQ(s.session.state(), ProbeState::kUnknown);
    s.step();
    EXPECT_TRUE(s.answer());
    EXPECT_EQ(s.session.state(), ProbeState::kUp);
}

TEST(StampSession, ThreeMissesBringItDownAndTwoDoNot) {
    Sender s;
    s.step();
    s.answer();
    s.step();
    s.answer();
    s.step();
    const MonoTime first_lost = s.now;
    s.step();
    s.step();
    EXPECT_EQ(s.session.state(), ProbeState::kUp);
    for (int i = 0; i < 3 && s.session.state() == ProbeState::kUp; ++i) {
        s.step();
    }
    EXPECT_EQ(s.session.state(), ProbeState::kDown);
    EXPECT_LE(s.now - first_lost, milliseconds(250));
}

TEST(StampSession, OneAnswerAmongMissesStartsTheCountAgain) {
    Sender s;
    for (int i = 0; i < 40; ++i) {
        s.step();
        if (i % 3 == 0) {
            s.answer();
        }
        EXPECT_NE(s.session.state(), ProbeState::kDown) << i;
    }
}

TEST(StampSession, AStalledSenderAccusesNobody) {
    Sender s;
    s.step();
    s.answer();
    s.step();
    s.answer();
    s.now = s.now + std::chrono::seconds(2);
    EXPECT_FALSE(s.session.expire(s.now));
    EXPECT_EQ(s.session.state(), ProbeState::kUp);
    s.session.on_sent(s.now);
    EXPECT_GE(s.session.next_send() - s.now, milliseconds(25)) << "no burst after a stall";
}

TEST(StampSession, LongRoundTripsAreNoMisses) {
    Sender s;
    std::uint32_t sent = 0;
    for (int i = 0; i < 60; ++i) {
        s.step();
        sent = s.last;
        if (sent >= 3) {
            s.session.on_reply(sent - 3, milliseconds(150));
        }
        if (i > 10) {
            EXPECT_EQ(s.session.state(), ProbeState::kUp) << i;
        }
    }
    EXPECT_EQ(s.session.round_trip(), milliseconds(150));
}

TEST(StampSession, StraysAreCountedAndChangeNothing) {
    Sender s;
    EXPECT_FALSE(s.session.on_reply(0, milliseconds(1)));
    s.step();
    EXPECT_FALSE(s.session.on_reply(77, milliseconds(1)));
    EXPECT_FALSE(s.session.on_reply(0xffff'ffffU, milliseconds(1)));
    EXPECT_EQ(s.session.counters().strays, 3U);
    EXPECT_EQ(s.session.state(), ProbeState::kUnknown);
}

TEST(StampSession, NegativeRoundTripsCountAsZero) {
    Sender s;
    s.step();
    s.answer(milliseconds(-5));
    EXPECT_EQ(s.session.round_trip(), Duration{0});
}

} // namespace
} // namespace suanlu
