// SPDX-License-Identifier: Apache-2.0
// Round trip times between named places, from published measurements (Azure regions, PlanetLab, Seattle) or
// from coordinates. Refusals are "FILE:LINE: what". Pure.
#pragma once

#include <map>
#include <vector>

#include "controller/topology/files/network_builder.hpp"
#include "simulator/file_search.hpp"

namespace suanlu::sim {

inline constexpr std::size_t kMostPlaces = 2000;

struct RoundTripMatrix {
    std::map<std::string, std::size_t, std::less<>> rows; ///< by name; anonymous ones are "0", "1", ...
    std::map<std::string, std::size_t, std::less<>> columns;
    std::vector<std::vector<double>> seconds; ///< negative = not measured
};

/// "azure": ms, names as heads, empty = none. "planetlab": ms, "seattle": seconds, both without heads, what
/// is not positive was not measured (but for the way from a place to itself).
Result<RoundTripMatrix> read_round_trips(const NamedText& data, std::string_view format);

/// A table with the columns latitude, longitude (degrees) and cluster or name.
Result<std::map<std::string, Place, std::less<>>> read_places(const NamedText& data);

} // namespace suanlu::sim
