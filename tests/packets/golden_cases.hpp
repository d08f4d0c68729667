// SPDX-License-Identifier: Apache-2.0
// Encapsulated packets as scapy writes them (golden/golden.py), for every mode, one to eight segments and
// both IP versions inside: the same rows on the host build of the core and in the kernel.
#pragma once

#include "tests/packets/cases.hpp"

namespace suanlu::packets {

struct GoldenCase {
    std::string name;
    bool is_v4 = false;
    PathPlan path;
    std::uint32_t application = 0;
    Frame expected;
};

/// Every row of golden/encapsulation.txt; fails the running test when it cannot be read.
std::vector<GoldenCase> golden_cases();
/// One service at one site by this path.
Plan golden_plan(const GoldenCase& row, std::uint64_t generation);
Status prepare_golden(SteerTables& tables, const GoldenCase& row, std::uint64_t generation, MonoTime now);
/// What the client sends.
Frame golden_packet(const GoldenCase& row);

} // namespace suanlu::packets
