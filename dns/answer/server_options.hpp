// SPDX-License-Identifier: Apache-2.0
// What a server says of itself and wants of its clients, whatever its zones are. Part of each snapshot, so
// that a reload changes both in one step. Immutable; any thread.
#pragma once

#include <memory>
#include <string>

#include "dns/answer/cookies.hpp"
#include "dns/answer/rate_limiter.hpp"

namespace suanlu::dns {

struct ServerOptions {
    /// Answer to NSID (RFC 5001); empty = the option is not answered.
    std::string nsid = {};
    CookieSecrets cookies = CookieSecrets();
    /// A query by UDP with a COOKIE option gets BADCOOKIE unless its server cookie is valid (RFC 7873 section
    /// 5.2.3); those without the option are answered.
    bool is_cookie_required = false;
    /// Shared by all workers and snapshots; null = no limit.
    std::shared_ptr<RateLimiter> rate_limiter = nullptr;
};

} // namespace suanlu::dns
