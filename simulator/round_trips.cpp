// SPDX-License-Identifier: Apache-2.0
#include "simulator/round_trips.hpp"

#include <cmath>

#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/text_lines.hpp"
#include "simulator/table_rows.hpp"

namespace suanlu::sim {

namespace {

constexpr double kLongestRoundTrip = 1000; // s

Result<double> seconds_of(const TableRows& rows, const std::vector<std::string_view>& row, std::size_t column,
                          double unit) {
    SL_TRY(const double value, rows.number(row, column));
    if (value * unit > kLongestRoundTrip) {
        return rows.refuse("round trip of more than 1000 s");
    }
    return value * unit;
}

Result<RoundTripMatrix> read_named(const NamedText& data) {
    TableRows rows(data, TableRows::Between::kCommas);
    SL_TRY(const std::vector<std::string_view> heads, rows.next());
    RoundTripMatrix out;
    for (std::size_t column = 1; column < heads.size(); ++column) {
        if (!out.columns.emplace(heads[column], column - 1).second) {
            return rows.refuse(quoted(heads[column]) + " twice");
        }
    }
    while (true) {
        SL_TRY(const std::vector<std::string_view> row, rows.next());
        if (row.empty()) {
            break;
        }
        if (row.size() != heads.size() || out.seconds.size() == kMostPlaces) {
            return rows.refuse("expected " + std::to_string(heads.size()) + " fields and at most " +
                               std::to_string(kMostPlaces) + " rows");
        }
        if (!out.rows.emplace(row[0], out.seconds.size()).second) {
            return rows.refuse(quoted(row[0]) + " twice");
        }
        std::vector<double>& values = out.seconds.emplace_back();
        for (std::size_t column = 1; column < row.size(); ++column) {
            values.push_back(-1);
            if (!row[column].empty()) {
                SL_TRY(values.back(), seconds_of(rows, row, column, 1e-3));
            }
        }
    }
    return out;
}

Result<RoundTripMatrix> read_anonymous(const NamedText& data, double unit) {
    TableRows rows(data, TableRows::Between::kBlanks);
    RoundTripMatrix out;
    while (true) {
        SL_TRY(const std::vector<std::string_view> row, rows.next());
        if (row.empty()) {
            break;
        }
        const std::size_t number = out.seconds.size();
        const std::size_t width = number == 0 ? row.size() : out.seconds.front().size();
        if (row.size() != width || number == width || width > kMostPlaces) {
            return rows.refuse("not a square of at most " + std::to_string(kMostPlaces) + " places");
        }
        out.rows.emplace(std::to_string(number), number);
        std::vector<double>& values = out.seconds.emplace_back();
        for (std::size_t column = 0; column < width; ++column) {
            SL_TRY(const double value, seconds_of(rows, row, column, unit));
            values.push_back(value > 0 ? value : column == number ? 0 : -1);
        }
    }
    if (out.seconds.empty() || out.seconds.size() != out.seconds.front().size()) {
        return rows.refuse("not as many rows as columns");
    }
    out.columns = out.rows;
    return out;
}

} // namespace

Result<RoundTripMatrix> read_round_trips(const NamedText& data, std::string_view format) {
    if (format == "azure") {
        return read_named(data);
    }
    return read_anonymous(data, format == "seattle" ? 1 : 1e-3);
}

Result<std::map<std::string, Place, std::less<>>> read_places(const NamedText& data) {
    TableRows rows(data, TableRows::Between::kCommas);
    SL_TRY(const std::vector<std::string_view> heads, rows.next());
    std::map<std::string_view, std::size_t> titles;
    for (std::size_t column = 0; column < heads.size(); ++column) {
        titles.emplace(heads[column], column);
    }
    const auto name = titles.contains("cluster") ? titles.find("cluster") : titles.find("name");
    if (name == titles.end() || !titles.contains("latitude") || !titles.contains("longitude")) {
        return rows.refuse("no columns latitude, longitude and cluster or name");
    }
    std::map<std::string, Place, std::less<>> out;
    while (true) {
        SL_TRY(const std::vector<std::string_view> row, rows.next());
        if (row.empty()) {
            return out;
        }
        SL_TRY(const std::string_view key, rows.field(row, name->second));
        SL_TRY(const double latitude, rows.number(row, titles["latitude"]));
        SL_TRY(const double longitude, rows.number(row, titles["longitude"]));
        if (std::abs(latitude) > 90 || std::abs(longitude) > 180) {
            return rows.refuse("coordinates are no degrees");
        }
        if (!out.emplace(key, Place{longitude, latitude}).second) {
            return rows.refuse(quoted(key) + " twice");
        }
    }
}

} // namespace suanlu::sim
