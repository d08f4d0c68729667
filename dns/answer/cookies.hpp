// SPDX-License-Identifier: Apache-2.0
// Server cookies (RFC 7873) in the form that all servers of an anycast address agree on (RFC 9018 section 4):
//
//   version 1 | 3 reserved | u32 seconds | SipHash-2-4(client cookie | the 8 octets before | client address)
//
// They depend on the shared secret and the clock only, so nothing is kept per client. Immutable; any thread.
#pragma once

#include <array>

#include "core/model/ip6.hpp"
#include "dns/answer/siphash.hpp"

namespace suanlu::dns {

inline constexpr std::size_t kClientCookieBytes = 8;
inline constexpr std::size_t kServerCookieBytes = 16;

enum class CookieOutcome : std::uint8_t {
#define SL_COOKIE_OUTCOME(outcome, code, meaning) code,
#include "dns/answer/cookie_outcomes.def"
#undef SL_COOKIE_OUTCOME
    kNone,
};
inline constexpr std::size_t kCookieOutcomes = static_cast<std::size_t>(CookieOutcome::kNone);

/// Label of metrics: "client_only".
std::string_view to_text(CookieOutcome outcome);

using ServerCookie = std::array<std::uint8_t, kServerCookieBytes>;

struct CookieCheck {
    CookieOutcome outcome = CookieOutcome::kNone;
    /// What the answer brings: the client's own while it is fresh, otherwise a new one.
    ServerCookie next{};
};

class CookieSecrets {
public:
    /// None: cookies are not answered. The first one makes cookies; those of all are accepted, so that a
    /// rollover needs no moment that all servers share (RFC 9018 section 5).
    explicit CookieSecrets(std::vector<SipKey> keys = {}) : keys_(std::move(keys)) {}

    /// One secret a line as 32 hexadecimal digits, "#" begins a comment; at most four.
    /// kBadInput with `name`:line.
    static Result<CookieSecrets> parse(std::string_view text, const std::string& name);

    [[nodiscard]] bool is_empty() const { return keys_.empty(); }
    /// `option`: the value of the COOKIE option, 8 or 16 to 40 octets. `now`: seconds since 1970.
    [[nodiscard]] CookieCheck check(ByteView option, const Ip6& client, std::uint32_t now) const;

private:
    [[nodiscard]] CookieOutcome look_at(ByteView option, const Ip6& client, std::uint32_t now,
                                        bool& is_fresh) const;

    std::vector<SipKey> keys_;
};

} // namespace suanlu::dns
