// SPDX-License-Identifier: Apache-2.0
#include "simulator/field_text.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/text_lines.hpp"
#include "core/support/text_table.hpp"
#include "simulator/table_rows.hpp"

namespace suanlu::sim {

namespace {

constexpr double kMostWatts = 1e9;
constexpr double kMostGrams = 1e5;
constexpr double kMostBytes = 1e18;
constexpr std::size_t kLongestName = 200;

struct Unit {
    std::string_view name;
    double scale;
};

/// Digits and a unit, nothing between; no sign, no exponent.
std::optional<double> scaled(std::string_view text, std::span<const Unit> units) {
    const std::size_t at = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto amount = to_number(text.substr(0, at));
    for (const Unit& unit : units) {
        if (amount && text.substr(at) == unit.name) {
            return *amount * unit.scale;
        }
    }
    return std::nullopt;
}

double read_scaled(YamlNode& node, std::span<const Unit> units, double most, double fallback,
                   const std::string& what) {
    if (!node.is_present()) {
        return fallback;
    }
    const std::string text = node.text();
    const auto value = scaled(text, units);
    if (!value || *value > most) {
        node.complain(quoted(text) + " is no " + what);
        return fallback;
    }
    return *value;
}

} // namespace

double read_share(YamlNode node, double most, double fallback) {
    constexpr Unit kUnits[] = {{"%", 0.01}};
    const std::string bound = number_text(most * 100, 0);
    return read_scaled(node, kUnits, most, fallback, "share from 0% to " + bound + "%");
}

double read_seconds(YamlNode node, double most_s, double fallback) {
    const double value = node.duration({fallback}).value;
    if (value > most_s) {
        node.complain("more than " + seconds_text(most_s));
        return fallback;
    }
    return value;
}

double read_watts(YamlNode node, double fallback) {
    constexpr Unit kUnits[] = {{"W", 1}, {"kW", 1e3}, {"MW", 1e6}};
    return read_scaled(node, kUnits, kMostWatts, fallback, "power with a unit (W, kW, MW)");
}

double read_grams_per_kwh(YamlNode node, double fallback) {
    constexpr Unit kUnits[] = {{"g/kWh", 1}};
    return read_scaled(node, kUnits, kMostGrams, fallback, "carbon intensity (g/kWh)");
}

std::uint64_t read_bytes(YamlNode node, std::uint64_t fallback) {
    constexpr Unit kUnits[] = {{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"PB", 1e15}};
    return static_cast<std::uint64_t>(read_scaled(node, kUnits, kMostBytes, static_cast<double>(fallback),
                                                  "volume with a unit (B, kB, MB, GB, TB, PB)"));
}

double read_time_of_day(YamlNode node, double fallback) {
    if (!node.is_present()) {
        return fallback;
    }
    const std::string text = node.text();
    const std::size_t colon = std::min(text.find(':'), text.size());
    const auto hours = to_integer(std::string_view(text).substr(0, colon), 23);
    const auto minutes = to_integer(std::string_view(text).substr(std::min(colon + 1, text.size())), 59);
    if (!hours || !minutes) {
        node.complain(quoted(text) + " is no time of day (18:30)");
        return fallback;
    }
    return *hours + *minutes / 60.0;
}

double read_date(YamlNode node, double fallback) {
    if (!node.is_present()) {
        return fallback;
    }
    const std::string text = node.text();
    const auto midnight = text.size() == 10 ? time_of(text + " 00:00:00") : std::nullopt;
    if (!midnight) {
        node.complain(quoted(text) + " is no date (2024-01-15)");
    }
    return midnight.value_or(fallback);
}

std::string read_name(YamlNode node, std::string fallback) {
    const std::string text = node.text(fallback);
    const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
               c == '_' || c == '-' || c == ' ' || c == '\'';
    });
    if (text.empty() || text.size() > kLongestName || !is_plain) {
        node.complain("a name has letters, digits, '.', '_', '-', ' ' and at most 200 of them");
        return fallback;
    }
    return text;
}

} // namespace suanlu::sim
