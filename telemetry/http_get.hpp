// SPDX-License-Identifier: Apache-2.0
// GET of one page over a kept-alive HTTP/1.1 connection. One request in flight per page, so a slow server is
// never hurt by us; every wait has a deadline and every body a limit. Beast stays in the .cpp. Runs on the
// caller's strand.
#pragma once

#include <memory>
#include <string>

#include "core/support/asio.hpp"
#include "core/support/clock.hpp"
#include "core/support/endpoint.hpp"
#include "core/support/result.hpp"

namespace suanlu {

inline constexpr std::size_t kMostPageBytes = 4U << 20;

struct PageAddress {
    Endpoint server;
    std::string path;
    std::string text; ///< as configured, for sources and logs

    /// "http://ADDRESS:PORT/PATH"; names are not resolved.
    static Result<PageAddress> parse(const std::string& url);
};

struct HttpPage {
    std::string body;
    std::string content_type;
};

class HttpGet {
public:
    HttpGet(const Strand& strand, PageAddress page, Duration timeout);
    ~HttpGet();
    HttpGet(const HttpGet&) = delete;
    HttpGet& operator=(const HttpGet&) = delete;

    /// kUnreachable (connection, deadline), kBadInput (no HTTP, status other than 200), kOutOfRange (body too
    /// large). After a failure the next call connects anew.
    Task<Result<HttpPage>> get();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace suanlu
