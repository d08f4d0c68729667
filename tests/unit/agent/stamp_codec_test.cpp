// SPDX-License-Identifier: Apache-2.0
#include "telemetry/stamp/stamp_codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace suanlu {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// Made by scapy 2.5.0: STAMPSessionSenderTestUnauthenticated(seq=7, ts=3900000000.5, S=0, multiplier=1,
// ssid=0x1234) and STAMPSessionReflectorTestUnauthenticated(seq=9, ts=3900000001.25, ts_rx=3900000001.0,
// seq_sender=7, ts_sender=3900000000.5, ttl_sender=61, same estimates and ssid).
constexpr const char* kScapyProbe =
    "00000007e8754700800000000001123400000000000000000000000000000000000000000000000000000000";
constexpr const char* kScapyReply =
    "00000009e87547014000000000011234e87547010000000000000007e875470080000000000100003d000000";

std::string hex(const StampBytes& bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (const std::uint8_t byte : bytes) {
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

const StampProbe kProbe{7, {3'900'000'000U, 0x8000'0000U}, kUnsynchronised, 0x1234};
const StampReply kReply{9, {3'900'000'001U, 0x4000'0000U}, kUnsynchronised, 0x1234, {3'900'000'001U, 0},
                        7, {3'900'000'000U, 0x8000'0000U}, kUnsynchronised, 61};

TEST(StampCodec, BytesAreThoseOfScapy) {
    EXPECT_EQ(hex(to_bytes(kProbe)), kScapyProbe);
    EXPECT_EQ(hex(to_bytes(kReply)), kScapyReply);
}

TEST(StampCodec, RoundTrip) {
    const auto probe = parse_stamp_probe(to_bytes(kProbe));
    ASSERT_TRUE(probe);
    EXPECT_EQ(*probe, kProbe);
    const auto reply = parse_stamp_reply(to_bytes(kReply));
    ASSERT_TRUE(reply);
    EXPECT_EQ(*reply, kReply);
}

TEST(StampCodec, EveryShorterPacketIsRefusedWithItsLength) {
    const StampBytes whole = to_bytes(kReply);
    for (std::size_t length = 0; length < kStampBytes; ++length) {
        const std::vector<std::uint8_t> cut(whole.begin(),
                                            whole.begin() + static_cast<std::ptrdiff_t>(length));
        const auto reply = parse_stamp_reply(cut);
        ASSERT_FALSE(reply);
        EXPECT_EQ(reply.error().detail.rfind("offset " + std::to_string(length) + ":", 0), 0U);
        EXPECT_FALSE(parse_stamp_probe(cut));
    }
}

TEST(StampCodec, LongerPacketsArePadding) {
    const StampBytes whole = to_bytes(kProbe);
    std::vector<std::uint8_t> padded(whole.begin(), whole.end());
    padded.resize(1200, 0xff);
    EXPECT_EQ(*parse_stamp_probe(padded), kProbe);
}

TEST(StampCodec, NtpTimeKeepsNanosecondsWithinOne) {
    const nanoseconds t = seconds(1'800'000'000) + nanoseconds(123'456'789);
    const NtpTime a = to_ntp(t);
    const NtpTime b = to_ntp(t + milliseconds(50));
    const auto gap = difference(b, a);
    EXPECT_LE(std::abs((gap - milliseconds(50)).count()), 1);
    EXPECT_LE(std::abs((difference(a, b) + milliseconds(50)).count()), 1);
}

TEST(StampCodec, DifferenceCrossesTheEraOf2036) {
    EXPECT_EQ(difference(NtpTime{1, 0}, NtpTime{0xffff'ffffU, 0}), seconds(2));
}

} // namespace
} // namespace suanlu
