// SPDX-License-Identifier: Apache-2.0
#include "core/support/rpc_credentials.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

TEST(RpcCredentials, PlaintextOffTheHost_IsRefused) {
    const auto remote = *Endpoint::parse("172.20.20.10:7400");
    EXPECT_EQ(server_credentials(remote, {}).error().code, Errc::kRefused);
    EXPECT_EQ(open_channel(remote, {}, "suanlud").error().code, Errc::kRefused);
}

TEST(RpcCredentials, PlaintextOnLoopbackAndUnix_IsFine) {
    EXPECT_TRUE(server_credentials(*Endpoint::parse("127.0.0.1:7400"), {}));
    EXPECT_TRUE(open_channel(*Endpoint::parse("unix:/tmp/x.sock"), {}, "suanlud"));
}

TEST(RpcCredentials, MissingPemFile_IsNamed) {
    const TlsFiles files{"/nonexistent/ca.pem", "/nonexistent/c.pem", "/nonexistent/k.pem"};
    const auto result = server_credentials(*Endpoint::parse("172.20.20.10:7400"), files);
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().detail.find("/nonexistent/ca.pem"), std::string::npos);
}

} // namespace
} // namespace suanlu
