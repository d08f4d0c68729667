// SPDX-License-Identifier: Apache-2.0
#include "telemetry/http_get.hpp"

#include <algorithm>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace suanlu {

namespace beast = boost::beast;
namespace http = beast::http;

Result<PageAddress> PageAddress::parse(const std::string& url) {
    constexpr std::string_view kScheme = "http://";
    if (!url.starts_with(kScheme)) {
        return Error{Errc::kBadInput, "'" + url + "' is no http:// address"};
    }
    const std::size_t slash = url.find('/', kScheme.size());
    PageAddress out;
    out.text = url;
    out.path = slash == std::string::npos ? "/" : url.substr(slash);
    SL_TRY(out.server, Endpoint::parse(url.substr(
                           kScheme.size(), slash == std::string::npos ? slash : slash - kScheme.size())));
    return out;
}

struct HttpGet::State {
    State(const Strand& s, PageAddress p, Duration t) : strand(s), page(std::move(p)), timeout(t) {}

    Strand strand;
    PageAddress page;
    Duration timeout;
    std::unique_ptr<beast::tcp_stream> stream;
    beast::flat_buffer buffer;

    asio::ip::tcp::endpoint endpoint() const {
        if (page.server.address.is_mapped_v4()) {
            asio::ip::address_v4::bytes_type bytes{};
            std::copy_n(page.server.address.bytes.begin() + 12, 4, bytes.begin());
            return {asio::ip::address_v4(bytes), page.server.port};
        }
        return {asio::ip::address_v6(page.server.address.bytes), page.server.port};
    }
};

HttpGet::HttpGet(const Strand& strand, PageAddress page, Duration timeout)
    : state_(std::make_unique<State>(strand, std::move(page), timeout)) {
}

HttpGet::~HttpGet() = default;

Task<Result<HttpPage>> HttpGet::get() {
    State& state = *state_;
    boost::system::error_code ec;
    if (!state.stream) {
        state.buffer.clear();
        state.stream = std::make_unique<beast::tcp_stream>(state.strand);
        state.stream->expires_after(state.timeout);
        co_await state.stream->async_connect(state.endpoint(), asio::redirect_error(asio::use_awaitable, ec));
    }
    http::request<http::empty_body> request{http::verb::get, state.page.path, 11};
    request.set(http::field::host, state.page.server.text());
    request.set(http::field::accept, "text/plain;version=0.0.4");
    request.keep_alive(true);
    http::response_parser<http::string_body> parser;
    parser.body_limit(kMostPageBytes);
    if (!ec) {
        state.stream->expires_after(state.timeout);
        co_await http::async_write(*state.stream, request, asio::redirect_error(asio::use_awaitable, ec));
    }
    if (!ec) {
        co_await http::async_read(*state.stream, state.buffer, parser,
                                  asio::redirect_error(asio::use_awaitable, ec));
    }
    if (ec) {
        state.stream.reset();
        const Errc code = ec == http::error::body_limit ? Errc::kOutOfRange : Errc::kUnreachable;
        co_return Error{code, state.page.text + ": " + ec.message()};
    }
    auto response = parser.release();
    if (!response.keep_alive()) {
        state.stream.reset();
    }
    if (response.result() != http::status::ok) {
        co_return Error{Errc::kBadInput,
                        state.page.text + ": HTTP status " + std::to_string(response.result_int())};
    }
    co_return HttpPage{std::move(response.body()), std::string(response[http::field::content_type])};
}

} // namespace suanlu
