// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/file_units.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>

namespace suanlu {

namespace {

struct UnitScale {
    std::string_view name;
    double scale;
};

struct KindRow {
    std::string_view what;
    std::span<const UnitScale> units;
};

constexpr UnitScale kDurations[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
constexpr UnitScale kShares[] = {{"%", 0.01}, {"ppm", 1e-6}};
constexpr UnitScale kBandwidths[] = {
    {"bps", 0.125}, {"kbps", 125}, {"Mbps", 125e3}, {"Gbps", 125e6}, {"Tbps", 125e9}};
constexpr UnitScale kBytes[] = {{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}};
constexpr UnitScale kPowers[] = {{"W", 1}, {"kW", 1e3}};
constexpr UnitScale kCarbons[] = {{"g/kWh", 1}, {"kg/kWh", 1e3}, {"kg/MWh", 1}};
constexpr UnitScale kWorthsOfEnergy[] = {{"ms/kWh", 1e-3}, {"s/kWh", 1}, {"m/kWh", 60}, {"s/MWh", 1e-3}};
constexpr UnitScale kWorthsOfCarbon[] = {{"ms/kg", 1e-3}, {"s/kg", 1}, {"m/kg", 60}, {"s/g", 1e3}};
constexpr UnitScale kWorthsOfLoss[] = {{"us/%", 1e-4}, {"ms/%", 0.1}, {"s/%", 100}};
constexpr UnitScale kTokenRates[] = {{"tokens/s", 1}};
constexpr UnitScale kJobRates[] = {{"jobs/s", 1}, {"jobs/h", 1.0 / 3600}};
constexpr UnitScale kPlains[] = {{"", 1}};

constexpr KindRow kKinds[] = {
    {"duration with a unit (us, ms, s, m, h)", kDurations},
    {"share with a unit (%, ppm)", kShares},
    {"bandwidth with a unit (bps, kbps, Mbps, Gbps, Tbps)", kBandwidths},
    {"volume with a unit (B, kB, MB, GB, TB)", kBytes},
    {"power with a unit (W, kW)", kPowers},
    {"carbon intensity with a unit (g/kWh, kg/kWh, kg/MWh)", kCarbons},
    {"worth of energy with a unit (ms/kWh, s/kWh, m/kWh, s/MWh)", kWorthsOfEnergy},
    {"worth of CO2 with a unit (ms/kg, s/kg, m/kg, s/g)", kWorthsOfCarbon},
    {"worth of loss with a unit (us/%, ms/%, s/%)", kWorthsOfLoss},
    {"token rate with a unit (tokens/s)", kTokenRates},
    {"job rate with a unit (jobs/s, jobs/h)", kJobRates},
    {"number without a unit", kPlains},
};

struct Split {
    double amount = 0;
    std::string_view unit;
};

/// No sign and no exponent: what people write. One blank may stand before the unit.
std::optional<Split> split_amount(std::string_view text) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
    Split out;
    const auto [next, ec] = std::from_chars(text.data(), text.data() + end, out.amount);
    if (end == 0 || ec != std::errc{} || next != text.data() + end || !std::isfinite(out.amount)) {
        return std::nullopt;
    }
    out.unit = text.substr(end);
    if (out.unit.size() > 1 && out.unit.front() == ' ') {
        out.unit.remove_prefix(1);
    }
    return out;
}

Error not_a(std::string_view text, std::string_view what) {
    return Error{Errc::kBadInput, "'" + std::string(text) + "' is not a " + std::string(what)};
}

bool is_currency(std::string_view text) {
    return text.size() == 3 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

} // namespace

Result<double> parse_file_quantity(QuantityKind kind, std::string_view text) {
    const KindRow& row = kKinds[static_cast<std::size_t>(kind)];
    const auto parts = split_amount(text);
    for (const UnitScale& unit : row.units) {
        if (parts && unit.name == parts->unit) {
            return parts->amount * unit.scale;
        }
    }
    return not_a(text, row.what);
}

Result<Money> parse_money(std::string_view text, std::string_view per) {
    const auto parts = split_amount(text);
    const std::string tail = "/" + std::string(per);
    if (parts && parts->unit.size() == 3 + tail.size() && parts->unit.ends_with(tail) &&
        is_currency(parts->unit.substr(0, 3))) {
        return Money{parts->amount, std::string(parts->unit.substr(0, 3))};
    }
    return not_a(text, "price like '0.08 EUR" + tail + "'");
}

Result<Money> parse_worth(std::string_view text) {
    const std::size_t slash = text.rfind('/');
    const std::string_view currency = slash == std::string_view::npos ? "" : text.substr(slash + 1);
    const auto duration = parse_file_quantity(QuantityKind::kDuration, text.substr(0, slash));
    if (!is_currency(currency) || !duration) {
        return not_a(text, "worth of money like '10 s/EUR'");
    }
    return Money{*duration, std::string(currency)};
}

} // namespace suanlu
