// SPDX-License-Identifier: Apache-2.0
#include "dataplane/api/outer_text.hpp"

#include <algorithm>
#include <cstdio>

#include "core/model/ip6.hpp"

namespace suanlu {

namespace {

using Frame = std::vector<std::uint8_t>;

constexpr std::size_t kIp = 14;
constexpr std::size_t kRouting = kIp + 40;

std::string mac_text(const Frame& frame, std::size_t at) {
    char text[18];
    std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", frame[at], frame[at + 1], frame[at + 2],
                  frame[at + 3], frame[at + 4], frame[at + 5]);
    return text;
}

std::string address_text(const Frame& frame, std::size_t at) {
    Ip6 address;
    std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(at), 16, address.bytes.begin());
    return address.text();
}

std::string segments_text(const Frame& frame) {
    if (frame[kIp + 6] != 43 || frame.size() < kRouting + 8 || frame[kRouting + 2] != 4) {
        return {};
    }
    const std::size_t count = frame[kRouting + 4] + std::size_t{1}; // last entry
    if (frame.size() < kRouting + 8 + 16 * count) {
        return "cut off";
    }
    std::string out;
    for (std::size_t i = count; i > 0; --i) { // the first segment stands last (RFC 8754 section 2)
        out += (out.empty() ? "" : ", ") + address_text(frame, kRouting + 8 + 16 * (i - 1));
    }
    return out + "; " + std::to_string(frame[kRouting + 3]) + " left";
}

} // namespace

OuterText outer_text(const Frame& frame) {
    OuterText out;
    if (frame.size() < kRouting || frame[12] != 0x86 || frame[13] != 0xdd) {
        return out;
    }
    const unsigned label = (frame[kIp + 1] & 0x0fU) << 16 | unsigned{frame[kIp + 2]} << 8 | frame[kIp + 3];
    const unsigned traffic_class = (frame[kIp] << 4 | frame[kIp + 1] >> 4) & 0xffU;
    char label_text[8];
    std::snprintf(label_text, sizeof label_text, "%05x", label);
    out.ethernet = mac_text(frame, 6) + " -> " + mac_text(frame, 0);
    out.header = address_text(frame, kIp + 8) + " -> " + address_text(frame, kIp + 24) + ", flow label " +
                 label_text + ", DSCP " + std::to_string(traffic_class >> 2) + ", hop limit " +
                 std::to_string(frame[kIp + 7]) + ", " + std::to_string(frame.size()) + " bytes in all";
    out.segments = segments_text(frame);
    return out;
}

} // namespace suanlu
