// SPDX-License-Identifier: Apache-2.0
// Frames of the packet rows: ordinary ones from a description, odd ones by putting things into them. Pure.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "dataplane/api/synthetic_packet.hpp"

namespace suanlu::packets {

using Frame = std::vector<std::uint8_t>;

inline constexpr const char* kAny6 = "2001:db8:a::1";
inline constexpr const char* kAny4 = "198.51.100.1";
inline constexpr const char* kClient6 = "2001:db8:c1::2";
inline constexpr const char* kClient4 = "10.0.1.2";

inline constexpr std::uint16_t kTag = 0x8100;        // IEEE 802.1Q
inline constexpr std::uint16_t kServiceTag = 0x88a8; // IEEE 802.1ad

Ip6 address(const char* text);
SyntheticPacket packet(bool is_v4, Transport transport, std::uint16_t port);
SyntheticPacket udp(bool is_v4, std::size_t payload);
SyntheticPacket syn(bool is_v4, std::uint16_t mss);
/// The SYN of a client's flow to service 1.
Frame start_of(std::uint16_t client_port);

/// The same with some bytes written over.
Frame with(Frame frame, std::size_t at, const std::vector<std::uint8_t>& bytes);
/// Extension headers between an untagged IPv6 header and the rest: {type, the bytes behind "next header"}.
using Headers = std::vector<std::pair<std::uint8_t, std::vector<std::uint8_t>>>;
Frame with_headers(const Frame& frame, const Headers& headers);
/// Options (a multiple of 4 bytes) behind an untagged IPv4 header, its checksum made new.
Frame with_options(const Frame& frame, const std::vector<std::uint8_t>& options);
/// VLAN tags, outermost first: {ethertype of the tag, tag control}.
Frame tagged(const Frame& frame, const std::vector<std::pair<std::uint16_t, std::uint16_t>>& tags);
/// Where the IP header begins: behind the tags.
std::size_t network_offset(const Frame& frame);
/// Makes the checksum of an untagged IPv4 header new.
Frame with_checksum(Frame frame);
/// An ICMP or ICMPv6 message from the client to the anycast address; `body` = all behind type, code and
/// checksum.
Frame icmp(bool is_v4, std::uint8_t type, const std::vector<std::uint8_t>& body);

/// One fragment: `offset` in bytes. IPv6 gets a fragment header in front of what stands behind its header.
Frame fragment(const Frame& frame, std::size_t offset, bool has_more, std::uint16_t id);

const std::vector<std::uint8_t> kPlainHeader = {0, 1, 4, 0, 0, 0, 0};    // PadN
const std::vector<std::uint8_t> kSegmentRouting = {0, 4, 0, 0, 0, 0, 0}; // type 4, nothing left
const std::vector<std::uint8_t> kOtherRouting = {0, 3, 0, 0, 0, 0, 0};   // RPL source route

} // namespace suanlu::packets
