// SPDX-License-Identifier: Apache-2.0
// The same rows in mbufs through the burst of suanlu-fwd, over tables in shared memory, and random packets
// with results equal to the host build's.
#include <cstring>
#include <random>

#include "dataplane/dpdk/explain_tables.hpp"
#include "tests/packets/dpdk_packets.hpp"
#include "tests/packets/golden_cases.hpp"
#include "tests/packets/placement_cases.hpp"

namespace suanlu::packets {
namespace {

TEST_F(DpdkPackets, Rows) {
    for (const auto& row : all_cases()) {
        const auto before = counted(store->counters(), *tables);
        const auto [verdict, frame] = run(row.frame, row.role);
        expect_row(row, verdict, frame);
        expect_counted(row, before, counted(store->counters(), *tables));
    }
}

TEST_F(DpdkPackets, Placement_NewFlowsAndTheirSecondChoices) {
    ASSERT_TRUE(prepare_placement(*tables, kNow));
    for (const auto& row : placement_cases()) {
        ASSERT_TRUE(!row.before || row.before(*store, *tables, kNow)) << row.name;
        const auto before = store->counters();
        const auto [verdict, frame] = run(row.frame, PacketRole::kExternal);
        expect_placed(row, frame, before, store->counters());
    }
}

/// All that packets and the agent share, read word by word.
std::uint64_t digest(const SharedTables& tables) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&tables);
    std::uint64_t out = 0;
    for (std::size_t at = 0; at + 8 <= sizeof tables; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + at, sizeof word);
        out = (out ^ word) * 0x9e3779b97f4a7c15U;
    }
    return out;
}

TEST_F(DpdkPackets, Explain_SaysWhatThePacketWouldMeet_AndChangesNothing) {
    run(build_frame(udp(false, 20)), PacketRole::kExternal); // something to keep
    for (const bool is_moving : {false, true}) {
        if (is_moving) {
            auto plan = case_plan();
            plan.id.generation = 2;
            for (auto& service : plan.services) {
                service.shares = {{SiteId{1}, kWholeShare / 2}, {SiteId{2}, kWholeShare / 2}};
            }
            ASSERT_TRUE(tables->apply(plan, kNow));
        }
        const auto before = digest(memory->tables());
        std::size_t recorded = 0;
        for (const auto& row : all_cases()) {
            const auto told = explain_frame(memory->tables(), row.frame, static_cast<std::uint32_t>(row.role),
                                            kInterface, now_of(kNow));
            const auto* end = told.story.steps + std::min<std::size_t>(told.story.count, SL_STEPS);
            recorded += static_cast<std::size_t>(std::count_if(
                told.story.steps, end, [](const sl_step& step) { return step.kind == SL_STEP_RECORD; }));
            if (row.is_sequel || is_moving) {
                continue;
            }
            EXPECT_EQ(static_cast<Verdict>(told.story.verdict), row.verdict) << row.name;
            EXPECT_STREQ(reason_name(static_cast<sl_reason>(told.story.trace.reason)),
                         reason_name(row.reason))
                << row.name;
            expect_row(row, row.verdict, told.after);
        }
        EXPECT_EQ(recorded > 0, is_moving) << "flows of slots that move would be written down";
        EXPECT_EQ(digest(memory->tables()), before);
    }
}

TEST_F(DpdkPackets, Rows_InOneBurst_AsOneByOne) {
    std::vector<PacketCase> rows;
    for (auto& row : all_cases()) {
        if (row.role == PacketRole::kExternal) {
            rows.push_back(std::move(row));
        }
    }
    for (std::size_t first = 0; first < rows.size(); first += kBurst) {
        const auto end = std::min(rows.size(), first + kBurst);
        std::vector<Frame> frames;
        for (auto at = first; at < end; at++) {
            frames.push_back(rows[at].frame);
        }
        const auto results = run(frames, PacketRole::kExternal);
        for (auto at = first; at < end; at++) {
            expect_row(rows[at], results[at - first].first, results[at - first].second);
        }
    }
}

TEST_F(DpdkPackets, Golden_EveryModeAndLength_BitForBit) {
    std::uint64_t generation = 100;
    for (const auto& row : golden_cases()) {
        const auto ready = prepare_golden(*tables, row, ++generation, kNow);
        ASSERT_TRUE(ready) << row.name << ": " << ready.error().text();
        for (const auto& variant : burst_variants()) {
            steer = variant.steer;
            const auto [verdict, frame] = run(golden_packet(row), PacketRole::kExternal);
            EXPECT_EQ(verdict, Verdict::kRedirect) << row.name << ", " << variant.name;
            EXPECT_EQ(frame, row.expected) << row.name << ", " << variant.name;
        }
    }
}

TEST_F(DpdkPackets, ManySegments_ReadAcrossTheirBorders) {
    const auto frame = build_frame(udp(false, 300));
    const auto [verdict, whole] = run(frame, PacketRole::kExternal);
    ASSERT_EQ(verdict, Verdict::kRedirect);
    for (const std::ptrdiff_t border : {1, 14, 40, 60, 200}) {
        auto* packet = buffer_of({frame.begin(), frame.begin() + border});
        ASSERT_EQ(rte_pktmbuf_chain(packet, buffer_of({frame.begin() + border, frame.end()})), 0);
        EXPECT_EQ(run(packet, PacketRole::kExternal), std::pair(Verdict::kRedirect, whole)) << border;
    }
}

TEST_F(DpdkPackets, NoRoomForTheOuterHeader_DroppedAndCounted) {
    const auto frame = build_frame(udp(false, 40));
    auto* packet = rte_pktmbuf_alloc(buffers());
    packet->data_off = 0;
    std::copy(frame.begin(), frame.end(),
              rte_pktmbuf_append(packet, static_cast<std::uint16_t>(frame.size())));
    ASSERT_NE(rte_pktmbuf_append(packet, rte_pktmbuf_tailroom(packet)), nullptr); // nor can it move back
    const auto before = store->counters().reasons.at("no_headroom");
    const auto result = run(packet, PacketRole::kExternal);
    EXPECT_EQ(result.first, Verdict::kDrop);
    EXPECT_EQ(store->counters().reasons.at("no_headroom"), before + 1);
}

TEST_F(DpdkPackets, SamplesThatNobodyFetches_AreLostAndCounted) {
    tables->set_sampling(1);
    for (std::uint32_t port = 1; port <= kEventsKept + 10; port++) {
        run(start_of(static_cast<std::uint16_t>(port)), PacketRole::kExternal);
    }
    const auto reasons = store->counters().reasons;
    EXPECT_EQ(reasons.at("sampled"), kEventsKept);
    EXPECT_EQ(reasons.at("sample_lost"), 10U);
    EXPECT_EQ(store->flows(100, kNow).size(), 100U);
    EXPECT_EQ(store->counters().reasons.at("samples_left_out"), kEventsKept - 100);
    run(start_of(60'000), PacketRole::kExternal);
    EXPECT_EQ(store->counters().reasons.at("sampled"), kEventsKept + 1) << "there is room again";
    EXPECT_EQ(store->flows(100, kNow).size(), 1U);
}

TEST_F(DpdkPackets, NewFlowThatIsMissingBySite_IsCounted) {
    auto& starts = memory->tables().lcores[0].site_starts;
    for (std::uint32_t pair = 0; pair < 4 * StartsTable::kCells; pair++) {
        starts.find_or_make(
            {static_cast<std::uint16_t>(1000 + pair % 1000), static_cast<std::uint16_t>(1 + pair / 1000)});
    }
    run(start_of(1), PacketRole::kExternal);
    EXPECT_EQ(store->counters().reasons.at("site_starts_full"), 1U);
    EXPECT_EQ(store->counters().services.at(ServiceId{1}).new_flows, 1U)
        << "of the service it is not missing";
}

/// The host build beside suanlu-fwd, with the same tables.
class DpdkBesideHost : public DpdkPackets {
protected:
    void SetUp() override {
        DpdkPackets::SetUp();
        ASSERT_TRUE(prepare(host_tables, kNow));
        ASSERT_TRUE(write_sid_rows(host, case_sids()));
    }
    /// Packets of a burst that become something else than on the host, where they come one by one.
    int mismatches(const std::vector<Frame>& frames, PacketRole role, MonoTime now,
                   const BurstVariant& variant) {
        context.now = now_of(now);
        steer = variant.steer;
        const auto results = run(frames, role);
        int out = 0;
        for (std::size_t i = 0; i < frames.size(); i++) {
            const auto expected = host.run(frames[i], role, now);
            if (results[i] != std::pair(expected.verdict, expected.frame)) {
                out++;
                ADD_FAILURE() << "packet " << i << " of " << frames.size() << ", " << variant.name
                              << ", host says " << reason_name(expected.reason);
            }
        }
        return out;
    }
    void expect_equal_counters() {
        const auto ours = with_all_samples(store->counters().reasons);
        for (const auto& [name, count] : with_all_samples(host.counters().reasons)) {
            EXPECT_EQ(ours.at(name), count) << name;
        }
        const auto services = store->counters().services;
        for (const auto& [service, counts] : host.counters().services) {
            EXPECT_EQ(services.at(service).new_flows, counts.new_flows) << service.value;
            EXPECT_EQ(services.at(service).bytes, counts.bytes) << service.value;
        }
        EXPECT_EQ(*tables->site_counts(), *host_tables.site_counts());
    }

    HostEngine host;
    SteerTables host_tables{host, address("fc00:0:1::1")};
    const std::vector<BurstVariant> variants = burst_variants(); // in turns
};

TEST_F(DpdkBesideHost, RandomBursts_EqualToTheHost_PacketByPacket) {
    const std::size_t packets = random_part(200'000);
    // Half of the slots move, and back before they are settled: packets record, follow, and outlive their
    // reason.
    const auto move = [&](std::uint64_t generation, MonoTime now) {
        auto plan = case_plan();
        plan.id.generation = generation;
        for (auto& service : plan.services) {
            if (generation % 2 == 0) {
                service.shares = {{SiteId{1}, kWholeShare / 2}, {SiteId{2}, kWholeShare / 2}};
            }
        }
        return host_tables.apply(plan, now) && tables->apply(plan, now);
    };
    ASSERT_TRUE(move(2, kNow));
    host_tables.set_sampling(3);
    tables->set_sampling(3);
    RandomFrames random(20261121);
    int failed = 0;
    for (std::size_t done = 0, burst = 0; done < packets && failed < 10; burst++) {
        const MonoTime now{kNow.since_boot + std::chrono::milliseconds(done)};
        if (burst % 3000 == 2999) {
            ASSERT_TRUE(move(3 + burst / 3000, now));
        }
        const auto role = static_cast<PacketRole>(burst % 5 < 3 ? 0 : burst % 5 - 2);
        std::vector<Frame> frames(1 + burst * 7 % kBurst);
        std::generate(frames.begin(), frames.end(), [&] { return random.next(); });
        failed += mismatches(frames, role, now, variants[burst % variants.size()]);
        done += frames.size();
    }
    expect_equal_counters();
    const auto reasons = store->counters().reasons;
    EXPECT_GT(reasons.at("recorded"), 0U);
    EXPECT_GT(reasons.at("sampled"), 0U);
    EXPECT_EQ(memory->tables().exceptions.size(), host.exceptions());
}

/// Packets that are one, or one that differs here and there: of another flow, shorter, damaged.
std::vector<Frame> train_of(const Frame& frame, std::mt19937_64& random) {
    std::vector<Frame> frames(2 + random() % (kBurst - 1), frame);
    if (frame.empty() || random() % 3 == 0) {
        return frames;
    }
    auto& other = frames[random() % frames.size()];
    const auto what = random() % 8;
    constexpr std::size_t kHeaders = 192; // the packet inside a tunnel as well
    if (what == 0) {
        other.pop_back();
    } else if (const std::size_t flags = frame[12] == 8 ? 47 : 67; what <= 2 && flags < frame.size()) {
        other[flags] ^= 2; // SYN, if it is TCP
    } else {
        other[random() % std::min(other.size(), kHeaders)] ^= static_cast<std::uint8_t>(1U << random() % 8);
    }
    return frames;
}

TEST_F(DpdkBesideHost, Trains_EqualToTheHost_PacketByPacket) {
    std::mt19937_64 random(20261122);
    const auto rows = all_cases();
    int failed = 0;
    for (std::size_t burst = 0; burst < random_part(20'000) && failed < 10; burst++) {
        const auto& row = rows[random() % rows.size()];
        failed += mismatches(train_of(row.frame, random), row.role, kNow, variants[burst % variants.size()]);
    }
    expect_equal_counters();
}

TEST_F(DpdkPackets, EveryFirstByteOfASource_AsOnTheHost) {
    HostEngine host;
    SteerTables host_tables(host, address("fc00:0:1::1"));
    ASSERT_TRUE(prepare(host_tables, kNow));
    for (const bool is_ipv4 : {false, true}) {
        auto packet = udp(is_ipv4, 40);
        auto& source = packet.flow.source.bytes;
        for (unsigned bits = 0; bits < 0x10000; bits += 0x40) { // of the second byte only the first two
            source[is_ipv4 ? 12 : 0] = static_cast<std::uint8_t>(bits >> 8);
            source[is_ipv4 ? 13 : 1] = static_cast<std::uint8_t>(bits);
            const auto frame = build_frame(packet);
            const auto expected = host.run(frame, PacketRole::kExternal, kNow);
            for (const auto& variant : burst_variants()) {
                steer = variant.steer;
                ASSERT_EQ(run(frame, PacketRole::kExternal), std::pair(expected.verdict, expected.frame))
                    << packet.flow.source.text() << ", " << variant.name;
            }
        }
    }
}

TEST_F(DpdkPackets, Adopted_TablesKeepTheirServices) {
    SharedStore second(*memory);
    SteerTables again(second, address("fc00:0:1::1"));
    ASSERT_TRUE(again.adopt());
    EXPECT_EQ(again.applied(), tables->applied());
    for (const auto& row : all_cases()) {
        const auto [verdict, frame] = run(row.frame, row.role);
        expect_row(row, verdict, frame);
    }
    for (const std::uint16_t id : {1, 10, 11, 16, 21}) {
        EXPECT_TRUE(again.slots(ServiceId{id})) << id;
    }
}

} // namespace
} // namespace suanlu::packets
