// SPDX-License-Identifier: Apache-2.0
// Segment list: the SIDs a packet visits, first to last, without the service SID, and its packing into one
// IPv6 addresses with NEXT-C-SID (RFC 9800): 16-bit ids behind a block. Pure values.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/model/ip6.hpp"
#include "core/support/result.hpp"

namespace suanlu {

/// A node to pass, by its 16-bit id below the block.
struct Segment {
    std::string node;
    std::uint16_t usid = 0;

    auto operator<=>(const Segment&) const = default;
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

/// Packs block + segments + service function into one destination. `service` is the egress's service SID
/// (block:node:function::); its node must be the last segment. kOutOfRange when more than six ids are needed,
/// kBadInput when the SID is outside the block or names another node.
Result<Ip6> pack_usid(const Prefix6& block, const SegmentList& list, const Ip6& service);

} // namespace suanlu
