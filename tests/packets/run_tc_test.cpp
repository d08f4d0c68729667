// SPDX-License-Identifier: Apache-2.0
// The same rows on the tc build of the core through BPF_PROG_TEST_RUN. At this hook frames with a VLAN tag
// pass the border and are then left to the kernel; for all others the results are those of XDP.
#include "steer_tc.skel.h"
#include "tests/packets/bpf_packets.hpp"
#include "tests/packets/golden_cases.hpp"

namespace suanlu::packets {
namespace {

constexpr std::uint32_t kActOk = 0;
constexpr std::uint32_t kActRedirect = 7; // linux/pkt_cls.h

class TcPackets : public BpfPackets<steer_tc_bpf> {
protected:
    /// Nothing: the kernel makes no socket buffer of such a frame.
    std::optional<std::pair<Verdict, Frame>> run(const Frame& frame, PacketRole role) const {
        auto done = test_run(frame, role);
        if (!done) {
            return std::nullopt;
        }
        return std::pair{done->first == kActRedirect ? Verdict::kRedirect
                         : done->first == kActOk     ? Verdict::kPass
                                                     : Verdict::kDrop,
                         std::move(done->second)};
    }
};

bool is_tagged(const Frame& frame) {
    const int type = frame.at(12) << 8 | frame.at(13);
    return type == kTag || type == kServiceTag;
}

/// What the parser or the border says stays; whatever would come behind them is the kernel's.
PacketCase at_tc(PacketCase row) {
    const bool is_said_before = row.verdict == Verdict::kDrop
                                    ? row.reason >= SL_R_border_sid && row.reason <= SL_R_border_unreadable
                                    : row.reason <= SL_R_other_protocol && row.reason != SL_R_steered;
    if (!is_tagged(row.frame) || is_said_before || row.role != PacketRole::kExternal) {
        return row;
    }
    row.verdict = Verdict::kPass;
    row.reason = SL_R_core_packet;
    row.check = {};
    row.service = 0;
    return row;
}

TEST_F(TcPackets, Rows) {
    int refused = 0;
    for (const auto& each : all_cases()) {
        const auto row = at_tc(each);
        const auto before = counted(store->counters(), *tables);
        const auto result = run(row.frame, row.role);
        if (!result) {
            refused++;
            EXPECT_EQ(row.reason, SL_R_truncated) << row.name;
            continue;
        }
        expect_row(row, result->first, result->second);
        expect_counted(row, before, counted(store->counters(), *tables));
    }
    EXPECT_LE(refused, 40) << "only frames without a whole IP header";
}

TEST_F(TcPackets, Golden_EveryModeAndLength_BitForBit) {
    std::uint64_t generation = 100;
    for (const auto& row : golden_cases()) {
        const auto ready = prepare_golden(*tables, row, ++generation, SteadyClock().now());
        ASSERT_TRUE(ready) << row.name << ": " << ready.error().text();
        const auto result = run(golden_packet(row), PacketRole::kExternal);
        ASSERT_TRUE(result) << row.name;
        EXPECT_EQ(result->first, Verdict::kRedirect) << row.name;
        EXPECT_EQ(result->second, row.expected) << row.name;
    }
}

TEST_F(TcPackets, HundredThousandRandomPackets_EqualToTheHost) {
    HostEngine host;
    SteerTables host_tables(host, address("fc00:0:1::1"));
    const SteadyClock clock;
    ASSERT_TRUE(prepare(host_tables, clock.now()));
    ASSERT_TRUE(write_sid_rows(host, case_sids()));
    RandomFrames frames(20261122);
    int mismatches = 0;
    for (int i = 0; i < 100'000 && mismatches < 10; i++) {
        const auto frame = frames.next();
        const auto role = static_cast<PacketRole>(i % 5 < 3 ? 0 : i % 5 - 2);
        if (is_tagged(frame) || frame.size() > 1400) {
            continue; // tags; and answers, which are limited by time
        }
        const auto result = run(frame, role);
        if (!result) {
            continue;
        }
        const auto expected = host.run(frame, role, clock.now());
        if (result->first != expected.verdict || result->second != expected.frame) {
            mismatches++;
            ADD_FAILURE() << "packet " << i << ", host says " << reason_name(expected.reason);
        }
    }
    EXPECT_EQ(mismatches, 0);
    EXPECT_EQ(*tables->site_counts(), *host_tables.site_counts());
}

} // namespace
} // namespace suanlu::packets
