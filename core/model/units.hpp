// SPDX-License-Identifier: Apache-2.0
// Units are types: a delay is never added to a rate. Integers where the engines compare for equality, doubles
// where the policy computes. Pure values.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace suanlu {

template <class Tag, class Number>
struct Unit {
    Number value{};

    auto operator<=>(const Unit&) const = default;
    friend Unit operator+(Unit a, Unit b) { return {static_cast<Number>(a.value + b.value)}; }
    friend Unit operator-(Unit a, Unit b) { return {static_cast<Number>(a.value - b.value)}; }
    Unit& operator+=(Unit b) {
        value = static_cast<Number>(value + b.value);
        return *this;
    }
};

/// One-way delay; kUnreachableDelay marks "no path".
using Microseconds = Unit<struct MicrosecondsTag, std::uint32_t>;
inline constexpr Microseconds kUnreachableDelay{std::numeric_limits<std::uint32_t>::max()};

using Seconds = Unit<struct SecondsTag, double>;
using PerSecond = Unit<struct PerSecondTag, double>;
using Bytes = Unit<struct BytesTag, std::uint32_t>;
using BytesPerSecond = Unit<struct BytesPerSecondTag, double>;

inline Seconds to_seconds(Microseconds d) {
    return {d.value * 1e-6};
}

} // namespace suanlu
