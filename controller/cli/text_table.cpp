// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace suanlu::cli {

namespace {

std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

} // namespace

std::string TextTable::text() const {
    std::vector<std::size_t> widths(rows_.front().size(), 0);
    for (const auto& row : rows_) {
        for (std::size_t k = 0; k < row.size(); ++k) {
            widths[k] = std::max(widths[k], width_of(row[k]));
        }
    }
    std::string out;
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t k = 0; k < row.size(); ++k) {
            line += row[k] + std::string(widths[k] - width_of(row[k]) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

std::string show_seconds(double seconds) {
    if (seconds < 0.001) {
        return fmt::format("{:.0f} us", seconds * 1e6);
    }
    return seconds < 1 ? fmt::format("{:.1f} ms", seconds * 1e3) : fmt::format("{:.1f} s", seconds);
}

std::string show_share(double share) {
    return fmt::format("{:.1f} %", share * 100);
}

std::string show_number(double number) {
    return fmt::format("{:.3g}", number);
}

} // namespace suanlu::cli
