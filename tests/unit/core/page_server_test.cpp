// SPDX-License-Identifier: Apache-2.0
#include "core/support/page_server.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace suanlu {
namespace {

constexpr const char* kListen = "127.0.0.1:19377";

std::string exchange(const std::string& request) {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), 19377});
    socket.write_some(asio::buffer(request));
    std::string reply(4096, '\0');
    boost::system::error_code ec;
    reply.resize(socket.read_some(asio::buffer(reply), ec));
    return reply;
}

class PageServerTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = PageServer::open(io_, kListen, [](const std::string& path) {
            return path == "/metrics" ? std::string("suanlu_up 1\n") : std::string();
        });
        ASSERT_TRUE(opened) << opened.error().text();
        server_ = *std::move(opened);
        runner_ = std::thread([this] { io_.run(); });
    }
    void TearDown() override {
        io_.stop();
        runner_.join();
    }

    asio::io_context io_;
    std::unique_ptr<PageServer> server_;
    std::thread runner_;
};

TEST_F(PageServerTest, KnownPath_IsServed) {
    const std::string reply = exchange("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(reply.find("200 OK"), std::string::npos);
    EXPECT_NE(reply.find("suanlu_up 1"), std::string::npos);
}

TEST_F(PageServerTest, UnknownPathAndMethod_AreRefused) {
    EXPECT_NE(exchange("GET /x HTTP/1.1\r\nHost: x\r\n\r\n").find("404"), std::string::npos);
    EXPECT_NE(exchange("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").find("405"),
              std::string::npos);
}

TEST_F(PageServerTest, OversizedRequest_ClosesTheConnection) {
    EXPECT_EQ(exchange("GET /" + std::string(3 * 8192, 'a') + " HTTP/1.1\r\n\r\n"), "");
    EXPECT_NE(exchange("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").find("200 OK"), std::string::npos);
}

TEST_F(PageServerTest, SecondListenerOnTheSamePort_IsUnreachable) {
    auto second = PageServer::open(io_, kListen, [](const std::string&) { return std::string(); });
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::kUnreachable);
}

} // namespace
} // namespace suanlu
