// SPDX-License-Identifier: Apache-2.0
#include "core/model/segment_list.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

const Prefix6 kBlock = *Prefix6::parse("fc00:0::/32");
const Ip6 kService = *Ip6::parse("fc00:0:e1:f006::");

TEST(PackUsid, NodesThenServiceFunction_FillTheAddressInOrder) {
    const SegmentList list{{{"P1", 0xa1}, {"P2", 0xa2}, {"E1", 0xe1}}};
    EXPECT_EQ(pack_usid(kBlock, list, kService)->text(), "fc00:0:a1:a2:e1:f006::");
    EXPECT_EQ(list.text(), "P1 P2 E1");
}

TEST(PackUsid, FiveNodesFit_SixDoNot) {
    SegmentList list{{{"A", 1}, {"B", 2}, {"C", 3}, {"D", 4}, {"E1", 0xe1}}};
    EXPECT_EQ(pack_usid(kBlock, list, kService)->text(), "fc00:0:1:2:3:4:e1:f006");
    list.segments.insert(list.segments.begin(), {"F", 6});
    EXPECT_EQ(pack_usid(kBlock, list, kService).error().code, Errc::kOutOfRange);
}

TEST(PackUsid, ListThatEndsElsewhere_IsRefused) {
    EXPECT_FALSE(pack_usid(kBlock, {{{"P1", 0xa1}}}, kService));
    EXPECT_FALSE(pack_usid(kBlock, {}, kService));
    EXPECT_FALSE(pack_usid(*Prefix6::parse("fc01::/32"), {{{"E1", 0xe1}}}, kService));
}

} // namespace
} // namespace suanlu
