// SPDX-License-Identifier: Apache-2.0
// Segment list: the SIDs a packet visits, first to last, without the service SID, and its packing into one
// IPv6 addresses with NEXT-C-SID (RFC 9800): 16-bit ids behind a block. Pure values.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/ip6.hpp"
#include "core/support/result.hpp"

namespace suanlu {

/// First local id: node ids lie below it, ids of links at and above it (RFC 9800 section 4.1: GIB and LIB).
inline constexpr std::uint16_t kFirstLocalUsid = 0xe000;

/// A node to pass, by its 16-bit id below the block; with a local id a link to take from that node.
struct Segment {
    std::string node;
    std::uint16_t usid = 0;

    auto operator<=>(const Segment&) const = default;
    /// "P1", or "P1[e001]" for a link.
    [[nodiscard]] std::string text() const;
};

struct SegmentList {
    /// Transit and egress nodes in order; the last one owns the service SID.
    std::vector<Segment> segments;

    auto operator<=>(const SegmentList&) const = default;
    [[nodiscard]] std::string text() const;
};

/// How an address is divided: a block, then 16-bit ids.
struct UsidFormat {
    std::uint8_t block_bits = 32;

    [[nodiscard]] constexpr std::size_t ids() const { return (128U - block_bits) / 16U; }
    auto operator<=>(const UsidFormat&) const = default;
};

/// RFC 9800 section 4.1: six ids behind a 32-bit block, five behind one of 48 bits.
inline constexpr UsidFormat kF3216{32};
inline constexpr UsidFormat kF4816{48};
inline constexpr std::size_t kUsidsPerAddress = kF3216.ids();

/// One address: the block's leading bits, then `ids` (at most format.ids()), then zeros.
Ip6 usid_container(const Ip6& block, UsidFormat format, std::span<const std::uint16_t> ids);
/// The id at a place behind the block, from 0.
std::uint16_t usid_at(const Ip6& address, UsidFormat format, std::size_t index);

/// The part of `list` that is written into packets of `ingress`. A link of the ingress itself that comes
/// first is taken by sending over it: nobody before the ingress could execute its SID.
SegmentList written_part(const SegmentList& list, std::string_view ingress);
/// Whether the first segment is such a link.
bool starts_with_own_link(const SegmentList& list, std::string_view ingress);

/// Packs block + segments + service function into one destination. `service` is the egress's service SID
/// (block:node:function::); its node must be the last segment. kOutOfRange when more than six ids are needed,
/// kBadInput when the SID is outside the block or names another node.
Result<Ip6> pack_usid(const Prefix6& block, const SegmentList& list, const Ip6& service);

/// The id below its block that a locator carries: the 16 bits that end it; 0 without a locator.
std::uint16_t locator_usid(const Prefix6& locator);

} // namespace suanlu
