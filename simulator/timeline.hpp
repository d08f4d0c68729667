// SPDX-License-Identifier: Apache-2.0
// The seconds of a run as at most so many points: long runs have more seconds than a plot has pixels. Pure.
#pragma once

#include "simulator/simulate.hpp"

namespace suanlu::sim {

/// Neighbouring seconds as one: counts are summed, response times put together, shares weighted by the jobs
/// that arrived, utilisation is the mean. Equal parts, the last may be shorter.
std::vector<Second> merged_seconds(const Outcome& outcome, std::size_t most);

} // namespace suanlu::sim
