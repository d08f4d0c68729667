// SPDX-License-Identifier: Apache-2.0
#include "core/support/page_server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "core/support/endpoint.hpp"
#include "core/support/log.hpp"

namespace suanlu {

namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;

namespace {

constexpr int kMostConnections = 32;
constexpr std::size_t kMostRequestBytes = 8192;
constexpr std::chrono::seconds kRequestTimeout{5};

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

Response answer(const PageServer::Render& render, const Request& request) {
    Response response{http::status::ok, request.version()};
    response.keep_alive(request.keep_alive());
    response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    if (request.method() != http::verb::get) {
        response.result(http::status::method_not_allowed);
    } else {
        response.body() = render(std::string(request.target()));
        if (response.body().empty()) {
            response.result(http::status::not_found);
        }
    }
    response.prepare_payload();
    return response;
}

} // namespace

struct PageServer::State {
    State(asio::io_context& io, Render r)
        : strand(asio::make_strand(io)), acceptor(strand), render(std::move(r)) {}

    Strand strand;
    Tcp::acceptor acceptor;
    Render render;
    int connections = 0;

    static Task<void> serve(std::shared_ptr<State> state, Tcp::socket socket) {
        beast::tcp_stream stream(std::move(socket));
        beast::flat_buffer buffer(kMostRequestBytes);
        boost::system::error_code ec;
        for (;;) {
            http::request_parser<http::string_body> parser;
            parser.body_limit(kMostRequestBytes);
            stream.expires_after(kRequestTimeout);
            co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, ec));
            if (ec) {
                break;
            }
            const Response response = answer(state->render, parser.get());
            co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, ec));
            if (ec || !response.keep_alive()) {
                break;
            }
        }
        --state->connections;
    }

    static Task<void> accept(std::shared_ptr<State> state) {
        while (state->acceptor.is_open()) {
            boost::system::error_code ec;
            Tcp::socket socket =
                co_await state->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
            if (ec) {
                continue; // closed, or this client is gone already
            }
            if (state->connections >= kMostConnections) {
                log_warn("page.refused", {{"why", "too many connections"}});
                continue;
            }
            ++state->connections;
            spawn_owned(state->strand, "page.serve", serve(state, std::move(socket)));
        }
    }
};

PageServer::PageServer(std::shared_ptr<State> state) : state_(std::move(state)) {
}

PageServer::~PageServer() {
    close();
}

Result<std::unique_ptr<PageServer>> PageServer::open(asio::io_context& io, const std::string& listen,
                                                     Render render, bool is_shared) {
    SL_TRY(const Endpoint where, Endpoint::parse(listen));
    if (where.is_unix()) {
        return Error{Errc::kUnsupported, "the metrics page needs ADDRESS:PORT, not " + listen};
    }
    auto state = std::make_shared<State>(io, std::move(render));
    Tcp::endpoint endpoint;
    if (where.address.is_mapped_v4()) {
        asio::ip::address_v4::bytes_type bytes{};
        std::copy_n(where.address.bytes.begin() + 12, 4, bytes.begin());
        endpoint = {asio::ip::address_v4(bytes), where.port};
    } else {
        endpoint = {asio::ip::address_v6(where.address.bytes), where.port};
    }
    boost::system::error_code ec;
    state->acceptor.open(endpoint.protocol(), ec);
    if (!ec) {
        state->acceptor.set_option(Tcp::acceptor::reuse_address(true), ec);
        const int share = is_shared ? 1 : 0;
        (void)::setsockopt(state->acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &share, sizeof share);
        state->acceptor.bind(endpoint, ec);
    }
    if (!ec) {
        state->acceptor.listen(kMostConnections, ec);
    }
    if (ec) {
        return Error{Errc::kUnreachable, "cannot listen on " + listen + ": " + ec.message()};
    }
    spawn_owned(state->strand, "page.accept", State::accept(state));
    return std::unique_ptr<PageServer>(new PageServer(state));
}

void PageServer::close() {
    asio::post(state_->strand, [state = state_] {
        boost::system::error_code ignored;
        state->acceptor.close(ignored);
    });
}

} // namespace suanlu
