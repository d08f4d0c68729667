// SPDX-License-Identifier: Apache-2.0
// Aligned columns for people: left-aligned text, two blanks between columns, no trailing blanks. Pure.
#pragma once

#include <string>
#include <vector>

namespace suanlu::cli {

class TextTable {
public:
    explicit TextTable(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
    /// As many cells as the head has.
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    /// Lines with a newline each; widths count code points, so that "…" and Chinese names stay aligned
    /// enough.
    [[nodiscard]] std::string text() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

/// "12.3 ms", "450 us", "1.2 s".
std::string show_seconds(double seconds);
/// "47.3 %".
std::string show_share(double share);
/// Up to three significant digits.
std::string show_number(double number);

} // namespace suanlu::cli
