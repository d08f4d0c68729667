// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/model/flow_question.hpp"

namespace suanlu {
namespace {

TEST(ParseFlow, BothVersions_ReadAndWrittenBack) {
    for (const char* text :
         {"10.0.0.5:5555->203.0.113.10:443/tcp", "[2001:db8::5]:0->[2001:db8:a::1]:65535/udp"}) {
        const auto flow = parse_flow(text);
        ASSERT_TRUE(flow) << flow.error().text();
        EXPECT_EQ(to_text(*flow), text);
    }
    const auto flow = *parse_flow("10.0.0.5:5555->203.0.113.10:443/tcp");
    EXPECT_EQ(flow.source_port, 5555);
    EXPECT_EQ(flow.destination_port, 443);
    EXPECT_EQ(flow.transport, Transport::kTcp);
    EXPECT_TRUE(flow.source.is_mapped_v4());
}

TEST(ParseFlow, WhatIsWrong_IsNamedByItsOffset) {
    const std::pair<const char*, const char*> rows[] = {
        {"", "offset 0: no '->'"},
        {"10.0.0.5:1-203.0.113.10:2/tcp", "offset 0: no '->'"},
        {"10.0.0.5:1->203.0.113.10:2", "offset 26: no '/tcp' or '/udp'"},
        {"10.0.0.5:1->203.0.113.10:2/sctp", "offset 27: neither tcp nor udp: 'sctp'"},
        {"10.0.0.5->203.0.113.10:2/tcp", "offset 0: no port"},
        {"10.0.0.5:1->203.0.113.10:65536/tcp", "offset 25: port is none: '65536'"},
        {"10.0.0.5:->203.0.113.10:2/tcp", "offset 9: port is none: ''"},
        {"10.0.0.5:1->203.0.113.300:2/tcp", "offset 12: neither A.B.C.D nor [IPV6]: '203.0.113.300'"},
        {"2001:db8::5:1->[2001:db8::1]:2/tcp", "offset 0: neither A.B.C.D nor [IPV6]: '2001:db8::5'"},
        {"[10.0.0.5]:1->203.0.113.10:2/tcp", "offset 0: neither A.B.C.D nor [IPV6]: '[10.0.0.5]'"},
        {"10.0.0.5:1->[2001:db8::1]:2/tcp", "offset 12: not of the source's IP version"},
    };
    for (const auto& [text, why] : rows) {
        const auto flow = parse_flow(text);
        ASSERT_FALSE(flow) << text;
        EXPECT_EQ(flow.error().detail, std::string("flow, ") + why) << text;
    }
}

} // namespace
} // namespace suanlu
