// SPDX-License-Identifier: Apache-2.0
#include "core/model/quantity_text.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <span>

namespace suanlu {

namespace {

struct UnitName {
    std::string_view name;
    double scale;
};

constexpr UnitName kDurations[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
constexpr UnitName kRates[] = {{"bps", 1},      {"kbps", 1e3},   {"Mbps", 1e6},   {"Gbps", 1e9},
                               {"Tbps", 1e12},  {"bit/s", 1},    {"kbit/s", 1e3}, {"Mbit/s", 1e6},
                               {"Gbit/s", 1e9}, {"Tbit/s", 1e12}};
constexpr UnitName kShares[] = {{"%", 1e4}, {"ppm", 1}};

constexpr double kMostMicroseconds = 0x7ffffffe;
constexpr double kMillion = 1e6;

/// No blank, no sign, no exponent: what people type as one word, not what printf makes.
std::optional<double> scaled(std::string_view text, std::span<const UnitName> units) {
    const std::size_t unit_at = text.find_first_not_of("0123456789.");
    if (unit_at == std::string_view::npos || unit_at == 0) {
        return std::nullopt;
    }
    const std::string_view unit = text.substr(unit_at);
    double amount = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + unit_at, amount);
    if (ec != std::errc{} || end != text.data() + unit_at || !std::isfinite(amount)) {
        return std::nullopt;
    }
    for (const UnitName& known : units) {
        if (known.name == unit) {
            return amount * known.scale;
        }
    }
    return std::nullopt;
}

Error not_a(std::string_view text, const char* what) {
    return Error{Errc::kBadInput, "'" + std::string(text) + "' is not a " + what};
}

/// Up to three decimals, without trailing zeros.
std::string short_number(double value) {
    std::string out = std::to_string(std::round(value * 1000) / 1000);
    out.resize(out.find('.') + 4);
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.') {
        out.pop_back();
    }
    return out;
}

} // namespace

Result<Seconds> parse_duration(std::string_view text) {
    if (const auto seconds = scaled(text, kDurations)) {
        return Seconds{*seconds};
    }
    return not_a(text, "duration with a unit (us, ms, s, m, h)");
}

Result<Microseconds> parse_delay(std::string_view text) {
    SL_TRY(const Seconds duration, parse_duration(text));
    const double us = std::round(duration.value * 1e6);
    if (us > kMostMicroseconds) {
        return Error{Errc::kOutOfRange,
                     "'" + std::string(text) + "' is longer than 2147 s, the longest path delay"};
    }
    return Microseconds{static_cast<std::uint32_t>(us)};
}

Result<BytesPerSecond> parse_bandwidth(std::string_view text) {
    if (const auto bits = scaled(text, kRates)) {
        return BytesPerSecond{*bits / 8};
    }
    return not_a(text, "bandwidth with a unit (bps, kbps, Mbps, Gbps, Tbps)");
}

Result<std::uint32_t> parse_loss(std::string_view text) {
    const auto ppm = scaled(text, kShares);
    if (!ppm) {
        return not_a(text, "loss with a unit (%, ppm)");
    }
    if (*ppm > kMillion) {
        return Error{Errc::kOutOfRange, "'" + std::string(text) + "' is more than 100%"};
    }
    return static_cast<std::uint32_t>(std::round(*ppm));
}

std::string delay_text(Microseconds delay) {
    if (delay == kUnreachableDelay) {
        return "unknown";
    }
    if (delay.value < 1000) {
        return std::to_string(delay.value) + " us";
    }
    return delay.value < 1000000 ? short_number(delay.value * 1e-3) + " ms"
                                 : short_number(delay.value * 1e-6) + " s";
}

std::string bandwidth_text(BytesPerSecond rate) {
    double value = rate.value * 8;
    const char* names[] = {" bit/s", " kbit/s", " Mbit/s", " Gbit/s", " Tbit/s"};
    std::size_t unit = 0;
    // 999.9996 would read as "1000".
    for (; unit + 1 < std::size(names) && value >= 999.9995; ++unit) {
        value /= 1000;
    }
    return short_number(value) + names[unit];
}

std::string loss_text(std::uint32_t ppm) {
    return ppm < 100 && ppm > 0 ? std::to_string(ppm) + " ppm" : short_number(ppm * 1e-4) + " %";
}

} // namespace suanlu
