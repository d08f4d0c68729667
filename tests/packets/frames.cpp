// SPDX-License-Identifier: Apache-2.0
#include "tests/packets/frames.hpp"

#include <algorithm>

namespace suanlu::packets {
namespace {

std::uint8_t high(std::size_t value) {
    return static_cast<std::uint8_t>(value >> 8);
}
std::uint8_t low(std::size_t value) {
    return static_cast<std::uint8_t>(value);
}

} // namespace

Ip6 address(const char* text) {
    return *Ip6::parse(text);
}

SyntheticPacket packet(bool is_v4, Transport transport, std::uint16_t port) {
    SyntheticPacket p;
    p.flow = {address(is_v4 ? kClient4 : kClient6), 40000, address(is_v4 ? kAny4 : kAny6), port, transport};
    return p;
}

SyntheticPacket udp(bool is_v4, std::size_t payload) {
    auto p = packet(is_v4, Transport::kUdp, 9001);
    p.payload = payload;
    return p;
}

SyntheticPacket syn(bool is_v4, std::uint16_t mss) {
    auto p = packet(is_v4, Transport::kTcp, 8080);
    p.tcp_flags = SyntheticPacket::kSyn;
    p.mss = mss;
    return p;
}

Frame start_of(std::uint16_t client_port) {
    auto p = syn(false, 1440);
    p.flow.source_port = client_port;
    return build_frame(p);
}

Frame with(Frame frame, std::size_t at, const std::vector<std::uint8_t>& bytes) {
    for (std::size_t i = 0; i < bytes.size(); i++) {
        frame.at(at + i) = bytes[i];
    }
    return frame;
}

Frame with_headers(const Frame& frame, const Headers& headers) {
    Frame out(frame.begin(), frame.begin() + 54);
    std::uint8_t next = frame[20];
    for (auto item = headers.rbegin(); item != headers.rend(); ++item) {
        Frame header{next};
        header.insert(header.end(), item->second.begin(), item->second.end());
        out.insert(out.begin() + 54, header.begin(), header.end());
        next = item->first;
    }
    out[20] = next;
    out.insert(out.end(), frame.begin() + 54, frame.end());
    const auto length = out.size() - 54;
    return with(out, 18, {static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)});
}

Frame with_checksum(Frame frame) {
    const std::size_t header = static_cast<std::size_t>(frame.at(14) & 0x0f) * 4;
    frame[24] = frame[25] = 0;
    const auto sum = 0xffff & ~ones_sum(&frame[14], header);
    return with(std::move(frame), 24, {high(sum), low(sum)});
}

Frame with_options(const Frame& frame, const std::vector<std::uint8_t>& options) {
    Frame out(frame);
    out.insert(out.begin() + 34, options.begin(), options.end());
    out[14] = static_cast<std::uint8_t>(0x40 | (20 + options.size()) / 4);
    const auto length = out.size() - 14;
    return with_checksum(with(out, 16, {high(length), low(length)}));
}

Frame tagged(const Frame& frame, const std::vector<std::pair<std::uint16_t, std::uint16_t>>& tags) {
    Frame out(frame.begin(), frame.begin() + 12);
    for (const auto& [type, control] : tags) {
        const Frame tag = {high(type), low(type), high(control), low(control)};
        out.insert(out.end(), tag.begin(), tag.end());
    }
    out.insert(out.end(), frame.begin() + 12, frame.end());
    return out;
}

Frame fragment(const Frame& frame, std::size_t offset, bool has_more, std::uint16_t id) {
    if (frame.at(14) >> 4 == 4) {
        const auto part = offset / 8 | (has_more ? 0x2000U : 0U);
        return with_checksum(with(frame, 18, {high(id), low(id), high(part), low(part)}));
    }
    const auto part = offset | (has_more ? 1U : 0U);
    return with_headers(frame, {{44, {0, high(part), low(part), 0, 0, high(id), low(id)}}});
}

std::size_t network_offset(const Frame& frame) {
    std::size_t at = 12;
    while ((frame.at(at) == 0x81 && frame.at(at + 1) == 0) ||
           (frame.at(at) == 0x88 && frame.at(at + 1) == 0xa8)) {
        at += 4;
    }
    return at + 2;
}

Frame icmp(bool is_v4, std::uint8_t type, const std::vector<std::uint8_t>& body) {
    auto frame = build_frame(udp(is_v4, 0));
    frame.resize(is_v4 ? 34 : 54);
    const auto header = frame.size();
    frame[is_v4 ? 23 : 20] = is_v4 ? 1 : 58;
    frame.insert(frame.end(), {type, 0, 0, 0});
    frame.insert(frame.end(), body.begin(), body.end());
    const auto length = frame.size() - header;
    frame = is_v4 ? with_checksum(with(frame, 16, {high(length + 20), low(length + 20)}))
                  : with(frame, 18, {high(length), low(length)});
    const auto pseudo = is_v4 ? 0 : ones_sum(&frame[22], 32, static_cast<std::uint32_t>(58 + length));
    const auto sum = 0xffff & ~ones_sum(&frame[header], length, pseudo);
    return with(frame, header + 2, {high(sum), low(sum)});
}

} // namespace suanlu::packets
