// SPDX-License-Identifier: Apache-2.0
// A series of prices or carbon intensities, as the mean of every hour of the day. Hours are those of the
// file, whichever zone it is in. Refusals are "FILE:LINE: what". Pure.
#pragma once

#include <array>

#include "simulator/file_search.hpp"

namespace suanlu::sim {

using HoursOfDay = std::array<double, 24>;

/// A table whose first column is a time and one of whose titles begins with `title`. Empty fields are passed
/// over; an hour of the day without a value is refused.
Result<HoursOfDay> read_hours_of_day(const NamedText& data, std::string_view title);

} // namespace suanlu::sim
