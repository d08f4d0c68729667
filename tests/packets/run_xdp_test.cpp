// SPDX-License-Identifier: Apache-2.0
// The same rows in the kernel through BPF_PROG_TEST_RUN, and random packets on both sides with equal results.
#include <linux/bpf.h>

#include <algorithm>
#include <cstring>

#include "dataplane/api/flow_story.hpp"
#include "dataplane/xdp/explain_program.hpp"
#include "steer.skel.h"
#include "tests/packets/bpf_packets.hpp"
#include "tests/packets/golden_cases.hpp"
#include "tests/packets/placement_cases.hpp"

namespace suanlu::packets {
namespace {

class XdpPackets : public BpfPackets<steer_bpf> {
protected:
    std::pair<Verdict, Frame> run(const Frame& frame, PacketRole role) const {
        auto done = test_run(frame, role);
        if (!done) {
            ADD_FAILURE() << "BPF_PROG_TEST_RUN refused a frame of " << frame.size() << " bytes";
            return {Verdict::kDrop, {}};
        }
        return {done->first == XDP_REDIRECT ? Verdict::kRedirect
                : done->first == XDP_PASS   ? Verdict::kPass
                                            : Verdict::kDrop,
                std::move(done->second)};
    }
};

TEST_F(XdpPackets, Rows) {
    for (const auto& row : all_cases()) {
        const auto before = counted(store->counters(), *tables);
        const auto [verdict, frame] = run(row.frame, row.role);
        expect_row(row, verdict, frame);
        expect_counted(row, before, counted(store->counters(), *tables));
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

/// Every byte of the maps that packets write.
std::vector<std::uint8_t> live_state(const steer_bpf& skeleton, MapStore& store) {
    const auto slots = std::as_bytes(store.slots()); // mapped: millions of them
    std::vector<std::uint8_t> all(slots.size());
    std::memcpy(all.data(), slots.data(), slots.size());
    const auto& maps = skeleton.maps;
    const auto cpus = static_cast<std::size_t>(libbpf_num_possible_cpus());
    for (const auto* map : {maps.sl_starts, maps.sl_exceptions, maps.sl_fragments, maps.sl_buckets,
                            maps.sl_counters, maps.sl_site_counters, maps.sl_reasons, maps.sl_answers,
                            maps.sl_marks, maps.sl_inserts, maps.sl_credits, maps.sl_site_starts}) {
        std::vector<std::uint8_t> key(bpf_map__key_size(map));
        std::vector<std::uint8_t> value((bpf_map__value_size(map) + 7) / 8 * 8 * cpus);
        const int fd = bpf_map__fd(map);
        for (bool has = bpf_map_get_next_key(fd, nullptr, key.data()) == 0; has;) {
            if (bpf_map_lookup_elem(fd, key.data(), value.data()) == 0) {
                all.insert(all.end(), value.begin(), value.end());
            }
            const auto last = key;
            has = bpf_map_get_next_key(fd, last.data(), key.data()) == 0;
        }
    }
    return all;
}

InterfaceRole role_of(PacketRole role) {
    return role == PacketRole::kExternal ? InterfaceRole::kExternal
           : role == PacketRole::kSite   ? InterfaceRole::kSite
                                         : InterfaceRole::kCore;
}

TEST_F(XdpPackets, Explain_SaysWhatThePacketWouldMeet_AndChangesNothing) {
    const auto explainer = ExplainProgram::load(*skeleton->obj);
    ASSERT_TRUE(explainer) << explainer.error().text();
    run(build_frame(udp(false, 20)), PacketRole::kExternal); // something to keep
    auto before = live_state(*skeleton, *store);
    for (const auto& row : all_cases()) {
        if (row.is_sequel) {
            continue;
        }
        const auto told = (*explainer)->run(row.frame, role_of(row.role), kInterface);
        ASSERT_TRUE(told) << told.error().text();
        EXPECT_EQ(static_cast<Verdict>(told->story.verdict), row.verdict) << row.name;
        EXPECT_STREQ(reason_name(static_cast<sl_reason>(told->story.trace.reason)), reason_name(row.reason))
            << row.name;
        EXPECT_LE(told->story.count, static_cast<std::uint32_t>(SL_STEPS)) << row.name;
    }
    EXPECT_TRUE(before == live_state(*skeleton, *store));
    move_half(*tables, SteadyClock().now());
    before = live_state(*skeleton, *store);
    int recorded = 0;
    for (const auto& row : all_cases()) {
        const auto told = (*explainer)->run(row.frame, role_of(row.role), kInterface);
        ASSERT_TRUE(told) << told.error().text();
        const auto* end = told->story.steps + std::min<std::size_t>(told->story.count, SL_STEPS);
        recorded += static_cast<int>(std::count_if(
            told->story.steps, end, [](const sl_step& step) { return step.kind == SL_STEP_RECORD; }));
    }
    EXPECT_GT(recorded, 0) << "flows of slots that move would be written down";
    EXPECT_TRUE(before == live_state(*skeleton, *store));
}

std::string text_of(const FlowStory& story, const char* stage) {
    std::string out;
    for (const auto& step : story.steps) {
        out += step.stage == stage ? (out.empty() ? "" : "; ") + step.what : "";
    }
    return out;
}

TEST_F(XdpPackets, Explain_TellsEveryStep) {
    tables->set_sampling(1);
    const auto explainer = ExplainProgram::load(*skeleton->obj);
    ASSERT_TRUE(explainer) << explainer.error().text();
    FlowQuestion question;
    question.flow = *parse_flow("[2001:db8:c1::2]:40000->[2001:db8:a::1]:8080/tcp");
    question.is_start = true;
    const auto plan = case_plan();
    auto run = (*explainer)->run(build_frame(packet_of(question)), InterfaceRole::kExternal, kInterface);
    ASSERT_TRUE(run) << run.error().text();
    run->interface = "if1";
    run->out_interface = "lo";
    const auto story = tell_story(*run, &plan, "xdp-native");
    EXPECT_EQ(story.verdict, "redirect");
    EXPECT_EQ(story.reason, "steered");
    EXPECT_EQ(story.service, "service-1");
    EXPECT_EQ(story.site, "site-1");
    EXPECT_EQ(text_of(story, "packet"), "78 bytes in by if1");
    EXPECT_EQ(text_of(story, "border"), "passed");
    EXPECT_EQ(text_of(story, "service"), "protocol 6, port 8080, tenant 0: service-1, 251 slots");
    EXPECT_EQ(text_of(story, "entry"), "none: the entry marks say so");
    EXPECT_NE(text_of(story, "slot").find("base site-1, never moved"), std::string::npos)
        << text_of(story, "slot");
    EXPECT_NE(text_of(story, "slot").find("effective site-1: the slot rests"), std::string::npos);
    EXPECT_NE(text_of(story, "site").find("site-1: alive, 1 usable paths"), std::string::npos);
    EXPECT_EQ(text_of(story, "count"),
              "mss_clamped: MSS of a SYN lowered to the path; sampled: new flow told of, as one in so many");
    EXPECT_NE(text_of(story, "path").find("rank 0"), std::string::npos);
    EXPECT_EQ(text_of(story, "outer").substr(0, 38), "fc00:0:1::1 -> fc00:0:a1:e1:f006::, fl");
    EXPECT_EQ(text_of(story, "link"), "lo, 02:00:00:00:00:08 -> 02:00:00:00:00:09");
    EXPECT_EQ(text_of(story, "event"), "would tell of a new flow at site-1");
    EXPECT_EQ(text_of(story, "verdict"), "redirect, steered: encapsulated and sent towards a site");
}

TEST_F(XdpPackets, SamplesThatNobodyFetches_AreLostAndCounted) {
    tables->set_sampling(1);
    const auto room = bpf_map__max_entries(skeleton->maps.sl_events) / (sizeof(sl_flow_event) + 8);
    for (std::uint32_t port = 1; port <= room + 20; port++) {
        run(start_of(static_cast<std::uint16_t>(port)), PacketRole::kExternal);
    }
    const auto reasons = store->counters().reasons;
    EXPECT_NEAR(static_cast<double>(reasons.at("sampled")), static_cast<double>(room), 2);
    EXPECT_EQ(reasons.at("sampled") + reasons.at("sample_lost"), room + 20);
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
    host_tables.set_sampling(3);
    tables->set_sampling(3);
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
    const auto reasons = with_all_samples(store->counters().reasons);
    EXPECT_EQ(reasons, with_all_samples(host.counters().reasons));
    EXPECT_GT(reasons.at("sampled"), 0U);
    EXPECT_LT(reasons.at("sampled"), reasons.at("steered") / 3);
    EXPECT_EQ(*tables->site_counts(), *host_tables.site_counts());
    EXPECT_GT(host.counters().reasons.at("recorded"), 0U);
    EXPECT_EQ(store->exceptions(1'000'000, clock.now()).size(), host.exceptions());
}

} // namespace
} // namespace suanlu::packets
