// SPDX-License-Identifier: Apache-2.0
// Fields of a scenario file that carry a unit: "80%", "300W", "320g/kWh", "2TB", "18:30". Each complains at
// its place when the text is of another kind or out of bounds, and gives `fallback` when absent. Pure.
#pragma once

#include <cstdint>

#include "core/support/yaml_walk.hpp"

namespace suanlu::sim {

/// "15%" as 0.15; `most` is 1 for a whole.
double read_share(YamlNode node, double most, double fallback);
/// "20ms", at most `most_s`; seconds.
double read_seconds(YamlNode node, double most_s, double fallback);
/// "300W", "1.2kW", "3MW".
double read_watts(YamlNode node, double fallback);
/// "320g/kWh".
double read_grams_per_kwh(YamlNode node, double fallback);
/// "500GB", "2TB"; powers of 1000.
std::uint64_t read_bytes(YamlNode node, std::uint64_t fallback);
/// "18:30" as hours since midnight.
double read_time_of_day(YamlNode node, double fallback);
/// "2024-01-15" as Unix seconds of its midnight.
double read_date(YamlNode node, double fallback);
/// Letters, digits, '.', '_', '-', ' ' and "'": what may be shown and be a part of other texts.
std::string read_name(YamlNode node, std::string fallback);

} // namespace suanlu::sim
