// SPDX-License-Identifier: Apache-2.0
// Packets as a capture file (pcapng, draft-ietf-opsawg-pcapng), which says of each packet by which interface
// it went, in which direction, and what was decided about it. Pure: bytes out, in the machine's byte order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace suanlu {

struct CapturedPacket {
    std::uint32_t interface = 0; ///< its place in the file
    std::uint64_t unix_ns = 0;
    std::uint32_t length = 0; ///< on the wire; `bytes` may be fewer
    std::span<const std::uint8_t> bytes;
    bool is_outbound = false;
    std::string comment;
};

/// What a file begins with: the interfaces, by place.
std::vector<std::uint8_t> pcapng_header(const std::vector<std::string>& interfaces, std::uint32_t snap);
std::vector<std::uint8_t> pcapng_packet(const CapturedPacket& packet);

} // namespace suanlu
