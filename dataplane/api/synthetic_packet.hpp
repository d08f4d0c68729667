// SPDX-License-Identifier: Apache-2.0
// Frames made from a description, for `explain`, the simulator and the packet tests: Ethernet, IPv4 or IPv6,
// TCP or UDP with right checksums. Pure; any description gives a frame.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/model/flow_question.hpp"

namespace suanlu {

struct SyntheticPacket {
    FiveTuple flow;
    /// TCP flags; kSyn starts a flow.
    std::uint8_t tcp_flags = 0x10;
    /// Puts an MSS option into the TCP header.
    std::optional<std::uint16_t> mss;
    std::size_t payload = 0;
    std::uint8_t hop_limit = 64;
    std::uint8_t traffic_class = 0;
    /// IEEE 802.1Q tags, outermost first.
    std::vector<std::uint16_t> vlans{};

    static constexpr std::uint8_t kSyn = 0x02;
    static constexpr std::uint8_t kAck = 0x10;
};

std::vector<std::uint8_t> build_frame(const SyntheticPacket& packet);
/// A SYN says an MSS of 1460 or 1440, so that a clamp is seen.
SyntheticPacket packet_of(const FlowQuestion& question);

/// One's complement sum of RFC 1071 over bytes, folded, not inverted; `start` continues an earlier sum.
std::uint32_t ones_sum(const std::uint8_t* bytes, std::size_t length, std::uint32_t start = 0);
/// True when the TCP or UDP checksum of the IP packet at `offset` is right.
bool has_valid_checksum(const std::vector<std::uint8_t>& frame, std::size_t offset = 14);

} // namespace suanlu
