// SPDX-License-Identifier: Apache-2.0
#include "core/support/text_table.hpp"

#include <algorithm>
#include <cstdio>

#include "core/support/error.hpp"

namespace suanlu {

namespace {

constexpr const char* kBold = "\x1b[1m";
constexpr const char* kPlain = "\x1b[0m";

std::string format_number(const char* format, double value) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, format, value);
    return buffer;
}

} // namespace

TextTable::TextTable(std::vector<std::string> titles) : titles_(std::move(titles)) {
    for (std::string& title : titles_) {
        is_right_.push_back(title.starts_with('>'));
        if (is_right_.back()) {
            title.erase(0, 1);
        }
    }
}

void TextTable::add(std::vector<std::string> cells) {
    SL_CHECK(cells.size() <= titles_.size());
    cells.resize(titles_.size());
    rows_.push_back(std::move(cells));
}

std::string TextTable::text(bool colour) const {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < titles_.size(); ++c) {
        widths.push_back(titles_[c].size());
        for (const auto& row : rows_) {
            widths[c] = std::max(widths[c], row[c].size());
        }
    }
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string out;
        for (std::size_t c = 0; c < cells.size(); ++c) {
            const std::string pad(widths[c] - cells[c].size(), ' ');
            out += (c > 0 ? "  " : "") + (is_right_[c] ? pad + cells[c] : cells[c] + pad);
        }
        out.erase(out.find_last_not_of(' ') + 1);
        return out;
    };
    std::string out = (colour ? kBold : "") + line(titles_) + (colour ? kPlain : "") + "\n";
    for (const auto& row : rows_) {
        out += line(row) + "\n";
    }
    return out;
}

std::string number_text(double value, int decimals) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
    return buffer;
}

std::string seconds_text(double seconds) {
    if (seconds < 0) {
        return "-";
    }
    if (seconds < 0.0995) {
        return format_number("%.2f ms", seconds * 1e3);
    }
    return seconds < 1 ? format_number("%.0f ms", seconds * 1e3) : format_number("%.1f s", seconds);
}

std::string percent_text(double share) {
    return format_number("%.1f %%", share * 100);
}

} // namespace suanlu
