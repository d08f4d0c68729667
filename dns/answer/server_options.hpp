// SPDX-License-Identifier: Apache-2.0
// What a server says of itself and wants of its clients, whatever its zones are. Part of each snapshot, so
// that a reload changes both in one step. Immutable; any thread.
#pragma once

#include <memory>
#include <string>

#include "dns/answer/cookies.hpp"
#include "dns/answer/owner_answers.hpp"
#include "dns/answer/rate_limiter.hpp"

namespace suanlu::dns {

/// What is answered to TXT of class CHAOS (RFC 4892).
struct ChaosName {
    /// Lower case.
    DomainName name;
    Run run;
};

/// id.server and version.server with the names that BIND gave them; an empty text has no name. At most 255
/// octets each.
std::vector<ChaosName> chaos_names(std::string_view id, std::string_view version);

struct ServerOptions {
    /// Answer to NSID (RFC 5001); empty = the option is not answered.
    std::string nsid = {};
    /// Empty = questions of class CHAOS are refused.
    std::vector<ChaosName> chaos = {};
    CookieSecrets cookies = CookieSecrets();
    /// A query by UDP with a COOKIE option gets BADCOOKIE unless its server cookie is valid (RFC 7873 section
    /// 5.2.3); those without the option are answered.
    bool is_cookie_required = false;
    /// Who puts a PROXY header in front of its queries.
    std::vector<Prefix6> fronts = {};
    /// Shared by all workers and snapshots; null = no limit.
    std::shared_ptr<RateLimiter> rate_limiter = nullptr;
};

} // namespace suanlu::dns
