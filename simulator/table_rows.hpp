// SPDX-License-Identifier: Apache-2.0
// Rows of a table of real data: fields between commas or between blanks, the first row naming the columns
// where the format has one. Bounded in rows and length of a row; refusals are "FILE:LINE: what". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/file_search.hpp"

namespace suanlu::sim {

inline constexpr std::size_t kMostRows = 4'000'000;
inline constexpr std::size_t kLongestRow = 65536;

class TableRows {
public:
    enum class Between : std::uint8_t { kCommas, kBlanks };

    /// `data` outlives the object.
    TableRows(const NamedText& data, Between between) : data_(data), rest_(data.text), between_(between) {}

    /// The next row that is not blank; no fields at the end.
    Result<std::vector<std::string_view>> next();
    /// Reads the row of titles and finds these among them, each by its beginning.
    Result<std::vector<std::size_t>> columns(const std::vector<std::string_view>& titles);
    /// The whole title of a column that columns() found.
    [[nodiscard]] std::string_view title(std::size_t column) const { return titles_[column]; }
    /// A field of the row that was read last.
    [[nodiscard]] Result<std::string_view> field(const std::vector<std::string_view>& row,
                                                 std::size_t column) const;
    /// The same as a number.
    [[nodiscard]] Result<double> number(const std::vector<std::string_view>& row, std::size_t column) const;
    [[nodiscard]] Error refuse(std::string_view what) const;

private:
    const NamedText& data_;
    std::string_view rest_;
    Between between_;
    std::size_t line_ = 0;
    std::vector<std::string_view> titles_;
};

/// "2023-11-16 18:15:46.6805900" as seconds since 1970, by the proleptic Gregorian calendar; nothing when it
/// is no time.
std::optional<double> time_of(std::string_view text);

} // namespace suanlu::sim
