// SPDX-License-Identifier: Apache-2.0
#include "dataplane/api/synthetic_packet.hpp"

#include <algorithm>
#include <array>

namespace suanlu {
namespace {

using Frame = std::vector<std::uint8_t>;

void store16(Frame& frame, std::size_t at, std::size_t value) {
    frame[at] = static_cast<std::uint8_t>(value >> 8);
    frame[at + 1] = static_cast<std::uint8_t>(value);
}

/// Pseudo header (RFC 8200 section 8.1, RFC 9293) plus transport bytes.
std::uint32_t transport_sum(const Frame& frame, std::size_t ip, std::size_t l4, std::size_t length,
                            bool is_v4) {
    const std::uint8_t protocol = is_v4 ? frame[ip + 9] : frame[ip + 6];
    std::uint32_t sum = is_v4 ? ones_sum(&frame[ip + 12], 8) : ones_sum(&frame[ip + 8], 32);
    sum += protocol + static_cast<std::uint32_t>(length);
    return ones_sum(&frame[l4], length, sum);
}

std::size_t append_ip(Frame& frame, const SyntheticPacket& packet, bool is_v4, std::size_t l4_length) {
    const std::size_t ip = frame.size();
    const auto protocol = static_cast<std::uint8_t>(packet.flow.transport);
    frame.resize(ip + (is_v4 ? 20 : 40));
    const auto& from = packet.flow.source.bytes;
    const auto& to = packet.flow.destination.bytes;
    if (is_v4) {
        frame[ip] = 0x45;
        frame[ip + 1] = packet.traffic_class;
        store16(frame, ip + 2, 20 + l4_length);
        frame[ip + 8] = packet.hop_limit;
        frame[ip + 9] = protocol;
        std::copy(from.begin() + 12, from.end(), frame.begin() + static_cast<std::ptrdiff_t>(ip) + 12);
        std::copy(to.begin() + 12, to.end(), frame.begin() + static_cast<std::ptrdiff_t>(ip) + 16);
        store16(frame, ip + 10, 0xffff & ~ones_sum(&frame[ip], 20));
        return ip;
    }
    frame[ip] = static_cast<std::uint8_t>(0x60 | packet.traffic_class >> 4);
    frame[ip + 1] = static_cast<std::uint8_t>(packet.traffic_class << 4);
    store16(frame, ip + 4, l4_length);
    frame[ip + 6] = protocol;
    frame[ip + 7] = packet.hop_limit;
    std::copy(from.begin(), from.end(), frame.begin() + static_cast<std::ptrdiff_t>(ip) + 8);
    std::copy(to.begin(), to.end(), frame.begin() + static_cast<std::ptrdiff_t>(ip) + 24);
    return ip;
}

} // namespace

std::uint32_t ones_sum(const std::uint8_t* bytes, std::size_t length, std::uint32_t start) {
    std::uint64_t sum = start;
    for (std::size_t i = 0; i < length; i++) {
        sum += i % 2 == 0 ? static_cast<std::uint64_t>(bytes[i]) << 8 : bytes[i];
    }
    while (sum > 0xffff) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<std::uint32_t>(sum);
}

Frame build_frame(const SyntheticPacket& packet) {
    const bool is_v4 = packet.flow.destination.is_mapped_v4();
    const bool is_tcp = packet.flow.transport == Transport::kTcp;
    const std::size_t header = is_tcp ? 20 + (packet.mss ? 4 : 0) : 8;
    Frame frame = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd};
    if (is_v4) {
        frame[12] = 0x08;
        frame[13] = 0x00;
    }
    const auto ip = append_ip(frame, packet, is_v4, header + packet.payload);
    const auto l4 = frame.size();
    frame.resize(l4 + header + packet.payload);
    for (std::size_t i = 0; i < packet.payload; i++) {
        frame[l4 + header + i] = static_cast<std::uint8_t>(i * 7 + 3);
    }
    store16(frame, l4, packet.flow.source_port);
    store16(frame, l4 + 2, packet.flow.destination_port);
    std::size_t checksum = l4 + 6;
    if (is_tcp) {
        frame[l4 + 12] = static_cast<std::uint8_t>(header / 4 << 4);
        frame[l4 + 13] = packet.tcp_flags;
        checksum = l4 + 16;
        if (packet.mss) {
            frame[l4 + 20] = 2;
            frame[l4 + 21] = 4;
            store16(frame, l4 + 22, *packet.mss);
        }
    } else {
        store16(frame, l4 + 4, header + packet.payload);
    }
    store16(frame, checksum, 0xffff & ~transport_sum(frame, ip, l4, frame.size() - l4, is_v4));
    for (auto vlan = packet.vlans.rbegin(); vlan != packet.vlans.rend(); ++vlan) {
        const std::array<std::uint8_t, 4> tag = {0x81, 0, static_cast<std::uint8_t>(*vlan >> 8),
                                                 static_cast<std::uint8_t>(*vlan)};
        frame.insert(frame.begin() + 12, tag.begin(), tag.end());
    }
    return frame;
}

SyntheticPacket packet_of(const FlowQuestion& question) {
    SyntheticPacket packet;
    packet.flow = question.flow;
    if (question.is_start && question.flow.transport == Transport::kTcp) {
        packet.tcp_flags = SyntheticPacket::kSyn;
        packet.mss = question.flow.destination.is_mapped_v4() ? 1460 : 1440;
    }
    packet.payload = question.payload;
    packet.traffic_class = static_cast<std::uint8_t>(question.dscp << 2);
    packet.vlans = question.vlans;
    return packet;
}

bool has_valid_checksum(const Frame& frame, std::size_t offset) {
    const bool is_v4 = frame.at(offset) >> 4 == 4;
    const std::size_t l4 = offset + (is_v4 ? 20 : 40);
    const std::size_t length =
        is_v4 ? static_cast<std::size_t>(frame.at(offset + 2) << 8 | frame.at(offset + 3)) - 20
              : static_cast<std::size_t>(frame.at(offset + 4) << 8 | frame.at(offset + 5));
    return l4 + length <= frame.size() && transport_sum(frame, offset, l4, length, is_v4) == 0xffff;
}

} // namespace suanlu
