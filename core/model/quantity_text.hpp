// SPDX-License-Identifier: Apache-2.0
// Quantities as people write and read them: "5ms", "10Gbps", "0.1%". A number without its unit is refused
// with the units to choose from, for nobody can tell microseconds from milliseconds afterwards. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/model/units.hpp"
#include "core/support/result.hpp"

namespace suanlu {

/// "250us", "5ms", "3s", "5m", "1h".
Result<Seconds> parse_duration(std::string_view text);

/// A duration as links count it, rounded to whole microseconds. kOutOfRange above 2147 s, the farthest that
/// paths reach (controller/paths/graph/graph.hpp).
Result<Microseconds> parse_delay(std::string_view text);

/// "10Gbps", "2.5Mbit/s", "9600bps": powers of 1000, bits, as carriers sell them.
Result<BytesPerSecond> parse_bandwidth(std::string_view text);

/// "0.1%" or "30ppm": parts per million.
Result<std::uint32_t> parse_loss(std::string_view text);

/// "812 us", "5.25 ms", "1.5 s": exact, the unit that fits.
std::string delay_text(Microseconds delay);
/// "10 Gbit/s".
std::string bandwidth_text(BytesPerSecond rate);
/// "0.1 %".
std::string loss_text(std::uint32_t ppm);

} // namespace suanlu
