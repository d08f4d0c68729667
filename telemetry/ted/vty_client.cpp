// SPDX-License-Identifier: Apache-2.0
#include "telemetry/ted/vty_client.hpp"

#include <array>

namespace suanlu {

namespace {

using Socket = asio::local::stream_protocol::socket;

bool is_complete(const std::string& reply) {
    return reply.size() >= 4 && reply.compare(reply.size() - 4, 3, std::string(3, '\0')) == 0;
}

Error unreachable(const std::string& path, const boost::system::error_code& ec, bool is_late) {
    return Error{Errc::kUnreachable,
                 path + ": " + (is_late ? std::string("no answer in time") : ec.message())};
}

} // namespace

Task<Result<std::string>> vty_command(std::string socket_path, std::string command, Duration timeout) {
    const auto executor = co_await asio::this_coro::executor;
    auto socket = std::make_shared<Socket>(executor);
    auto is_late = std::make_shared<bool>(false);
    asio::steady_timer deadline(executor, timeout);
    deadline.async_wait([socket, is_late](const boost::system::error_code& cancelled) {
        if (!cancelled) {
            *is_late = true;
            boost::system::error_code ignored;
            socket->close(ignored);
        }
    });
    boost::system::error_code ec;
    co_await socket->async_connect({socket_path}, asio::redirect_error(asio::use_awaitable, ec));
    command.push_back('\0');
    if (!ec) {
        co_await asio::async_write(*socket, asio::buffer(command),
                                   asio::redirect_error(asio::use_awaitable, ec));
    }
    std::string reply;
    std::array<char, 65536> part{};
    while (!ec && !is_complete(reply)) {
        const std::size_t got = co_await socket->async_read_some(
            asio::buffer(part), asio::redirect_error(asio::use_awaitable, ec));
        reply.append(part.data(), got);
        if (reply.size() > kMostVtyReply) {
            co_return Error{Errc::kOutOfRange, socket_path + ": reply of more than 16 MiB"};
        }
    }
    if (ec) {
        co_return unreachable(socket_path, ec, *is_late);
    }
    const char code = reply.back();
    reply.resize(reply.size() - 4);
    if (code != 0) {
        co_return Error{Errc::kRefused,
                        socket_path + ": '" + command.c_str() + "' returned " + std::to_string(code)};
    }
    co_return reply;
}

} // namespace suanlu
