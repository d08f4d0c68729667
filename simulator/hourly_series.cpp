// SPDX-License-Identifier: Apache-2.0
#include "simulator/hourly_series.hpp"

#include <cmath>

#include "controller/topology/files/text_lines.hpp"
#include "simulator/table_rows.hpp"

namespace suanlu::sim {

Result<HoursOfDay> read_hours_of_day(const NamedText& data, std::string_view title) {
    TableRows rows(data, TableRows::Between::kCommas);
    SL_TRY(const std::vector<std::size_t> columns, rows.columns({title}));
    HoursOfDay sum{};
    HoursOfDay count{};
    while (true) {
        SL_TRY(const std::vector<std::string_view> row, rows.next());
        if (row.empty()) {
            break;
        }
        const auto time = time_of(row[0]);
        if (!time) {
            return rows.refuse(quoted(row[0]) + " is no time (2024-01-01 00:00:00)");
        }
        SL_TRY(const std::string_view field, rows.field(row, columns[0]));
        if (field.empty()) {
            continue;
        }
        SL_TRY(const double value, rows.number(row, columns[0]));
        const double second = *time - std::floor(*time / 86400) * 86400;
        const auto hour = std::min(static_cast<std::size_t>(second / 3600), sum.size() - 1);
        sum[hour] += value;
        count[hour] += 1;
    }
    for (std::size_t hour = 0; hour < sum.size(); ++hour) {
        if (count[hour] == 0) {
            return rows.refuse("no value for hour " + std::to_string(hour) + " of the day");
        }
        sum[hour] /= count[hour];
    }
    return sum;
}

} // namespace suanlu::sim
