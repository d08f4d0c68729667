// SPDX-License-Identifier: Apache-2.0
// The first 8 bytes of an IPv6 header and of a routing header, each as the one word that it is in memory:
// what an engine asks of them is a shift and a mask. Values. Comes behind the core (dataplane/steer/steer.h),
// whose constants it has.
#pragma once

#include <cstdint>
#include <cstring>

#include "dataplane/dpdk/packet_columns.hpp"

namespace suanlu {

/// The first 8 bytes of an IPv6 header as they lie in memory.
class Ipv6Start {
public:
    explicit Ipv6Start(std::uint64_t word) : word_(word) {}
    [[nodiscard]] bool is_ipv6() const { return (word_ & kVersion) == 0x60; }
    [[nodiscard]] std::uint8_t ecn() const { return word_ >> 12 & SL_ECN; }
    /// Version, traffic class and flow label.
    [[nodiscard]] std::uint32_t first() const { return static_cast<std::uint32_t>(word_); }
    /// 0 = same version, same ECN field.
    [[nodiscard]] std::uint64_t unlike(Ipv6Start other) const {
        return (word_ ^ other.word_) & (kVersion | kEcn);
    }
    /// Of the whole packet.
    [[nodiscard]] std::uint32_t length() const {
        return __builtin_bswap16(static_cast<std::uint16_t>(word_ >> 32)) + std::uint32_t{SL_IPV6};
    }
    [[nodiscard]] std::uint8_t next() const { return static_cast<std::uint8_t>(word_ >> 48); }
    [[nodiscard]] std::uint8_t hops() const { return static_cast<std::uint8_t>(word_ >> 56); }
    /// One hop further.
    [[nodiscard]] std::uint64_t forwarded() const { return word_ - (std::uint64_t{1} << 56); }
    [[nodiscard]] Ipv6Start with_ecn(int ecn) const {
        return Ipv6Start((word_ & ~kEcn) | static_cast<std::uint64_t>(ecn) << 12);
    }

private:
    static constexpr std::uint64_t kVersion = 0xf0;
    static constexpr std::uint64_t kEcn = std::uint64_t{SL_ECN} << 12;

    std::uint64_t word_;
};

/// The same of a routing header.
class RoutingStart {
public:
    explicit RoutingStart(std::uint64_t word) : word_(word) {}
    [[nodiscard]] bool operator==(const RoutingStart&) const = default;
    [[nodiscard]] std::uint8_t next() const { return static_cast<std::uint8_t>(word_); }
    /// In bytes.
    [[nodiscard]] std::uint32_t length() const { return ((word_ >> 8 & 0xff) + 1) * 8; }
    /// A segment routing header (RFC 8754 section 2) with room for what it lists.
    [[nodiscard]] bool is_segments() const {
        return (word_ >> 16 & 0xff) == 4 && 8 + (last() + 1) * 16 <= length();
    }
    /// No segment is left, and no second such header follows.
    [[nodiscard]] bool is_used_up() const {
        return is_segments() && left() == 0 && next() != SL_NEXT_ROUTING;
    }
    [[nodiscard]] std::uint32_t left() const { return word_ >> 24 & 0xff; }
    [[nodiscard]] std::uint32_t last() const { return word_ >> 32 & 0xff; }

private:
    std::uint64_t word_;
};

/// The packet in a tunnel.
struct Inside {
    std::uint32_t offset; ///< in the frame; 0 = not plain: the core finds it
    std::uint8_t next;    ///< header that says what it is
};

/// Behind an outer IPv6 header and a routing header that is used up, if any.
class InsideFinder {
public:
    /// The frame has 8 bytes behind its IPv6 header.
    [[gnu::always_inline]] Inside find(const std::uint8_t* frame, Ipv6Start outer) {
        constexpr std::uint32_t kBehind = SL_ETHERNET + SL_IPV6;
        if (outer.next() != SL_NEXT_ROUTING) {
            return {kBehind, outer.next()};
        }
        std::uint64_t word = 0;
        std::memcpy(&word, frame + kBehind, sizeof word);
        const RoutingStart routing(word);
        if (routing != used_up_) [[unlikely]] {
            if (!routing.is_used_up() || kBehind + routing.length() > SL_MOST_OFFSET) {
                return {};
            }
            used_up_ = routing;
        }
        return {kBehind + routing.length(), routing.next()};
    }

private:
    RoutingStart used_up_{0}; ///< the last one; that of 0 leads to no packet
};

} // namespace suanlu
