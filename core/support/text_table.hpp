// SPDX-License-Identifier: Apache-2.0
// A table for people: columns as wide as their longest cell, numbers to the right, two blanks between. Colour
// only where the caller allows it. Pure.
#pragma once

#include <string>
#include <vector>

namespace suanlu {

class TextTable {
public:
    /// A title that begins with '>' makes a right-aligned column.
    explicit TextTable(std::vector<std::string> titles);
    /// Missing cells are empty; superfluous ones are an error of the caller.
    void add(std::vector<std::string> cells);
    /// Lines end without trailing blanks. `colour`: titles in bold.
    [[nodiscard]] std::string text(bool colour) const;

private:
    std::vector<std::string> titles_;
    std::vector<bool> is_right_;
    std::vector<std::vector<std::string>> rows_;
};

/// "12.3", with as many decimals as asked.
std::string number_text(double value, int decimals);
/// "350 ms", "1.2 s", "-" for a negative value.
std::string seconds_text(double seconds);
std::string percent_text(double share);

} // namespace suanlu
