// SPDX-License-Identifier: Apache-2.0
// Numbers of the registry "Domain Name System (DNS) Parameters" that suanlu uses, and the names of types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace suanlu::dns {

namespace rr_type {
inline constexpr std::uint16_t kA = 1;
inline constexpr std::uint16_t kNs = 2;
inline constexpr std::uint16_t kCname = 5;
inline constexpr std::uint16_t kSoa = 6;
inline constexpr std::uint16_t kPtr = 12;
inline constexpr std::uint16_t kMx = 15;
inline constexpr std::uint16_t kTxt = 16;
inline constexpr std::uint16_t kAaaa = 28;
inline constexpr std::uint16_t kSrv = 33;
inline constexpr std::uint16_t kDname = 39;
inline constexpr std::uint16_t kOpt = 41;
inline constexpr std::uint16_t kDs = 43;
inline constexpr std::uint16_t kRrsig = 46;
inline constexpr std::uint16_t kNsec = 47;
inline constexpr std::uint16_t kDnskey = 48;
inline constexpr std::uint16_t kNsec3 = 50;
inline constexpr std::uint16_t kNsec3Param = 51;
inline constexpr std::uint16_t kCds = 59;
inline constexpr std::uint16_t kCdnskey = 60;
inline constexpr std::uint16_t kSvcb = 64;
inline constexpr std::uint16_t kHttps = 65;
inline constexpr std::uint16_t kTsig = 250;
inline constexpr std::uint16_t kIxfr = 251;
inline constexpr std::uint16_t kAxfr = 252;
inline constexpr std::uint16_t kAny = 255;
/// CMP, the compute record: private use (RFC 6895 section 3.1).
inline constexpr std::uint16_t kCmp = 65280;
} // namespace rr_type

namespace rr_class {
inline constexpr std::uint16_t kIn = 1;
inline constexpr std::uint16_t kChaos = 3;
inline constexpr std::uint16_t kAny = 255;
} // namespace rr_class

/// "SVCB", "CMP", or "TYPE1234" (RFC 3597 section 5).
std::string type_text(std::uint16_t type);
/// The reverse, in any case; CMP is also TYPE65280.
std::optional<std::uint16_t> parse_type(std::string_view text);

} // namespace suanlu::dns
