// SPDX-License-Identifier: Apache-2.0
#include "tests/packets/golden_cases.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace suanlu::packets {
namespace {

Frame bytes_of(const std::string& hex) {
    Frame out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        out.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    }
    return out;
}

EncapMode mode_of(const std::string& text) {
    for (const auto mode : {EncapMode::kEncaps, EncapMode::kEncapsRed}) {
        if (to_text(mode) == text) {
            return mode;
        }
    }
    return EncapMode::kUsid;
}

GoldenCase read_case(const std::string& line) {
    GoldenCase row;
    std::istringstream words(line);
    std::string mode;
    std::string version;
    std::string sids;
    std::string last;
    std::string hex;
    words >> row.name >> mode >> version >> sids >> last >> row.application >> hex;
    row.is_v4 = version == "4";
    row.path.id = path_id(SiteId{1}, 0);
    row.path.mode = mode_of(mode);
    row.path.mtu = {kPathMtu};
    (row.is_v4 ? row.path.destination4 : row.path.destination6) = address(last.c_str());
    std::istringstream list(sids == "-" ? "" : sids);
    for (std::string sid; std::getline(list, sid, ',');) {
        row.path.sids.push_back(address(sid.c_str()));
    }
    row.expected = bytes_of(hex);
    return row;
}

} // namespace

std::vector<GoldenCase> golden_cases() {
    std::ifstream file(GOLDEN_FILE);
    std::vector<GoldenCase> rows;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line[0] != '#') {
            rows.push_back(read_case(line));
        }
    }
    EXPECT_EQ(rows.size(), 128U) << GOLDEN_FILE;
    return rows;
}

Plan golden_plan(const GoldenCase& row, std::uint64_t generation) {
    Plan plan = case_plan();
    plan.id.generation = generation;
    plan.sites = {{SiteId{1}, "site-1", {}, {row.path}}};
    plan.services = {plan.services[1]}; // UDP 9001
    plan.services[0].id = {1};
    plan.services[0].traffic.application = row.application;
    return plan;
}

Status prepare_golden(SteerTables& tables, const GoldenCase& row, std::uint64_t generation, MonoTime now) {
    SL_TRY_VOID(tables.apply(golden_plan(row, generation), now));
    const NextHop hop{kInterface, {2, 0, 0, 0, 0, 8}, {2, 0, 0, 0, 0, 9}};
    return tables.set_paths(SiteId{1}, std::array{UsablePath{row.path.id, hop}}, now);
}

Frame golden_packet(const GoldenCase& row) {
    SyntheticPacket packet;
    packet.flow = {address(row.is_v4 ? "10.0.1.2" : "2001:db8:c1::2"), 40000,
                   address(row.is_v4 ? "198.51.100.1" : "2001:db8:a::1"), 9001, Transport::kUdp};
    packet.payload = 20;
    packet.traffic_class = 0xb9;
    return build_frame(packet);
}

} // namespace suanlu::packets
