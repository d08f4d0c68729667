// SPDX-License-Identifier: Apache-2.0
// New flows and their second choices, one after the other: the same packets on the host build of the core and
// in the kernel. Every slot of the service is site 1's; by the reports site 2 costs less.
#pragma once

#include "tests/packets/cases.hpp"

namespace suanlu::packets {

struct PlacementCase {
    std::string name;
    /// What user space does before the packet comes; may be empty.
    std::function<Status(TableStore&, SteerTables&, MonoTime)> before;
    Frame frame;
    std::uint16_t site = 1;
    /// What the packet counts of second choices and exceptions; the rest of these it must not.
    std::vector<sl_reason> counted;
};

std::vector<PlacementCase> placement_cases();
/// Puts their service in force, on tables that prepare() has seen.
Status prepare_placement(SteerTables& tables, MonoTime now);

/// Fails the running test when the packet, which left as `after`, went elsewhere than the row says or counted
/// something else.
void expect_placed(const PlacementCase& row, const Frame& after, const EngineCounters& counters_before,
                   const EngineCounters& counters_after);

} // namespace suanlu::packets
