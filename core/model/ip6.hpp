// SPDX-License-Identifier: Apache-2.0
// IPv6 addresses and prefixes in network byte order; IPv4 is carried as ::ffff:a.b.c.d (RFC 4291
// section 2.5.5.2), so that services of both families share one key. Parsing is strict: no zone ids, no
// surrounding blanks. Pure values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/support/result.hpp"

namespace suanlu {

struct Ip6 {
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(const Ip6&) const = default;
    [[nodiscard]] bool is_zero() const { return *this == Ip6{}; }
    /// True for ::ffff:0:0/96.
    [[nodiscard]] bool is_mapped_v4() const;
    /// True for fe80::/10.
    [[nodiscard]] bool is_link_local() const { return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80; }
    /// RFC 5952 text; dotted quad for mapped IPv4.
    [[nodiscard]] std::string text() const;
    /// Accepts IPv6 text and dotted IPv4.
    static Result<Ip6> parse(std::string_view text);
};

struct Prefix6 {
    Ip6 address;
    /// 0..128; an IPv4 prefix /24 is stored as 96 + 24.
    std::uint8_t length = 0;

    auto operator<=>(const Prefix6&) const = default;
    [[nodiscard]] bool contains(const Ip6& address) const;
    [[nodiscard]] bool contains(const Prefix6& inner) const;
    [[nodiscard]] std::string text() const;
    /// "ADDRESS/LENGTH"; host bits must be zero unless `allow_host_bits`.
    static Result<Prefix6> parse(std::string_view text, bool allow_host_bits = false);
};

} // namespace suanlu
