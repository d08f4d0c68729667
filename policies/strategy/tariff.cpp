// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/tariff.hpp"

#include <chrono>
#include <cstdio>

namespace suanlu {

namespace {

constexpr std::int64_t kMinutesPerDay = 1440;
constexpr std::int64_t kSecondsPerDay = 86400;

/// The number in text[at, at + digits), nothing where any of them is no digit.
std::optional<std::uint32_t> digits(const std::string& text, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (i >= text.size() || text[i] < '0' || text[i] > '9') {
            return std::nullopt;
        }
        value = value * 10 + static_cast<std::uint32_t>(text[i] - '0');
    }
    return value;
}

} // namespace

std::optional<std::uint32_t> parse_time_of_day(const std::string& text) {
    const auto hours = digits(text, 0, 2);
    const auto minutes = digits(text, 3, 2);
    if (text.size() != 5 || text[2] != ':' || !hours || !minutes || *minutes > 59 ||
        *hours * 60 + *minutes > kMinutesPerDay) {
        return std::nullopt;
    }
    return *hours * 60 + *minutes;
}

std::optional<std::int32_t> parse_utc_offset(const std::string& text) {
    if (text == "Z") {
        return 0;
    }
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) {
        return std::nullopt;
    }
    const auto minutes = parse_time_of_day(text.substr(1));
    if (!minutes || *minutes > 14 * 60) {
        return std::nullopt;
    }
    const auto offset = static_cast<std::int32_t>(*minutes);
    return text[0] == '-' ? -offset : offset;
}

std::optional<WallTime> WallTime::parse(const std::string& text) {
    using namespace std::chrono;
    const auto y = digits(text, 0, 4);
    const auto m = digits(text, 5, 2);
    const auto d = digits(text, 8, 2);
    if (!y || !m || !d || text.size() < 17 || text[4] != '-' || text[7] != '-' || text[10] != 'T') {
        return std::nullopt;
    }
    const year_month_day day{year(static_cast<int>(*y)), month(*m), std::chrono::day(*d)};
    const auto minute = parse_time_of_day(text.substr(11, 5));
    if (!day.ok() || !minute || *minute == kMinutesPerDay) {
        return std::nullopt;
    }
    std::uint32_t second = 0;
    std::size_t zone_at = 16;
    if (text[16] == ':') {
        const auto given = digits(text, 17, 2);
        if (!given || *given > 59) {
            return std::nullopt;
        }
        second = *given;
        zone_at = 19;
    }
    const auto offset = parse_utc_offset(text.substr(zone_at));
    if (!offset) {
        return std::nullopt;
    }
    const std::int64_t days = sys_days(day).time_since_epoch().count();
    return WallTime{days * kSecondsPerDay + (std::int64_t{*minute} - *offset) * 60 + second};
}

std::string WallTime::text() const {
    using namespace std::chrono;
    std::int64_t days = seconds / kSecondsPerDay;
    std::int64_t rest = seconds % kSecondsPerDay;
    if (rest < 0) {
        rest += kSecondsPerDay;
        --days;
    }
    const year_month_day day{sys_days(std::chrono::days(days))};
    char out[64];
    std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                  static_cast<int>(rest / 3600), static_cast<int>(rest / 60 % 60),
                  static_cast<int>(rest % 60));
    return out;
}

bool TariffPeriod::holds_at(std::uint32_t minute) const {
    return from_minute < to_minute ? minute >= from_minute && minute < to_minute
                                   : minute >= from_minute || minute < to_minute;
}

std::uint32_t Tariff::minute_of_day(WallTime now) const {
    std::int64_t second = (now.seconds + std::int64_t{utc_offset_minutes} * 60) % kSecondsPerDay;
    if (second < 0) {
        second += kSecondsPerDay;
    }
    return static_cast<std::uint32_t>(second / 60);
}

std::optional<Money> Tariff::price_at(WallTime now) const {
    const std::uint32_t minute = minute_of_day(now);
    for (const TariffPeriod& period : periods) {
        if (period.holds_at(minute)) {
            return period.per_kwh;
        }
    }
    return std::nullopt;
}

} // namespace suanlu
