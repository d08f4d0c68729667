// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/files/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "controller/topology/files/network_builder.hpp"

namespace suanlu {

namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr double kMostBits = 1e18;

/// Bytes of the character that `text` starts with; 0 when it is none or a control character.
std::size_t length_of_character(std::string_view text) {
    const auto byte = [&](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const unsigned first = byte(0);
    if (first < 0x80) {
        return first >= 0x20 && first != 0x7f ? 1 : 0;
    }
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    unsigned code = first & (0xffU >> (length + 1));
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xc0U) != 0x80) {
            return 0;
        }
        code = code << 6 | (byte(at) & 0x3fU);
    }
    // Shortest forms only; no C1 controls, no surrogates, nothing behind the last plane.
    const unsigned least = length == 2 ? 0xa0 : length == 3 ? 0x800 : 0x10000;
    const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    return first < 0xc2 || first > 0xf4 || code < least || code > 0x10ffff || is_surrogate ? 0 : length;
}

} // namespace

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view ends = " \t\r\n";
    const std::size_t first = text.find_first_not_of(ends);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(ends) - first + 1);
}

std::string_view next_word(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
    const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
    rest.remove_prefix(word.size());
    return word;
}

std::string_view next_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

bool is_clean_text(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = length_of_character(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

std::optional<double> to_number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

std::optional<std::uint32_t> to_integer(std::string_view text, std::uint32_t most) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > most) {
        return std::nullopt;
    }
    return value;
}

std::optional<Microseconds> microseconds(double value) {
    const double whole = std::round(value);
    if (!(whole >= 0) || !(whole <= kMostDelay)) {
        return std::nullopt;
    }
    return Microseconds{static_cast<std::uint32_t>(whole)};
}

std::optional<BytesPerSecond> bits_per_second(double bits) {
    if (!(bits >= 0) || !(bits <= kMostBits)) {
        return std::nullopt;
    }
    return BytesPerSecond{bits / 8};
}

} // namespace suanlu
