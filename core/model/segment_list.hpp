// SPDX-License-Identifier: Apache-2.0
// Segment list: the SIDs a packet visits, first to last, without the service SID, and its packing into one
// IPv6 destination with NEXT-C-SID (RFC 9800, flavour F3216: 32-bit block, 16-bit ids, six per address). Pure
// values.
#pragma once

#include <cstdint>
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

inline constexpr std::size_t kUsidsPerAddress = 6;

/// Packs block + segments + service function into one destination. `service` is the egress's service SID
/// (block:node:function::); its node must be the last segment. kOutOfRange when more than six ids are needed,
/// kBadInput when the SID is outside the block or names another node.
Result<Ip6> pack_usid(const Prefix6& block, const SegmentList& list, const Ip6& service);

} // namespace suanlu
