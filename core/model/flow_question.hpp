// SPDX-License-Identifier: Apache-2.0
// An operator's question what an ingress does with a packet of a flow, and the answer step by step. Pure
// values; reading a flow from text refuses with the offset of what is wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/ip6.hpp"
#include "core/model/service.hpp"
#include "core/support/result.hpp"

namespace suanlu {

struct FiveTuple {
    Ip6 source; ///< mapped IPv4 makes an IPv4 packet
    std::uint16_t source_port = 0;
    Ip6 destination;
    std::uint16_t destination_port = 0;
    Transport transport = Transport::kTcp;

    bool operator==(const FiveTuple&) const = default;
};

/// "10.0.0.5:5555->203.0.113.10:443/tcp", "[2001:db8::5]:5555->[2001:db8:a::1]:443/udp".
Result<FiveTuple> parse_flow(std::string_view text);
std::string to_text(const FiveTuple& flow);

inline constexpr std::uint16_t kMostQuestionPayload = 9000;

struct FlowQuestion {
    FiveTuple flow;
    bool is_start = false; ///< the first packet of a flow (a SYN); else one in the middle
    std::uint16_t payload = 0;
    std::uint8_t dscp = 0;
    std::vector<std::uint16_t> vlans; ///< outermost first, two at most
    std::string interface;            ///< that it comes in by; empty = the first external one

    bool operator==(const FlowQuestion&) const = default;
};

struct FlowStep {
    std::string stage; ///< "border", "service", "slot", ...
    std::string what;

    bool operator==(const FlowStep&) const = default;
};

struct FlowStory {
    std::string engine;
    std::string verdict; ///< "pass", "drop", "redirect"
    std::string reason;  ///< as in docs/reference/reasons.md
    std::string reason_text;
    std::string service; ///< empty = none
    std::string site;
    std::uint32_t path = 0; ///< 0 = none
    std::string interface;  ///< that it leaves by
    std::vector<FlowStep> steps;
    std::vector<std::uint8_t> frame; ///< as it leaves

    bool operator==(const FlowStory&) const = default;
};

} // namespace suanlu
