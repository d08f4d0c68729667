// SPDX-License-Identifier: Apache-2.0
// Packets with an outer header as an ingress of the domain writes it, or a liar, and rows of them. Pure.
#pragma once

#include <gtest/gtest.h>

#include "tests/packets/cases.hpp"

namespace suanlu::packets {

inline constexpr const char* kSid6 = "fc00:0:e1:f006::";
inline constexpr const char* kSid4 = "fc00:0:e1:f004::";

/// Codes of a parameter problem (RFC 4443 section 3.4, RFC 8986 section 4.1.1).
inline constexpr std::uint8_t kErroneousField = 0;
inline constexpr std::uint8_t kUpperLayer = 4;

struct Outer {
    const char* destination = kSid6;
    const char* source = "fc00:0:1::1";
    std::uint8_t traffic_class = 0;
    std::uint8_t payload = 41;
    /// Routing header, all but its first byte; empty = none.
    std::vector<std::uint8_t> routing = {};
};

/// A routing header with so many segments listed, the last one in force.
std::vector<std::uint8_t> listing(std::uint8_t segments, std::uint8_t left = 0);
/// One with these segments, in the order of the packet's way.
std::vector<std::uint8_t> listing(std::vector<const char*> segments, std::uint8_t left);
Frame wrapped(const Frame& inner, const Outer& outer);
/// What the source of a frame is told is wrong with it: ICMPv6 parameter problem.
Frame told(const Frame& about, std::uint8_t code, std::size_t pointer);
/// UDP between a client and a service.
Frame marked(bool is_v4, std::uint8_t traffic_class, std::size_t payload = 20);

/// Packets from the domain's own side.
class SidRows {
public:
    explicit SidRows(std::vector<PacketCase>& rows) : rows_(rows) {}

    PacketCase& add(const std::string& name, Frame frame, Verdict verdict, sl_reason reason) {
        return rows_.emplace_back(PacketCase{name, std::move(frame), PacketRole::kCore, verdict, reason});
    }
    void dropped(const std::string& name, Frame frame, sl_reason reason) {
        add(name, std::move(frame), Verdict::kDrop, reason);
    }
    /// Dropped too, but not without a word.
    void refused(const std::string& name, Frame frame, sl_reason reason, std::uint8_t code,
                 std::size_t pointer) {
        add(name, std::move(frame), Verdict::kRedirect, reason).check =
            [=](const Frame& before, const Frame& after) { EXPECT_EQ(after, told(before, code, pointer)); };
    }
    void left(const std::string& name, Frame frame, sl_reason reason) {
        add(name, std::move(frame), Verdict::kPass, reason);
    }

    PacketCase& last() { return rows_.back(); }

private:
    std::vector<PacketCase>& rows_;
};

} // namespace suanlu::packets
