// SPDX-License-Identifier: Apache-2.0
#include "core/support/endpoint.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

TEST(Endpoint, Text_RoundTrips) {
    for (const char* text :
         {"127.0.0.1:7400", "[::1]:7400", "[2001:db8::1]:862", "unix:/run/suanlu/suanlud.sock"}) {
        const auto parsed = Endpoint::parse(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(parsed->text(), text);
    }
}

TEST(Endpoint, IsLocal_OnlyForLoopbackAndUnix) {
    EXPECT_TRUE(Endpoint::parse("127.3.2.1:1")->is_local());
    EXPECT_TRUE(Endpoint::parse("[::1]:1")->is_local());
    EXPECT_TRUE(Endpoint::parse("unix:/x")->is_local());
    EXPECT_FALSE(Endpoint::parse("172.20.20.10:7400")->is_local());
    EXPECT_FALSE(Endpoint::parse("[::]:1")->is_local());
}

TEST(Endpoint, Parse_RefusesNamesAndBadPorts) {
    for (const char* text :
         {"host:1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "::1:80", "unix:", "[::1]"}) {
        EXPECT_FALSE(Endpoint::parse(text)) << text;
    }
}

} // namespace
} // namespace suanlu
