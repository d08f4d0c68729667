// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "dataplane/api/sid_rows.hpp"
#include "tests/packets/golden_cases.hpp"
#include "tests/packets/placement_cases.hpp"

namespace suanlu::packets {
namespace {

constexpr MonoTime kNow{std::chrono::seconds(1000)};

class HostPackets : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(prepare(tables, kNow));
        ASSERT_TRUE(write_sid_rows(engine, case_sids()));
    }

    HostEngine engine;
    SteerTables tables{engine, address("fc00:0:1::1")};
};

TEST_F(HostPackets, Rows) {
    for (const auto& row : all_cases()) {
        const auto before = counted(engine.counters(), tables);
        const auto result = engine.run(row.frame, row.role, kNow);
        expect_row(row, result.verdict, result.frame);
        EXPECT_STREQ(reason_name(result.reason), reason_name(row.reason)) << row.name;
        EXPECT_TRUE(row.service == 0 || row.service == result.service.value)
            << row.name << ": " << result.service.value;
        expect_counted(row, before, counted(engine.counters(), tables));
    }
}

TEST_F(HostPackets, Placement_NewFlowsAndTheirSecondChoices) {
    ASSERT_TRUE(prepare_placement(tables, kNow));
    for (const auto& row : placement_cases()) {
        ASSERT_TRUE(!row.before || row.before(engine, tables, kNow)) << row.name;
        const auto before = engine.counters();
        const auto result = engine.run(row.frame, PacketRole::kExternal, kNow);
        expect_placed(row, result.frame, before, engine.counters());
    }
}

TEST_F(HostPackets, Sids_ByTheAnswerOfATable) {
    const sl_sid link{kInterface, kLinkMtu, 0, 0, {2, 0, 0, 0, 0, 7}, {2, 0, 0, 0, 0, 6}, 0};
    sl_sid small = link;
    small.mtu = 20;
    sl_sid kernel = link;
    kernel.for_kernel = 1;
    const std::pair<TableAnswer, std::optional<sl_sid>> answers[] = {{TableAnswer::kLink, link},
                                                                     {TableAnswer::kSmallLink, small},
                                                                     {TableAnswer::kKernel, kernel},
                                                                     {TableAnswer::kNowhere, std::nullopt}};
    for (const auto& [answer, route] : answers) {
        engine.set_route(kTable, route);
        auto rows = table_cases(answer);
        for (auto& row : transit_table_cases(answer)) {
            rows.push_back(std::move(row));
        }
        for (const auto& row : rows) {
            const auto result = engine.run(row.frame, row.role, kNow);
            expect_row(row, result.verdict, result.frame);
            EXPECT_STREQ(reason_name(result.reason), reason_name(row.reason)) << row.name;
        }
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

SiteId site_of(HostEngine& engine, const SyntheticPacket& packet, std::vector<std::uint8_t> payload = {}) {
    auto frame = build_frame(packet);
    std::copy(payload.begin(), payload.end(), frame.end() - static_cast<long>(packet.payload));
    return engine.run(frame, PacketRole::kExternal, kNow).site;
}

SyntheticPacket quic_packet(std::uint16_t client_port) {
    SyntheticPacket p;
    p.flow = {address("2001:db8:c1::2"), client_port, address("2001:db8:e::1"), 4433, Transport::kUdp};
    p.payload = 20;
    return p;
}

TEST_F(HostPackets, QuicServerId_NamesTheSite_WhateverTheAddress) {
    for (std::uint16_t port = 1; port < 50; port++) {
        EXPECT_EQ(site_of(engine, quic_packet(port), {0x40, 0, 2, 2}).value, 2);
        EXPECT_EQ(site_of(engine, quic_packet(port), {0x40, 0, 3, 3}).value, 1); // by its slot
        EXPECT_EQ(site_of(engine, quic_packet(port), {0xc0, 0, 0, 0, 1}).value, 1);
    }
    ASSERT_TRUE(tables.set_liveness(SiteId{2}, SiteLiveness::kDead, kNow));
    EXPECT_EQ(site_of(engine, quic_packet(1), {0x40, 0, 2, 2}).value, 1);
}

TEST_F(HostPackets, QuicInitial_StartsAFlow_OthersDoNot) {
    const auto is_new = [&](std::uint16_t port, std::vector<std::uint8_t> payload) {
        auto frame = build_frame(quic_packet(port));
        std::copy(payload.begin(), payload.end(), frame.end() - 20);
        return engine.run(frame, PacketRole::kExternal, kNow).is_new;
    };
    EXPECT_TRUE(is_new(1, {0xc0, 0, 0, 0, 1}));
    EXPECT_FALSE(is_new(1, {0xc0, 0, 0, 0, 1})) << "the start cache knows it";
    EXPECT_TRUE(is_new(2, {0xd0, 0x6b, 0x33, 0x43, 0xcf}));
    EXPECT_FALSE(is_new(3, {0xd0, 0, 0, 0, 1})) << "0-RTT";
    EXPECT_FALSE(is_new(4, {0xe0, 0, 0, 0, 1})) << "Handshake";
    EXPECT_FALSE(is_new(5, {0x40, 0, 2, 2}));
}

TEST_F(HostPackets, Affinity_WhatBelongsToOneSite) {
    auto plan = case_plan();
    plan.id.generation = 2;
    for (auto& service : plan.services) {
        service.shares = {{SiteId{1}, kWholeShare / 2}, {SiteId{2}, kWholeShare / 2}};
        if (service.id.value == 10 || service.id.value == 1) {
            service.affinity = service.id.value == 1 ? Affinity::kFlow : Affinity::kPair;
        }
    }
    HostEngine fresh;
    SteerTables own(fresh, address("fc00:0:1::1"));
    ASSERT_TRUE(own.apply(plan, kNow));
    const NextHop hop{kInterface, {2, 0, 0, 0, 0, 8}, {2, 0, 0, 0, 0, 9}};
    for (const std::uint16_t id : {1, 2}) {
        ASSERT_TRUE(own.set_paths(SiteId{id}, std::array{UsablePath{path_id(SiteId{id}, 0), hop}}, kNow));
    }
    const auto sites = [&](std::uint16_t port, const char* where, bool varies_port) {
        std::set<std::uint16_t> seen;
        for (std::uint16_t i = 1; i < 60; i++) {
            SyntheticPacket p;
            auto to = address(where);
            to.bytes[15] = static_cast<std::uint8_t>(varies_port ? to.bytes[15] : i);
            p.flow = {address("2001:db8:c1::2"), static_cast<std::uint16_t>(varies_port ? 1000 + i : 1000),
                      to, port, Transport::kTcp};
            seen.insert(site_of(fresh, p).value);
        }
        return seen.size();
    };
    EXPECT_EQ(sites(8080, "2001:db8:a::1", true), 2U) << "5-tuple";
    EXPECT_EQ(sites(1500, "2001:db8:b::1", true), 1U) << "source and destination";
    EXPECT_EQ(sites(1500, "2001:db8:b::1", false), 2U) << "source and destination";
}

TEST_F(HostPackets, Tenant_ByInterface) {
    const auto frame = build_frame(packet(false, Transport::kTcp, 8080));
    EXPECT_EQ(engine.run(frame, PacketRole::kExternal, kNow, false, 9).service.value, 15);
    EXPECT_EQ(engine.run(frame, PacketRole::kExternal, kNow, false, 8).service.value, 1);
}

/// An interface that vanishes and comes back is another one to the kernel.
struct MovingEngine : HostEngine {
    std::uint32_t index = 9;
    std::uint32_t interface_index(const std::string&) override { return index; }
};

TEST(HostTenants, InterfaceThatComesBackUnderAnotherIndex_IsItsTenantsAgain) {
    MovingEngine moving;
    SteerTables steering(moving, address("fc00:0:1::1"));
    ASSERT_TRUE(prepare(steering, kNow));
    const auto frame = build_frame(packet(false, Transport::kTcp, 8080));
    const auto service_over = [&](std::uint32_t interface) {
        return moving.run(frame, PacketRole::kExternal, kNow, false, interface).service.value;
    };
    EXPECT_EQ(service_over(9), 15);
    moving.index = 0;
    ASSERT_TRUE(steering.refresh_interfaces());
    EXPECT_EQ(service_over(9), 1) << "whoever gets the index next is not that tenant";
    moving.index = 12;
    ASSERT_TRUE(steering.refresh_interfaces());
    EXPECT_EQ(service_over(12), 15);
    EXPECT_EQ(service_over(9), 1);
}

TEST_F(HostPackets, Rate_ComesBackWithTime) {
    auto plan = case_plan();
    plan.id.generation = 2;
    for (auto& service : plan.services) {
        for (auto& rate : service.traffic.rates) {
            rate.bytes_per_second = 10'000;
        }
    }
    ASSERT_TRUE(tables.apply(plan, kNow));
    SyntheticPacket p;
    p.flow = {address("2001:db8:c1::2"), 1, address("2001:db8:e::1"), 4006, Transport::kUdp};
    p.payload = 452; // 500 bytes of IP
    int passed = 0;
    for (int ms = 0; ms < 10'000; ms += 10) { // 50 000 bytes a second
        const MonoTime now{kNow.since_boot + std::chrono::milliseconds(ms)};
        passed +=
            engine.run(build_frame(p), PacketRole::kExternal, now).verdict == Verdict::kRedirect ? 1 : 0;
    }
    EXPECT_NEAR(passed, 200 + 3, 2); // 20 a second, and the burst
}

TEST_F(HostPackets, Adopted_TablesKeepTheirServices) {
    SteerTables again(engine, address("fc00:0:1::1"));
    ASSERT_TRUE(again.adopt());
    const NextHop hop{kInterface, {2, 0, 0, 0, 0, 8}, {2, 0, 0, 0, 0, 9}};
    ASSERT_TRUE(again.set_paths(SiteId{1}, std::array{UsablePath{path_id(SiteId{1}, 0), hop}}, kNow));
    for (const auto& row : all_cases()) {
        const auto result = engine.run(row.frame, row.role, kNow);
        EXPECT_STREQ(reason_name(result.reason), reason_name(row.reason)) << row.name;
    }
    for (const std::uint16_t id : {1, 10, 11, 16, 21}) {
        EXPECT_TRUE(again.slots(ServiceId{id})) << id;
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
