// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/probe_packet.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace suanlu {
namespace {

ProbePacket example() {
    return probe_packet({*Ip6::parse("fc00:0:1::1"),
                         EncapMode::kUsid,
                         {},
                         *Ip6::parse("fc00:0:a1:e1:f006::"),
                         *Ip6::parse("2001:db8:f::1"),
                         *Ip6::parse("2001:db8:51::1"),
                         40'000,
                         862},
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

TEST(ProbePacket, TakesTheRoutingHeaderOfItsPath) {
    const Ip6 first = *Ip6::parse("fc00:0:a1::");
    const Ip6 second = *Ip6::parse("fc00:0:b2::");
    const Ip6 last = *Ip6::parse("fc00:0:e1:f006::");
    const ProbePacket p = probe_packet({*Ip6::parse("fc00:0:1::1"),
                                        EncapMode::kEncapsRed,
                                        {first, second},
                                        last,
                                        *Ip6::parse("2001:db8:f::1"),
                                        *Ip6::parse("2001:db8:51::1"),
                                        40'000,
                                        862},
                                       to_bytes(StampProbe{7, {1, 2}, kUnsynchronised, 9}));
    ASSERT_EQ(p.size(), 40U + 8 + 32 + 40 + 8 + 44);
    EXPECT_EQ(p[4] << 8 | p[5], static_cast<int>(p.size()) - 40);
    EXPECT_EQ(p[6], 43);
    EXPECT_EQ(destination_of(p), first) << "H.Encaps.Red: the first segment is in the destination only";
    EXPECT_EQ(p[40], 41);
    EXPECT_EQ(p[43], 2) << "segments left";
    EXPECT_TRUE(std::equal(last.bytes.begin(), last.bytes.end(), p.begin() + 48)) << "the list is in reverse";
    EXPECT_EQ(p[80] >> 4, 6) << "the packet inside";
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
