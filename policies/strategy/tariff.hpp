// SPDX-License-Identifier: Apache-2.0
// Electricity by time of use: periods of the site's own day, each with its price. The clock is a wall clock
// in UTC that the caller hands in; the offset is the site's. No rules of summer time: an offset that changes
// is a new tariff. Pure values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suanlu {

/// Seconds since 1970-01-01 in UTC, without leap seconds.
struct WallTime {
    std::int64_t seconds = 0;

    /// "2026-03-02T14:00Z", "2026-03-02T14:00:30+08:00".
    static std::optional<WallTime> parse(const std::string& text);
    [[nodiscard]] std::string text() const;
};

struct Money {
    double amount = 0;
    std::string currency; ///< three capital letters

    bool operator==(const Money&) const = default;
};

struct TariffPeriod {
    std::uint32_t from_minute = 0; ///< of the site's day
    std::uint32_t to_minute = 0;   ///< not included; at or before `from` = over midnight
    Money per_kwh;

    [[nodiscard]] bool holds_at(std::uint32_t minute) const;
};

struct Tariff {
    std::int32_t utc_offset_minutes = 0;
    std::vector<TariffPeriod> periods; ///< the first that holds counts

    [[nodiscard]] std::uint32_t minute_of_day(WallTime now) const;
    /// Nothing where no period holds: then the price is unknown, not zero.
    [[nodiscard]] std::optional<Money> price_at(WallTime now) const;
};

/// "08:30" -> 510; "24:00" -> 1440.
std::optional<std::uint32_t> parse_time_of_day(const std::string& text);
/// "+08:00", "-03:30", "Z".
std::optional<std::int32_t> parse_utc_offset(const std::string& text);

} // namespace suanlu
