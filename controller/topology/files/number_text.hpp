// SPDX-License-Identifier: Apache-2.0
// Strict numbers, words and lines, for the readers of topology files: the whole text or
// nothing, no "inf", no "nan". Quantities with units are core/model/quantity_text.hpp. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/model/units.hpp"

namespace suanlu {

/// Without blanks at both ends.
std::string_view trimmed(std::string_view text);
/// Takes the next word of `rest` (blanks: space, tab, CR) off it; empty at the end.
std::string_view next_word(std::string_view& rest);
/// Takes the next line off `rest`, without its end ("\n" or "\r\n").
std::string_view next_line(std::string_view& rest);

/// UTF-8 (RFC 3629) without control characters: what may become a router's name and be shown.
bool is_clean_text(std::string_view text);

/// A finite number.
std::optional<double> to_number(std::string_view text);
/// Digits only, at most `most`.
std::optional<std::uint32_t> to_integer(std::string_view text, std::uint32_t most = 0xffffffff);

/// A number of microseconds rounded; nothing when negative or farther than a search can tell.
std::optional<Microseconds> microseconds(double value);
/// Bits a second as bytes a second; nothing when negative, NaN or above 1e18.
std::optional<BytesPerSecond> bits_per_second(double bits);

} // namespace suanlu
