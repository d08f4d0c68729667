// SPDX-License-Identifier: Apache-2.0
#include "tests/packets/placement_cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace suanlu::packets {
namespace {

constexpr sl_reason kReasons[] = {SL_R_second_choice, SL_R_second_no_news, SL_R_second_refused,
                                  SL_R_insert_capped, SL_R_recorded,       SL_R_exception_full};

/// A job costs a hundredth of a second for each that is there; news stays as it is.
SitePlacement placement(std::uint16_t site) {
    SitePlacement out;
    out.site = {site};
    out.service_time = {1'000'000'000};
    out.relaxation = {1'000'000'000};
    out.delta = {{0}, {10'000}};
    out.slope = {10'000};
    return out;
}

/// A TCP packet of the flow with this number.
Frame tcp(std::uint16_t flow, std::uint8_t flags) {
    auto p = packet(false, Transport::kTcp, 8080);
    p.flow.source_port = static_cast<std::uint16_t>(30'000 + flow);
    p.tcp_flags = flags;
    return build_frame(p);
}
Frame start(std::uint16_t flow) {
    return tcp(flow, SyntheticPacket::kSyn);
}

/// Site 1 has ninety jobs, site 2 none; what flows have earned so far is granted.
Status tell_loads(TableStore&, SteerTables& tables, MonoTime now) {
    tables.take_loads(std::array{SiteJobs{{1}, {1}, 90, now}, SiteJobs{{1}, {2}, 0, now}}, now);
    return tables.tick(now);
}

/// One exception an hour, so that it does not matter how long the test takes.
Status cap_inserts(TableStore& store, SteerTables&, MonoTime) {
    store.control().insert_gap = std::chrono::nanoseconds(std::chrono::hours(1)).count();
    return {};
}

} // namespace

Status prepare_placement(SteerTables& tables, MonoTime now) {
    auto plan = case_plan();
    plan.id.generation++;
    plan.services[0].placement.exception_ppm = kWholeShare / 4;
    plan.services[0].placement.sites = {placement(1), placement(2)};
    return tables.apply(plan, now);
}

std::vector<PlacementCase> placement_cases() {
    std::vector<PlacementCase> rows;
    std::uint16_t flow = 0;
    for (; flow < 16; flow++) { // they earn four second choices
        rows.push_back({"no site has said anything", {}, start(flow), 1, {SL_R_second_no_news}});
    }
    rows.push_back({"site 2 costs less", tell_loads, start(16), 2, {SL_R_second_choice, SL_R_recorded}});
    rows.push_back({"what follows its start", {}, tcp(16, SyntheticPacket::kAck), 2, {}});
    rows.push_back({"a start again", {}, start(16), 2, {}});
    rows.push_back({"a flow of before the news", {}, tcp(3, SyntheticPacket::kAck), 1, {}});
    rows.push_back({"first of the hour", cap_inserts, start(17), 2, {SL_R_second_choice, SL_R_recorded}});
    rows.push_back({"second of the hour", {}, start(18), 1, {SL_R_insert_capped}});
    rows.push_back({"over the cap, it stays", {}, tcp(18, SyntheticPacket::kAck), 1, {}});
    rows.push_back({"under the cap, it stays", {}, tcp(17, SyntheticPacket::kAck), 2, {}});
    rows.push_back({"last of the credit", {}, start(19), 1, {SL_R_insert_capped}});
    rows.push_back({"no credit is left", {}, start(20), 1, {SL_R_second_refused}});
    return rows;
}

void expect_placed(const PlacementCase& row, const Frame& after, const EngineCounters& counters_before,
                   const EngineCounters& counters_after) {
    const auto to = address(row.site == 1 ? "fc00:0:a1:e1:f006::" : "fc00:0:a1:e3:f006::").bytes;
    ASSERT_GT(after.size(), 54U) << row.name;
    EXPECT_TRUE(std::equal(to.begin(), to.end(), after.begin() + 38)) << row.name << ": the other site";
    for (const auto reason : kReasons) {
        const auto* name = reason_name(reason);
        const auto expected = std::count(row.counted.begin(), row.counted.end(), reason);
        EXPECT_EQ(counters_after.reasons.at(name) - counters_before.reasons.at(name),
                  static_cast<std::uint64_t>(expected))
            << row.name << ": " << name;
    }
}

} // namespace suanlu::packets
