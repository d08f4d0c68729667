// SPDX-License-Identifier: Apache-2.0
// Series of electricity prices or carbon intensities out of tables of real data, and courses made of them.
// Hours are those of the file, whichever zone it is in. Refusals are "FILE:LINE: what". Pure.
#pragma once

#include <array>
#include <string>

#include "simulator/course.hpp"
#include "simulator/file_search.hpp"

namespace suanlu::sim {

struct HourlySeries {
    struct Row {
        double unix_s = 0;
        double value = 0;
    };
    std::vector<Row> rows; ///< ascending; rows without a value are left out; one at least
    /// What stands in the column's title: "EUR" of "Price (EUR/MWh)"; empty for carbon.
    std::string currency;
};

/// Column "Price (EUR/MWh)": a currency of three capital letters, per MWh; another unit is refused.
Result<HourlySeries> read_prices(const NamedText& data);
/// Column "Carbon Intensity", g per kWh, with or without the unit in its title; another unit is refused.
Result<HourlySeries> read_carbon(const NamedText& data);

using HoursOfDay = std::array<double, 24>;

/// The mean of every hour of the day; kBadInput: an hour without a value.
Result<HoursOfDay> mean_day(const HourlySeries& series);

/// When a run begins by the clock of tariffs, and how many of its seconds pass in one of the simulation.
struct TariffClock {
    double second_of_day = 0;
    double speed = 1;
};

/// A day that repeats itself: values from their seconds of the day on (ascending), in the simulation's time.
Result<Course> daily_course(const std::vector<Course::Step>& by_second_of_day, const TariffClock& clock);
/// The series itself from a moment on; it ends with the file, or before hours that the file lacks. kBadInput:
/// the file does not know that moment.
Result<Course> dated_course(const HourlySeries& series, double begin_unix_s, double speed);

} // namespace suanlu::sim
