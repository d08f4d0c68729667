// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/proxy_header.hpp"

#include <gtest/gtest.h>

namespace {

using namespace suanlu;
using namespace suanlu::dns;

Bytes header(std::uint8_t command, std::uint8_t family, const Bytes& behind) {
    Bytes out{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, command, family};
    put_integer(out, static_cast<std::uint16_t>(behind.size()));
    put_bytes(out, behind);
    return out;
}

const Bytes kV4{192, 0, 2, 7, 127, 0, 0, 1, 0x30, 0x39, 0, 53};
const std::vector<Prefix6> kFronts{*Prefix6::parse("10.0.0.0/8")};

TEST(ProxyHeader, V4_NamesTheClient) {
    Bytes datagram = header(0x21, 0x12, kV4);
    datagram.push_back(9);
    const auto read = read_proxy_header(datagram);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->bytes, 28U);
    EXPECT_EQ(read->source->text(), "192.0.2.7");
    EXPECT_EQ(read->port, 12345);
}

TEST(ProxyHeader, V6WithTlvs_IsReadPastThem) {
    Bytes behind(36);
    behind[0] = 0x20;
    behind[15] = 0x01;
    behind[33] = 1; // source port 1
    put_bytes(behind, Bytes{0xe0, 0, 2, 'a', 'b'});
    const auto read = read_proxy_header(header(0x21, 0x21, behind));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->bytes, 16U + 41);
    EXPECT_EQ(read->source->text(), "2000::1");
}

TEST(ProxyHeader, LocalAndOtherFamilies_HaveNoClient) {
    EXPECT_FALSE(read_proxy_header(header(0x20, 0, {}))->source);
    EXPECT_FALSE(read_proxy_header(header(0x20, 0x12, kV4))->source);
    EXPECT_FALSE(read_proxy_header(header(0x21, 0, {}))->source);
    EXPECT_FALSE(read_proxy_header(header(0x21, 0x31, Bytes(216)))->source) << "a unix socket";
}

TEST(ProxyHeader, WhatIsMalformed_IsRefused) {
    const Bytes whole = header(0x21, 0x12, kV4);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(read_proxy_header(ByteView(whole).first(size))) << size;
    }
    for (std::size_t place = 0; place < 13; ++place) {
        Bytes changed = whole;
        changed[place] ^= 0x40;
        EXPECT_FALSE(read_proxy_header(changed)) << place;
    }
    EXPECT_FALSE(read_proxy_header(header(0x21, 0x12, Bytes(11))));
    EXPECT_FALSE(read_proxy_header(header(0x21, 0x22, Bytes(35))));
    EXPECT_FALSE(read_proxy_header(header(0x22, 0x12, kV4))) << "no such command";
    EXPECT_FALSE(read_proxy_header(header(0x11, 0x12, kV4))) << "version 1";
}

TEST(ProxyHeader, OnlyFrontsAreBelieved_AndTheyMustSayIt) {
    Bytes bytes = header(0x21, 0x12, kV4);
    bytes.push_back(9);
    ByteView datagram = bytes;
    Ip6 source = *Ip6::parse("192.0.2.1");
    EXPECT_TRUE(take_proxy_header(kFronts, datagram, source));
    EXPECT_EQ(datagram.size(), bytes.size()) << "who is not listed is not believed";
    EXPECT_EQ(source.text(), "192.0.2.1");
    source = *Ip6::parse("10.1.1.1");
    EXPECT_TRUE(take_proxy_header(kFronts, datagram, source));
    EXPECT_EQ(datagram.size(), 1U);
    EXPECT_EQ(source.text(), "192.0.2.7");
    source = *Ip6::parse("10.1.1.1");
    EXPECT_FALSE(take_proxy_header(kFronts, datagram, source)) << "a front without a header";
    bytes[24] = bytes[25] = 0;
    datagram = bytes;
    EXPECT_FALSE(take_proxy_header(kFronts, datagram, source)) << "port 0";
}

} // namespace
