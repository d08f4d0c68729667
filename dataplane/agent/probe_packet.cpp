// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/probe_packet.hpp"

#include <algorithm>
#include <span>

#include "dataplane/api/path_rows.hpp"

namespace suanlu {

namespace {

constexpr std::uint8_t kClassSelector6 = 0xc0;
constexpr std::uint8_t kHopLimit = 64;
constexpr std::uint8_t kUdp = 17;
constexpr std::size_t kHeader = 40;
constexpr std::size_t kUdpHeader = 8;

void put_u16(std::span<std::uint8_t> out, std::size_t at, std::size_t value) {
    out[at] = static_cast<std::uint8_t>(value >> 8);
    out[at + 1] = static_cast<std::uint8_t>(value);
}

/// Version and traffic class.
void put_class(std::span<std::uint8_t> out) {
    out[0] = static_cast<std::uint8_t>(0x60 | (kClassSelector6 >> 4));
    out[1] = static_cast<std::uint8_t>(kClassSelector6 << 4);
}

void put_header(std::span<std::uint8_t> out, std::size_t payload, std::uint8_t next, const Ip6& source,
                const Ip6& destination) {
    put_class(out);
    put_u16(out, 4, payload);
    out[6] = next;
    out[7] = kHopLimit;
    std::copy(source.bytes.begin(), source.bytes.end(), out.begin() + 8);
    std::copy(destination.bytes.begin(), destination.bytes.end(), out.begin() + 24);
}

std::uint32_t sum_of(std::span<const std::uint8_t> bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        sum += static_cast<std::uint32_t>(bytes[i] << 8 | bytes[i + 1]);
    }
    return sum;
}

/// RFC 8200 section 8.1: pseudo-header, UDP header, payload; zero is sent as all ones.
std::uint16_t udp_checksum(std::span<const std::uint8_t> addresses, std::span<const std::uint8_t> udp) {
    std::uint32_t sum = sum_of(addresses) + sum_of(udp) + static_cast<std::uint32_t>(udp.size()) + kUdp;
    while (sum > 0xffff) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    const auto out = static_cast<std::uint16_t>(~sum);
    return out == 0 ? 0xffff : out;
}

} // namespace

ProbePacket probe_packet(const ProbeAddresses& a, const StampBytes& stamp) {
    PathPlan path;
    path.mode = a.mode;
    path.sids = a.sids;
    path.destination6 = a.outer_destination;
    sl_path ready{};
    write_outer_header(path, false, a.outer_source, ready);
    const std::size_t udp_length = kUdpHeader + stamp.size();
    ProbePacket out(ready.outer + kHeader + udp_length);
    const std::span<std::uint8_t> all(out);
    std::copy_n(ready.header, ready.outer, out.begin());
    put_class(all);
    put_u16(all, 4, out.size() - kHeader);
    const auto inner = all.subspan(ready.outer);
    put_header(inner, udp_length, kUdp, a.source, a.destination);
    const auto udp = inner.subspan(kHeader);
    put_u16(udp, 0, a.source_port);
    put_u16(udp, 2, a.destination_port);
    put_u16(udp, 4, udp_length);
    std::copy(stamp.begin(), stamp.end(), udp.begin() + kUdpHeader);
    put_u16(udp, 6, udp_checksum(inner.subspan(8, 32), udp));
    return out;
}

Ip6 destination_of(const ProbePacket& packet) {
    Ip6 out;
    std::copy_n(packet.begin() + 24, out.bytes.size(), out.bytes.begin());
    return out;
}

} // namespace suanlu
