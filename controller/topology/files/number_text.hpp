// SPDX-License-Identifier: Apache-2.0
// Strict numbers, quantities with units and blanks, for the readers of topology files: the whole text or
// nothing, no "inf", no "nan", no guessed unit. Pure.
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

/// A finite number.
std::optional<double> to_number(std::string_view text);
/// Digits only, at most `most`.
std::optional<std::uint32_t> to_integer(std::string_view text, std::uint32_t most = 0xffffffff);

/// "250us", "1.5ms", "2s": rounded to microseconds. Nothing without a unit, when negative or too far.
std::optional<Microseconds> to_delay(std::string_view text);
/// A number of microseconds rounded; nothing when negative or farther than a search can tell.
std::optional<Microseconds> microseconds(double value);
/// "100Mbit/s", "10Gbps", "2.5 Gbit", "9600bit/s" (bits, SI) as bytes. Nothing without a unit or when
/// negative.
std::optional<BytesPerSecond> to_bandwidth(std::string_view text);
/// Bits a second as bytes a second; nothing when negative, NaN or above 1e18.
std::optional<BytesPerSecond> bits_per_second(double bits);
/// "0.1%" or "50ppm" as parts per million, 0..1000000.
std::optional<std::uint32_t> to_loss(std::string_view text);

} // namespace suanlu
