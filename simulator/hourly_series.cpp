// SPDX-License-Identifier: Apache-2.0
#include "simulator/hourly_series.hpp"

#include <algorithm>
#include <cmath>

#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/text_lines.hpp"
#include "simulator/table_rows.hpp"

namespace suanlu::sim {

namespace {

constexpr double kDay = 86400;
/// A value holds no longer than this; longer gaps are gaps.
constexpr double kLongestHold = 3 * 3600;
constexpr double kUsualHold = 3600;

/// "EUR" of "Price (EUR/MWh)".
std::optional<std::string> currency_of(std::string_view title) {
    constexpr std::string_view kBefore = "Price (";
    constexpr std::string_view kAfter = "/MWh)";
    constexpr std::size_t kLetters = 3;
    if (title.size() != kBefore.size() + kLetters + kAfter.size() || !title.starts_with(kBefore) ||
        !title.ends_with(kAfter)) {
        return std::nullopt;
    }
    const std::string_view out = title.substr(kBefore.size(), kLetters);
    const bool is_code = std::all_of(out.begin(), out.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    return is_code ? std::optional(std::string(out)) : std::nullopt;
}

/// "Carbon Intensity", or the same with "g.../kWh" behind it.
bool is_grams_per_kwh(std::string_view title) {
    constexpr std::string_view kName = "Carbon Intensity";
    const std::string_view unit = trimmed(title.substr(kName.size()));
    return unit.empty() ||
           (unit.find("/kWh") != std::string_view::npos && (unit.front() == 'g' || unit.starts_with("(g")));
}

Result<std::vector<HourlySeries::Row>> read_rows(TableRows& rows, std::size_t column) {
    std::vector<HourlySeries::Row> out;
    while (true) {
        SL_TRY(const std::vector<std::string_view> row, rows.next());
        if (row.empty()) {
            break;
        }
        const auto time = time_of(row[0]);
        if (!time) {
            return rows.refuse(quoted(row[0]) + " is no time (2024-01-01 00:00:00)");
        }
        SL_TRY(const std::string_view field, rows.field(row, column));
        if (field.empty()) {
            continue;
        }
        SL_TRY(const double value, rows.number(row, column));
        if (!out.empty() && *time <= out.back().unix_s) {
            return rows.refuse(quoted(row[0]) + " is not after the row before it");
        }
        out.push_back({*time, value});
    }
    if (out.empty()) {
        return rows.refuse("no value at all");
    }
    return out;
}

} // namespace

Result<HourlySeries> read_prices(const NamedText& data) {
    TableRows rows(data, TableRows::Between::kCommas);
    SL_TRY(const std::vector<std::size_t> columns, rows.columns({"Price"}));
    const auto currency = currency_of(rows.title(columns[0]));
    if (!currency) {
        return rows.refuse(quoted(rows.title(columns[0])) + " is no price of a MWh: 'Price (EUR/MWh)'");
    }
    SL_TRY(auto values, read_rows(rows, columns[0]));
    return HourlySeries{std::move(values), *currency};
}

Result<HourlySeries> read_carbon(const NamedText& data) {
    TableRows rows(data, TableRows::Between::kCommas);
    SL_TRY(const std::vector<std::size_t> columns, rows.columns({"Carbon Intensity"}));
    if (!is_grams_per_kwh(rows.title(columns[0]))) {
        return rows.refuse(quoted(rows.title(columns[0])) + " is not in g/kWh");
    }
    SL_TRY(auto values, read_rows(rows, columns[0]));
    return HourlySeries{std::move(values), {}};
}

Result<HoursOfDay> mean_day(const HourlySeries& series) {
    HoursOfDay sum{};
    HoursOfDay count{};
    for (const HourlySeries::Row& row : series.rows) {
        const double second = row.unix_s - std::floor(row.unix_s / kDay) * kDay;
        const auto hour = std::min(static_cast<std::size_t>(second / 3600), sum.size() - 1);
        sum[hour] += row.value;
        count[hour] += 1;
    }
    for (std::size_t hour = 0; hour < sum.size(); ++hour) {
        if (count[hour] == 0) {
            return Error{Errc::kBadInput, "no value for hour " + std::to_string(hour) + " of the day"};
        }
        sum[hour] /= count[hour];
    }
    return sum;
}

Result<Course> daily_course(const std::vector<Course::Step>& by_second_of_day, const TariffClock& clock) {
    std::vector<Course::Step> steps;
    for (const Course::Step& step : by_second_of_day) {
        steps.push_back({(step.at_s - clock.second_of_day) / clock.speed, step.value});
    }
    return Course::of(std::move(steps), kDay / clock.speed);
}

Result<Course> dated_course(const HourlySeries& series, double begin_unix_s, double speed) {
    const auto after = std::upper_bound(series.rows.begin(), series.rows.end(), begin_unix_s,
                                        [](double at, const auto& row) { return at < row.unix_s; });
    if (after == series.rows.begin() || begin_unix_s - (after - 1)->unix_s > kLongestHold) {
        return Error{Errc::kBadInput, "has no value for the date and time at which the run begins"};
    }
    std::vector<Course::Step> steps;
    double last = (after - 1)->unix_s;
    for (auto row = after - 1; row != series.rows.end() && row->unix_s - last <= kLongestHold; ++row) {
        steps.push_back({(row->unix_s - begin_unix_s) / speed, row->value});
        last = row->unix_s;
    }
    return Course::of(std::move(steps), 0, (last + kUsualHold - begin_unix_s) / speed);
}

} // namespace suanlu::sim
