// SPDX-License-Identifier: Apache-2.0
#include "simulator/table_rows.hpp"

#include <chrono>
#include <cmath>

#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/text_lines.hpp"

namespace suanlu::sim {

namespace {

std::vector<std::string_view> between_commas(std::string_view line) {
    std::vector<std::string_view> out;
    while (true) {
        const std::size_t comma = line.find(',');
        out.push_back(trimmed(line.substr(0, comma)));
        if (comma == std::string_view::npos) {
            return out;
        }
        line.remove_prefix(comma + 1);
    }
}

} // namespace

Result<std::vector<std::string_view>> TableRows::next() {
    while (!rest_.empty()) {
        const std::string_view line = next_line(rest_);
        if (++line_ > kMostRows) {
            return refuse("more than " + std::to_string(kMostRows) + " rows");
        }
        if (line.size() > kLongestRow) {
            return refuse("row of more than " + std::to_string(kLongestRow) + " bytes");
        }
        if (trimmed(line).empty()) {
            continue;
        }
        if (line.find('"') != std::string_view::npos) {
            return refuse("quoted fields are not read");
        }
        return between_ == Between::kCommas ? between_commas(line) : split_words(line, line.size());
    }
    return std::vector<std::string_view>{};
}

Result<std::vector<std::size_t>> TableRows::columns(const std::vector<std::string_view>& titles) {
    SL_TRY(titles_, next());
    std::vector<std::size_t> out;
    for (const std::string_view title : titles) {
        std::size_t column = 0;
        while (column < titles_.size() && !titles_[column].starts_with(title)) {
            ++column;
        }
        if (column == titles_.size()) {
            return refuse("no column '" + std::string(title) + "'");
        }
        out.push_back(column);
    }
    return out;
}

Result<std::string_view> TableRows::field(const std::vector<std::string_view>& row,
                                          std::size_t column) const {
    if (column >= row.size()) {
        return refuse(std::to_string(row.size()) + " fields, expected more than " + std::to_string(column));
    }
    return row[column];
}

Result<double> TableRows::number(const std::vector<std::string_view>& row, std::size_t column) const {
    SL_TRY(const std::string_view text, field(row, column));
    const auto value = to_number(text);
    if (!value) {
        return refuse(quoted(text) + " is no number");
    }
    return *value;
}

Error TableRows::refuse(std::string_view what) const {
    return Error{Errc::kBadInput, data_.name + ":" + std::to_string(line_) + ": " + std::string(what)};
}

std::optional<double> time_of(std::string_view text) {
    constexpr std::string_view kShape = "dddd-dd-dd dd:dd:dd";
    if (text.size() < kShape.size()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < kShape.size(); ++i) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (kShape[i] == 'd' ? !is_digit : text[i] != kShape[i]) {
            return std::nullopt;
        }
    }
    const auto part = [&](std::size_t from, std::size_t count) {
        return *to_integer(text.substr(from, count));
    };
    const auto seconds = to_number(text.substr(17));
    const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(part(0, 4))),
                                          std::chrono::month(part(5, 2)), std::chrono::day(part(8, 2))};
    if (!day.ok() || part(11, 2) > 23 || part(14, 2) > 59 || !seconds || *seconds < 0 || *seconds >= 61) {
        return std::nullopt;
    }
    const auto days = std::chrono::sys_days(day).time_since_epoch().count();
    return days * 86400.0 + part(11, 2) * 3600.0 + part(14, 2) * 60.0 + *seconds;
}

} // namespace suanlu::sim
