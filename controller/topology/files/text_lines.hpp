// SPDX-License-Identifier: Apache-2.0
// The lines of a text with their numbers, for readers of line formats: blank lines are passed over, a line
// that is too long to be one of these formats ends the reading. Refusals get "FILE:LINE: what". Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/support/result.hpp"

namespace suanlu {

/// Longest line that a reader takes, in bytes.
inline constexpr std::size_t kLongestLine = 4096;

class TextLines {
public:
    /// Both outlive the object. `file` stands before the line in errors.
    TextLines(std::string_view file, std::string_view text) : file_(file), rest_(text) {}

    /// The next line that is not blank, without blanks at both ends; empty at the end of the text.
    Result<std::string_view> next();
    /// The next line as exactly `count` words; `what` says in the refusal what was expected.
    Result<std::vector<std::string_view>> words(std::size_t count, std::string_view what);
    /// Number of the line that was read last, from 1.
    [[nodiscard]] std::size_t line() const { return line_; }
    [[nodiscard]] Error refuse(std::string_view what) const;

private:
    std::string_view file_;
    std::string_view rest_;
    std::size_t line_ = 0;
};

/// Words of a line, at most `most` of them and one more that stands for the rest.
std::vector<std::string_view> split_words(std::string_view line, std::size_t most);
/// "'word'", cut when it is long: for errors that quote a file.
std::string quoted(std::string_view word);

} // namespace suanlu
