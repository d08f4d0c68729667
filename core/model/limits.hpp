// SPDX-License-Identifier: Apache-2.0
// Bounds of the model's values that several folders check, each in one place.
#pragma once

#include <cstdint>

namespace suanlu {

/// Workers ("slots" in files and reports) of one service at one site: inventory, reports and models refuse
/// more. The queue model keeps a figure per worker in a table; a larger pool is declared as several sites.
inline constexpr double kMostWorkers = 65536;

/// Slots of a service's affinity table, a prime between these.
inline constexpr std::uint32_t kLeastTableSlots = 251;
inline constexpr std::uint32_t kMostTableSlots = 65537;

} // namespace suanlu
