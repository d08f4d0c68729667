// SPDX-License-Identifier: Apache-2.0
// The same rows in the kernel through BPF_PROG_TEST_RUN, and random packets on both sides with equal results.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "dataplane/api/sid_rows.hpp"
#include "dataplane/xdp/map_store.hpp"
#include "steer.skel.h"
#include "tests/packets/golden_cases.hpp"
#include "tests/packets/placement_cases.hpp"

namespace suanlu::packets {
namespace {

struct Deleter {
    void operator()(steer_bpf* skeleton) const { steer_bpf::destroy(skeleton); }
};

class XdpPackets : public testing::Test {
protected:
    void SetUp() override {
        libbpf_set_print(nullptr);
        skeleton.reset(steer_bpf::open_and_load());
        if (!skeleton && (geteuid() != 0 || errno == EPERM)) {
            GTEST_SKIP() << "needs root and eBPF";
        }
        ASSERT_TRUE(skeleton);
        auto opened = MapStore::open(maps_of(skeleton->obj));
        ASSERT_TRUE(opened) << opened.error().text();
        store = std::move(*opened);
        tables = std::make_unique<SteerTables>(*store, address("fc00:0:1::1"));
        ASSERT_TRUE(prepare(*tables, SteadyClock().now()));
        ASSERT_TRUE(write_sid_rows(*store, case_sids()));
    }

    [[nodiscard]] int program(PacketRole role) const {
        const auto& programs = skeleton->progs;
        return bpf_program__fd(role == PacketRole::kExternal ? programs.suanlu_external
                               : role == PacketRole::kSite   ? programs.suanlu_site
                                                             : programs.suanlu_core);
    }

    std::pair<Verdict, Frame> run(const Frame& frame, PacketRole role) const {
        Frame out(frame.size() + 256);
        LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(), .data_out = out.data(),
                    .data_size_in = static_cast<std::uint32_t>(frame.size()),
                    .data_size_out = static_cast<std::uint32_t>(out.size()), .repeat = 1);
        if (bpf_prog_test_run_opts(program(role), &options) != 0) {
            ADD_FAILURE() << "BPF_PROG_TEST_RUN refused a frame of " << frame.size() << " bytes";
        }
        out.resize(options.data_size_out);
        return {options.retval == 4   ? Verdict::kRedirect
                : options.retval == 2 ? Verdict::kPass
                                      : Verdict::kDrop,
                std::move(out)};
    }

    std::unique_ptr<steer_bpf, Deleter> skeleton;
    std::unique_ptr<MapStore> store;
    std::unique_ptr<SteerTables> tables;
};

TEST_F(XdpPackets, Rows) {
    for (const auto& row : all_cases()) {
        const auto* name = reason_name(row.reason);
        auto before = store->counters();
        const auto [verdict, frame] = run(row.frame, row.role);
        expect_row(row, verdict, frame);
        auto after = store->counters();
        EXPECT_EQ(after.reasons.at(name), before.reasons.at(name) + 1) << row.name;
        const ServiceId service{row.service};
        EXPECT_EQ(after.services[service].packets, before.services[service].packets + (row.service ? 1 : 0))
            << row.name;
    }
}

TEST_F(XdpPackets, Placement_NewFlowsAndTheirSecondChoices) {
    const SteadyClock clock;
    ASSERT_TRUE(prepare_placement(*tables, clock.now()));
    for (const auto& row : placement_cases()) {
        ASSERT_TRUE(!row.before || row.before(*store, *tables, clock.now())) << row.name;
        const auto before = store->counters();
        const auto [verdict, frame] = run(row.frame, PacketRole::kExternal);
        expect_placed(row, frame, before, store->counters());
    }
}

TEST_F(XdpPackets, Golden_EveryModeAndLength_BitForBit) {
    std::uint64_t generation = 100;
    for (const auto& row : golden_cases()) {
        const auto ready = prepare_golden(*tables, row, ++generation, SteadyClock().now());
        ASSERT_TRUE(ready) << row.name << ": " << ready.error().text();
        const auto [verdict, frame] = run(golden_packet(row), PacketRole::kExternal);
        EXPECT_EQ(verdict, Verdict::kRedirect) << row.name;
        EXPECT_EQ(frame, row.expected) << row.name;
    }
}

/// Half of the slots move away, so that recording and following are compared as well.
void move_half(SteerTables& tables, MonoTime now) {
    auto plan = case_plan();
    plan.id.generation = 2;
    for (auto& service : plan.services) {
        service.shares = {{SiteId{1}, kWholeShare / 2}, {SiteId{2}, kWholeShare / 2}};
    }
    ASSERT_TRUE(tables.apply(plan, now));
}

TEST_F(XdpPackets, MillionRandomPackets_EqualToTheHost) {
    constexpr int kPackets = 1'000'000;
    HostEngine host;
    SteerTables host_tables(host, address("fc00:0:1::1"));
    const SteadyClock clock;
    ASSERT_TRUE(prepare(host_tables, clock.now()));
    ASSERT_TRUE(write_sid_rows(host, case_sids()));
    move_half(host_tables, clock.now());
    move_half(*tables, clock.now());
    RandomFrames frames(20261121);
    int mismatches = 0;
    for (int i = 0; i < kPackets && mismatches < 10; i++) {
        if (i % 500 == 0) { // answers are limited by time, which differs on the two sides
            const std::vector<std::uint64_t> never(static_cast<std::size_t>(libbpf_num_possible_cpus()));
            const std::uint32_t only = 0;
            host.answer_budget() = 0;
            ASSERT_EQ(bpf_map_update_elem(bpf_map__fd(skeleton->maps.sl_answers), &only, never.data(), 0), 0);
        }
        const auto frame = frames.next();
        const auto role = static_cast<PacketRole>(i % 5 < 3 ? 0 : i % 5 - 2);
        const auto expected = host.run(frame, role, clock.now());
        const auto [verdict, out] = run(frame, role);
        if (verdict != expected.verdict || out != expected.frame) {
            mismatches++;
            ADD_FAILURE() << "packet " << i << ", host says " << reason_name(expected.reason);
        }
    }
    EXPECT_EQ(mismatches, 0);
    EXPECT_EQ(store->counters().reasons, host.counters().reasons);
    EXPECT_GT(host.counters().reasons.at("recorded"), 0U);
    EXPECT_EQ(store->exceptions(1'000'000, clock.now()).size(), host.exceptions());
}

} // namespace
} // namespace suanlu::packets
