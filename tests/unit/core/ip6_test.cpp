// SPDX-License-Identifier: Apache-2.0
#include "core/model/ip6.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

TEST(Ip6, Text_RoundTripsBothFamilies) {
    for (const char* text : {"::", "fc00:0:a1::", "2001:db8::1", "203.0.113.7"}) {
        const auto parsed = Ip6::parse(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(parsed->text(), text);
    }
    EXPECT_TRUE(Ip6::parse("203.0.113.7")->is_mapped_v4());
    EXPECT_FALSE(Ip6::parse("2001:db8::1")->is_mapped_v4());
}

TEST(Ip6, Parse_RefusesAnythingElse) {
    for (const char* text : {"", "1.2.3", "1.2.3.4.5", "fe80::1%eth0", " ::1", "::g", "2001:db8::1/64"}) {
        EXPECT_FALSE(Ip6::parse(text)) << text;
    }
}

TEST(Prefix6, Contains_ComparesBitsNotBytes) {
    const auto p = *Prefix6::parse("2001:db8:80::/41");
    EXPECT_TRUE(p.contains(*Ip6::parse("2001:db8:ff::1")));
    EXPECT_FALSE(p.contains(*Ip6::parse("2001:db8:7f::1")));
    EXPECT_TRUE(p.contains(*Prefix6::parse("2001:db8:81::/48")));
    EXPECT_FALSE(p.contains(*Prefix6::parse("2001:db8::/40")));
}

TEST(Prefix6, Ipv4_KeepsItsOwnLengthInText) {
    const auto p = *Prefix6::parse("203.0.113.0/24");
    EXPECT_EQ(p.length, 120);
    EXPECT_EQ(p.text(), "203.0.113.0/24");
    EXPECT_TRUE(p.contains(*Ip6::parse("203.0.113.200")));
    EXPECT_FALSE(p.contains(*Ip6::parse("203.0.114.1")));
}

TEST(Prefix6, Parse_RefusesHostBitsAndBadLengths) {
    for (const char* text :
         {"2001:db8::1/64", "::/129", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0", "::/-1", "::/1x"}) {
        EXPECT_FALSE(Prefix6::parse(text)) << text;
    }
    EXPECT_EQ(Prefix6::parse("2001:db8::1/64", true)->text(), "2001:db8::/64");
}

} // namespace
} // namespace suanlu
