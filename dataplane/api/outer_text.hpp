// SPDX-License-Identifier: Apache-2.0
// The outer headers of a steered frame in words: Ethernet, IPv6, the segment list of a routing header (RFC
// 8754), as `explain` prints them. Pure; any bytes give a text or nothing, every access is checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace suanlu {

struct OuterText {
    std::string ethernet; ///< "02:.. -> 02:.."
    std::string header;   ///< addresses, flow label, traffic class, hop limit
    std::string segments; ///< of the routing header, first to last; empty without one
};

/// Empty texts when the frame has no IPv6 header behind Ethernet.
OuterText outer_text(const std::vector<std::uint8_t>& frame);

} // namespace suanlu
