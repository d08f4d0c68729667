// SPDX-License-Identifier: Apache-2.0
// What came out of the runs of a scenario, one row per policy: a table for people, or JSON
// (docs/reference/sim.schema.json). Pure.
#pragma once

#include <string>
#include <vector>

#include "simulator/simulate.hpp"

namespace suanlu::sim {

/// All outcomes are of `scenario`, run with the same seed.
struct SimReport {
    Scenario scenario;
    std::vector<Outcome> outcomes;
};

/// Largest standard deviation of a site's utilisation in one second.
double oscillation(const Outcome& outcome);

std::string to_table(const SimReport& report, bool colour);
std::string to_json(const SimReport& report);

} // namespace suanlu::sim
