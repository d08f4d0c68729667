// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/packets/golden_cases.hpp"

namespace suanlu::packets {
namespace {

constexpr MonoTime kNow{std::chrono::seconds(1000)};

class HostPackets : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(prepare(tables, kNow)); }

    HostEngine engine;
    SteerTables tables{engine, address("fc00:0:1::1")};
};

TEST_F(HostPackets, Rows) {
    for (const auto& row : all_cases()) {
        const auto before = engine.counters();
        const auto result = engine.run(row.frame, row.role, kNow);
        expect_row(row, result.verdict, result.frame);
        EXPECT_STREQ(reason_name(result.reason), reason_name(row.reason)) << row.name;
        const auto* name = reason_name(row.reason);
        EXPECT_EQ(engine.counters().reasons.at(name), before.reasons.at(name) + 1) << row.name;
    }
}

TEST_F(HostPackets, DryRun_ChangesAndCountsNothing) {
    for (const auto& row : all_cases()) {
        if (row.is_sequel) {
            continue;
        }
        const auto dry = engine.run(row.frame, row.role, kNow, true);
        EXPECT_EQ(dry.verdict, row.verdict) << row.name;
    }
    for (const auto& [reason, count] : engine.counters().reasons) {
        EXPECT_EQ(count, 0U) << reason;
    }
    EXPECT_TRUE(engine.flows(10, kNow).empty());
}

TEST_F(HostPackets, OneFlow_OneLabel_OtherFlowAnother) {
    SyntheticPacket packet;
    packet.flow = {address("2001:db8:c1::2"), 1, address("2001:db8:a::1"), 9001, Transport::kUdp};
    const auto label = [&] {
        const auto frame = engine.run(build_frame(packet), PacketRole::kExternal, kNow).frame;
        return (frame[15] & 0x0f) << 16 | frame[16] << 8 | frame[17];
    };
    const auto first = label();
    packet.payload = 100;
    EXPECT_EQ(label(), first);
    packet.flow.source_port = 2;
    EXPECT_NE(label(), first);
}

/// Site and flow label of a frame's way.
std::pair<SiteId, std::uint32_t> way_of(HostEngine& engine, const Frame& frame, MonoTime now = kNow) {
    const auto result = engine.run(frame, PacketRole::kExternal, now);
    const auto& out = result.frame;
    return {result.site, result.verdict == Verdict::kRedirect
                             ? static_cast<std::uint32_t>((out[15] & 0x0f) << 16 | out[16] << 8 | out[17])
                             : 0};
}

TEST_F(HostPackets, FragmentsAndErrors_TakeTheWayOfTheirFlow) {
    for (const bool is_v4 : {false, true}) {
        const auto plain = build_frame(udp(is_v4, 40));
        const auto way = way_of(engine, plain);
        ASSERT_NE(way.second, 0U);
        EXPECT_EQ(way_of(engine, fragment(plain, 0, true, 77)), way);
        EXPECT_EQ(way_of(engine, fragment(plain, 48, false, 77)), way);
        auto back = udp(is_v4, 20);
        std::swap(back.flow.source, back.flow.destination);
        std::swap(back.flow.source_port, back.flow.destination_port);
        std::vector<std::uint8_t> body(4);
        const auto quoted = build_frame(back);
        body.insert(body.end(), quoted.begin() + 14, quoted.end());
        EXPECT_EQ(way_of(engine, icmp(is_v4, is_v4 ? 3 : 2, body)), way);
    }
}

TEST_F(HostPackets, Fragment_MinuteAfterItsFirst_IsTooLate) {
    const auto plain = build_frame(udp(false, 40));
    engine.run(fragment(plain, 0, true, 78), PacketRole::kExternal, kNow);
    const auto late = [&](int seconds) {
        return engine.run(fragment(plain, 48, false, 78), PacketRole::kExternal,
                          {kNow.since_boot + std::chrono::seconds(seconds)});
    };
    EXPECT_EQ(late(59).verdict, Verdict::kRedirect);
    EXPECT_STREQ(reason_name(late(62).reason), "fragment_early");
}

TEST_F(HostPackets, Fragment_OfADeadSite_IsDropped) {
    const auto plain = build_frame(udp(false, 40));
    engine.run(fragment(plain, 0, true, 79), PacketRole::kExternal, kNow);
    ASSERT_TRUE(tables.set_liveness(SiteId{1}, SiteLiveness::kDead, kNow));
    const auto result = engine.run(fragment(plain, 48, false, 79), PacketRole::kExternal, kNow);
    EXPECT_STREQ(reason_name(result.reason), "fragment_early");
}

TEST_F(HostPackets, TooBig_AThousandAnswersASecond) {
    const auto frame = build_frame(udp(false, 1500));
    const auto answered = [&](int packets, MonoTime now) {
        int count = 0;
        for (int i = 0; i < packets; i++) {
            count += engine.run(frame, PacketRole::kExternal, now).verdict == Verdict::kRedirect ? 1 : 0;
        }
        return count;
    };
    EXPECT_EQ(answered(3000, kNow), 1001);
    EXPECT_EQ(answered(100, kNow + std::chrono::milliseconds(20)), 20);
    EXPECT_EQ(engine.counters().reasons.at("too_big"), 1999U + 80);
    EXPECT_EQ(engine.counters().reasons.at("too_big_answered"), 1021U);
}

TEST(HostGolden, EveryModeAndLength_BitForBit) {
    HostEngine engine;
    SteerTables tables(engine, address("fc00:0:1::1"));
    std::uint64_t generation = 0;
    for (const auto& row : golden_cases()) {
        const auto ready = prepare_golden(tables, row, ++generation, kNow);
        ASSERT_TRUE(ready) << row.name << ": " << ready.error().text();
        const auto result = engine.run(golden_packet(row), PacketRole::kExternal, kNow);
        EXPECT_EQ(result.verdict, Verdict::kRedirect) << row.name;
        EXPECT_EQ(result.frame, row.expected) << row.name;
    }
}

TEST(Reasons, LossesAreExactlyTheDroppedOnes) {
#define SL_REASON(name, text, severity) SL_SEVERITY_##severity,
    const sl_severity severities[] = {
#include "dataplane/steer/reasons.def"
    };
#undef SL_REASON
    for (int i = 0; i < SL_REASON_COUNT; i++) {
        const bool is_loss = i >= SL_R_no_path && i <= SL_R_border_unreadable;
        EXPECT_EQ(severities[i] == SL_SEVERITY_loss, is_loss) << reason_name(static_cast<sl_reason>(i));
    }
}

} // namespace
} // namespace suanlu::packets
