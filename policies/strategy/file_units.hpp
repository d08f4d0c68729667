// SPDX-License-Identifier: Apache-2.0
// Quantities of policy and site files, each with its unit in the text: "20ms", "400 g/kWh", "0.08 EUR/kWh".
// One blank before the unit is fine. A number without its unit, or with another quantity's, is refused with
// the units to choose from. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/support/result.hpp"
#include "policies/strategy/tariff.hpp"

namespace suanlu {

enum class QuantityKind : std::uint8_t {
    kDuration,      ///< seconds
    kShare,         ///< "85%", "200ppm" -> 0..1
    kBandwidth,     ///< bytes/s
    kBytes,         ///< "80GB"
    kPower,         ///< W
    kCarbon,        ///< g/kWh
    kWorthOfEnergy, ///< s/kWh
    kWorthOfCarbon, ///< s/kg
    kWorthOfLoss,   ///< "20ms/%" -> s per whole
    kTokenRate,     ///< "40 tokens/s"
    kJobRate,       ///< "0.5 jobs/s"
    kPlain,         ///< no unit at all
};

Result<double> parse_file_quantity(QuantityKind kind, std::string_view text);

/// "0.08 EUR/kWh", "2.5 EUR/h": `per` is what follows the slash.
Result<Money> parse_money(std::string_view text, std::string_view per);
/// "10 s/EUR": seconds that one unit of a currency is worth.
Result<Money> parse_worth(std::string_view text);

} // namespace suanlu
