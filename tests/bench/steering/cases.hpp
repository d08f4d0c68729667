// SPDX-License-Identifier: Apache-2.0
// What the steering benchmark simulates: the scenarios of the comparison that the default policy was chosen
// by (twelve ingresses, eight sites), and a pool that runs many simulations on all cores. Results do not
// depend on how many cores there are.
#pragma once

#include <string>
#include <vector>

#include "simulator/simulate.hpp"

namespace suanlu::bench {

/// Jobs of a second, lognormal with sigma 1, for 900 s; or of 50 ms, sigma 0.8, for 90 s with news on return
/// packets.
sim::Scenario llm(double load, double period_s, std::uint64_t seed);
sim::Scenario edge(double load, double period_s, std::uint64_t seed);
/// At 60 % load: four ingresses grow until the whole is at 90 %; one of the two largest sites dies.
sim::Scenario step(std::uint64_t seed);
sim::Scenario fail(std::uint64_t seed);
/// 1 to 1 000 jobs per connection.
sim::Scenario keepalive(double load, std::uint64_t seed);

struct Run {
    sim::Scenario scenario;
    sim::DispatcherSpec spec;
    sim::Outcome outcome;
};

/// Simulates all; false after a complaint on stderr when one could not be.
bool run_all(std::vector<Run>& runs);

} // namespace suanlu::bench
