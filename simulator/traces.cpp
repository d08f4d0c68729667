// SPDX-License-Identifier: Apache-2.0
#include "simulator/traces.hpp"

#include <algorithm>
#include <numeric>

#include "controller/topology/files/text_lines.hpp"
#include "simulator/table_rows.hpp"

namespace suanlu::sim {

namespace {

constexpr double kMostTokens = 1e7;
constexpr double kLeastLoad = 0.01;

Result<double> tokens_of(const TableRows& rows, const std::vector<std::string_view>& row,
                         std::size_t column) {
    SL_TRY(const double value, rows.number(row, column));
    if (value < 0 || value > kMostTokens) {
        return rows.refuse("tokens must be 0 to 10 million");
    }
    return value;
}

/// The first file of a tar archive (POSIX.1-1988 header: size in octal at byte 124); other texts are given
/// back as they are.
Result<NamedText> unpacked(const NamedText& data) {
    constexpr std::size_t kBlock = 512;
    if (data.text.size() < kBlock || data.text.compare(257, 5, "ustar") != 0) {
        return data;
    }
    std::size_t size = 0;
    for (std::size_t i = 124; i < 135 && data.text[i] >= '0' && data.text[i] <= '7'; ++i) {
        size = size * 8 + static_cast<std::size_t>(data.text[i] - '0');
    }
    if (size > data.text.size() - kBlock) {
        return Error{Errc::kBadInput, data.name + ":1: archive that ends too early"};
    }
    return NamedText{data.name, data.text.substr(kBlock, size)};
}

bool is_missing(std::string_view field) {
    return field.empty() || field == "NULL" || field == "None";
}

/// (time, value) of the rows that have both.
Result<std::vector<std::pair<double, double>>> read_rates(const NamedText& data) {
    TableRows rows(data, TableRows::Between::kCommas);
    SL_TRY(const std::vector<std::size_t> columns, rows.columns({"timestamp_anon", "value"}));
    std::vector<std::pair<double, double>> out;
    while (true) {
        SL_TRY(const std::vector<std::string_view> row, rows.next());
        if (row.empty()) {
            break;
        }
        SL_TRY(const std::string_view at, rows.field(row, columns[0]));
        SL_TRY(const std::string_view rate, rows.field(row, columns[1]));
        if (is_missing(at) || is_missing(rate)) {
            continue;
        }
        SL_TRY(const double time, rows.number(row, columns[0]));
        SL_TRY(const double value, rows.number(row, columns[1]));
        if (value < 0) {
            return rows.refuse("negative rate");
        }
        out.emplace_back(time, value);
    }
    return out;
}

} // namespace

Result<RequestTrace> read_request_trace(const NamedText& data) {
    TableRows rows(data, TableRows::Between::kCommas);
    SL_TRY(const std::vector<std::size_t> columns,
           rows.columns({"TIMESTAMP", "ContextTokens", "GeneratedTokens"}));
    RequestTrace out;
    double last = -1;
    while (true) {
        SL_TRY(const std::vector<std::string_view> row, rows.next());
        if (row.empty()) {
            break;
        }
        SL_TRY(const std::string_view at, rows.field(row, columns[0]));
        const auto time = time_of(at);
        if (!time) {
            return rows.refuse(quoted(at) + " is no time (2023-11-16 18:15:46.68)");
        }
        SL_TRY(const double prompt, tokens_of(rows, row, columns[1]));
        SL_TRY(const double answer, tokens_of(rows, row, columns[2]));
        if (!out.tokens.empty()) {
            if (*time < last) {
                return rows.refuse("earlier than the row before");
            }
            out.gaps_s.push_back(*time - last);
        }
        last = *time;
        out.tokens.emplace_back(prompt, std::max(1.0, answer));
    }
    if (out.gaps_s.empty()) {
        return rows.refuse("fewer than two requests");
    }
    return out;
}

Result<std::vector<double>> read_pod_durations(const NamedText& data) {
    TableRows rows(data, TableRows::Between::kCommas);
    SL_TRY(const std::vector<std::size_t> columns, rows.columns({"scheduled_time", "deletion_time"}));
    std::vector<double> out;
    while (true) {
        SL_TRY(const std::vector<std::string_view> row, rows.next());
        if (row.empty()) {
            break;
        }
        SL_TRY(const std::string_view from, rows.field(row, columns[0]));
        SL_TRY(const std::string_view to, rows.field(row, columns[1]));
        if (is_missing(from) || is_missing(to)) {
            continue;
        }
        SL_TRY(const double begin, rows.number(row, columns[0]));
        SL_TRY(const double end, rows.number(row, columns[1]));
        if (end > begin) {
            out.push_back(end - begin);
        }
    }
    if (out.empty()) {
        return rows.refuse("no pod with a duration");
    }
    return out;
}

Result<std::vector<double>> read_load_curve(const NamedText& data, std::size_t steps) {
    SL_TRY(const NamedText table, unpacked(data));
    SL_TRY(const auto rates, read_rates(table));
    const auto [first, last] = std::minmax_element(rates.begin(), rates.end());
    if (rates.empty() || last->first <= first->first) {
        return Error{Errc::kBadInput, data.name + ":1: no span of time with rates"};
    }
    std::vector<double> out(steps, 0);
    const double span = last->first - first->first;
    for (const auto& [time, value] : rates) {
        const double part = (time - first->first) / span * static_cast<double>(steps);
        out[std::min(steps - 1, static_cast<std::size_t>(part))] += value;
    }
    const double mean = std::accumulate(out.begin(), out.end(), 0.0) / static_cast<double>(steps);
    if (mean <= 0) {
        return Error{Errc::kBadInput, data.name + ":1: all rates are 0"};
    }
    for (double& step : out) {
        step = std::max(kLeastLoad, step / mean);
    }
    return out;
}

} // namespace suanlu::sim
