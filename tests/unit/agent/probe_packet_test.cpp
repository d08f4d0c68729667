// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/probe_packet.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

ProbePacket example() {
    return probe_packet({*Ip6::parse("fc00:0:1::1"), *Ip6::parse("fc00:0:a1:e1:f006::"),
                         *Ip6::parse("2001:db8:f::1"), *Ip6::parse("2001:db8:51::1"), 40'000, 862},
                        to_bytes(StampProbe{7, {1, 2}, kUnsynchronised, 9}));
}

TEST(ProbePacket, HeadersNestWithTheirLengths) {
    const ProbePacket p = example();
    EXPECT_EQ(p[0], 0x6c);
    EXPECT_EQ(p[4] << 8 | p[5], 92);
    EXPECT_EQ(p[6], 41);
    EXPECT_EQ(p[24 + 5], 0xa1);
    EXPECT_EQ(p[40 + 6], 17);
    EXPECT_EQ(p[44] << 8 | p[45], 52);
    EXPECT_EQ(p[82] << 8 | p[83], 862);
    EXPECT_EQ(p[84] << 8 | p[85], 52);
    EXPECT_EQ(p[91], 7);
}

TEST(ProbePacket, UdpChecksumVerifies) {
    const ProbePacket p = example();
    std::uint32_t sum = 17 + 52;
    for (std::size_t i = 48; i < p.size(); i += 2) { // inner addresses, then UDP and payload
        sum += static_cast<std::uint32_t>(p[i] << 8 | p[i + 1]);
    }
    while (sum > 0xffff) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    EXPECT_EQ(sum, 0xffffU);
}

} // namespace
} // namespace suanlu
