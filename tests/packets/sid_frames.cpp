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

Frame marked(bool is_v4, std::uint8_t traffic_class, std::size_t payload) {
    auto p = udp(is_v4, payload);
    p.traffic_class = traffic_class;
    return build_frame(p);
}

} // namespace suanlu::packets
