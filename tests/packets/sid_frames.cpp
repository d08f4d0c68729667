// SPDX-License-Identifier: Apache-2.0
#include "tests/packets/sid_frames.hpp"

#include <algorithm>

namespace suanlu::packets {

std::vector<std::uint8_t> listing(std::uint8_t segments, std::uint8_t left) {
    return listing(std::vector<const char*>(segments, kSid6), left);
}

std::vector<std::uint8_t> listing(std::vector<const char*> segments, std::uint8_t left) {
    const auto count = static_cast<std::uint8_t>(segments.size());
    std::vector<std::uint8_t> out = {
        static_cast<std::uint8_t>(2 * count), 4, left, static_cast<std::uint8_t>(count - 1), 0, 0, 0};
    std::reverse(segments.begin(), segments.end());
    for (const char* segment : segments) {
        const auto sid = address(segment).bytes;
        out.insert(out.end(), sid.begin(), sid.end());
    }
    return out;
}

Frame wrapped(const Frame& inner, const Outer& outer) {
    auto shell = udp(false, 0);
    shell.flow.source = address(outer.source);
    shell.flow.destination = address(outer.destination);
    shell.traffic_class = outer.traffic_class;
    auto out = build_frame(shell);
    out.resize(54);
    out[20] = outer.payload;
    out.insert(out.end(), inner.begin() + 14, inner.end());
    if (!outer.routing.empty()) {
        return with_headers(out, {{43, outer.routing}});
    }
    const auto length = out.size() - 54;
    return with(out, 18, {static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)});
}

Frame told(const Frame& about, std::uint8_t code, std::size_t pointer) {
    constexpr std::size_t kMostQuoted = 1280 - 48;
    const std::size_t whole = 40U + (std::size_t{about[18]} << 8 | about[19]);
    const auto quoted = static_cast<std::ptrdiff_t>(std::min(whole, kMostQuoted));
    const std::size_t length = 8 + static_cast<std::size_t>(quoted);
    Frame out(about.begin() + 6, about.begin() + 12); // to where it came from
    out.insert(out.end(), about.begin(), about.begin() + 6);
    const Frame header = {
        0x86, 0xdd, 0x60, 0, 0, 0, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length),
        58,   64};
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), about.begin() + 38, about.begin() + 54); // from its destination
    out.insert(out.end(), about.begin() + 22, about.begin() + 38);
    out.insert(out.end(), {4, code, 0, 0, 0, 0, static_cast<std::uint8_t>(pointer >> 8),
                           static_cast<std::uint8_t>(pointer)});
    out.insert(out.end(), about.begin() + 14, about.begin() + 14 + quoted);
    const auto pseudo = ones_sum(&out[22], 32, static_cast<std::uint32_t>(58 + length));
    const auto sum = 0xffff & ~ones_sum(&out[54], length, pseudo);
    return with(out, 56, {static_cast<std::uint8_t>(sum >> 8), static_cast<std::uint8_t>(sum)});
}

Frame marked(bool is_v4, std::uint8_t traffic_class, std::size_t payload) {
    auto p = udp(is_v4, payload);
    p.traffic_class = traffic_class;
    return build_frame(p);
}

} // namespace suanlu::packets
