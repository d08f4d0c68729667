// SPDX-License-Identifier: Apache-2.0
// STAMP test packets, unauthenticated mode (RFC 8762 sections 4.2.1 and 4.3.1) with the session identifier of
// RFC 8972 section 3. Pure. Bytes that are no such packet give an error with the offset; extra bytes behind
// the 44 are padding or TLVs that a packet may carry and are left alone.
//
//   sender     0 sequence | 4 timestamp (8) | 12 error estimate | 14 SSID | 16 zero (28)
//   reflector  0 sequence | 4 timestamp (8) | 12 error estimate | 14 SSID | 16 receive timestamp (8)
//              24 sender's sequence | 28 sender's timestamp (8) | 36 sender's error estimate | 38 zero (2)
//              40 sender's hop limit | 41 zero (3)
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "core/support/result.hpp"

namespace suanlu {

inline constexpr std::size_t kStampBytes = 44;
inline constexpr std::uint16_t kStampPort = 862;
using StampBytes = std::array<std::uint8_t, kStampBytes>;

/// NTP 64-bit format (RFC 5905 section 6): seconds since 1900 and their fraction.
struct NtpTime {
    std::uint32_t seconds = 0;
    std::uint32_t fraction = 0;

    bool operator==(const NtpTime&) const = default;
};

/// `unix` is the time since 1970; era 0 only, until 2036.
NtpTime to_ntp(std::chrono::nanoseconds unix_time);
/// later - earlier, modulo eras; right while the two are less than 68 years apart.
std::chrono::nanoseconds difference(NtpTime later, NtpTime earlier);

/// Clock not synchronised (S = 0), NTP format (Z = 0), scale 0, multiplier 1: RFC 8762 section 4.2.1 forbids
/// zero.
inline constexpr std::uint16_t kUnsynchronised = 0x0001;

struct StampProbe {
    std::uint32_t sequence = 0;
    NtpTime sent;
    std::uint16_t error_estimate = kUnsynchronised;
    std::uint16_t session = 0; ///< SSID; zero = none

    bool operator==(const StampProbe&) const = default;
};

struct StampReply {
    std::uint32_t sequence = 0;
    NtpTime sent;
    std::uint16_t error_estimate = kUnsynchronised;
    std::uint16_t session = 0;
    NtpTime received;
    std::uint32_t sender_sequence = 0;
    NtpTime sender_sent;
    std::uint16_t sender_error_estimate = 0;
    std::uint8_t sender_hop_limit = 0;

    bool operator==(const StampReply&) const = default;
};

StampBytes to_bytes(const StampProbe& probe);
StampBytes to_bytes(const StampReply& reply);
Result<StampProbe> parse_stamp_probe(std::span<const std::uint8_t> bytes);
Result<StampReply> parse_stamp_reply(std::span<const std::uint8_t> bytes);

} // namespace suanlu
