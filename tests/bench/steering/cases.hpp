// SPDX-License-Identifier: Apache-2.0
// What the steering benchmark simulates: the built-in scenarios and the files beside this one, of which it
// varies load, seed and periods only, and a pool that runs many simulations on all cores. Results do not
// depend on how many cores there are.
#pragma once

#include <string>
#include <vector>

#include "simulator/scenario_file.hpp"

namespace suanlu::bench {

/// A built-in scenario or a file; ends the program with a complaint when there is none.
sim::Scenario scenario(const std::string& name_or_path, std::uint64_t seed);
sim::Scenario at_load(sim::Scenario s, double load);
/// Reports and decisions every `period_s`.
sim::Scenario with_period(sim::Scenario s, double period_s);
/// The sizes of the trace in random order: as they are distributed, not as they follow one another.
sim::Scenario shuffled(sim::Scenario s);

struct Run {
    sim::Scenario scenario;
    sim::DispatcherSpec spec;
    sim::Outcome outcome;
};

/// Simulates all; false after a complaint on stderr when one could not be.
bool run_all(std::vector<Run>& runs);

} // namespace suanlu::bench
