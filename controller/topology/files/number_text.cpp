// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/files/number_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "controller/topology/files/network_builder.hpp"

namespace suanlu {

namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr double kMostBits = 1e18;

bool is_number_character(char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

/// "12.5 Mbit" as 12.5 and "Mbit". The unit starts at the first letter that is no exponent.
std::optional<std::pair<double, std::string_view>> split_unit(std::string_view text) {
    text = trimmed(text);
    std::size_t end = 0;
    while (end < text.size() && is_number_character(text[end])) {
        ++end;
    }
    if (const auto value = to_number(text.substr(0, end))) {
        return std::pair{*value, trimmed(text.substr(end))};
    }
    return std::nullopt;
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

std::optional<Microseconds> to_delay(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 3> units{{{"us", 1}, {"ms", 1e3}, {"s", 1e6}}};
    if (const auto parts = split_unit(text)) {
        for (const auto& [unit, scale] : units) {
            if (parts->second == unit) {
                return microseconds(parts->first * scale);
            }
        }
    }
    return std::nullopt;
}

std::optional<BytesPerSecond> bits_per_second(double bits) {
    if (!(bits >= 0) || !(bits <= kMostBits)) {
        return std::nullopt;
    }
    return BytesPerSecond{bits / 8};
}

std::optional<BytesPerSecond> to_bandwidth(std::string_view text) {
    constexpr std::array<std::pair<char, double>, 4> prefixes{
        {{'k', 1e3}, {'M', 1e6}, {'G', 1e9}, {'T', 1e12}}};
    const auto parts = split_unit(text);
    if (!parts) {
        return std::nullopt;
    }
    std::string_view unit = parts->second;
    double scale = 1;
    for (const auto& [prefix, factor] : prefixes) {
        if (unit.starts_with(prefix)) {
            scale = factor;
            unit.remove_prefix(1);
            break;
        }
    }
    if (unit != "bit" && unit != "bit/s" && unit != "bps") {
        return std::nullopt;
    }
    return bits_per_second(parts->first * scale);
}

std::optional<std::uint32_t> to_loss(std::string_view text) {
    const auto parts = split_unit(text);
    if (!parts || (parts->second != "%" && parts->second != "ppm")) {
        return std::nullopt;
    }
    const double ppm = std::round(parts->first * (parts->second == "%" ? 1e4 : 1));
    if (!(ppm >= 0) || !(ppm <= 1e6)) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(ppm);
}

} // namespace suanlu
