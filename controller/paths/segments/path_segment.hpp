// SPDX-License-Identifier: Apache-2.0
// One instruction of a segment list as the path engine sees it: where it takes the packet and the 16-bit id
// that says so. Lists are in travelling order. Pure values.
#pragma once

#include <span>
#include <string>

#include "controller/paths/graph/graph.hpp"

namespace suanlu::paths {

enum class SegmentKind : std::uint8_t {
    kNode,      ///< along the shortest paths of `algorithm` to `router` (End, RFC 8986 section 4.1)
    kAdjacency, ///< over `link`; the packet is at its first router (End.X, section 4.2)
    kBinding,   ///< the list that `router` imposes itself; the packet is there (End.B6.Encaps, section 4.13)
};

struct PathSegment {
    SegmentKind kind = SegmentKind::kNode;
    /// kNode: where it leads. kAdjacency, kBinding: whose local id it is.
    std::uint32_t router = kNone;
    std::uint32_t link = kNone; ///< kAdjacency only
    std::uint8_t algorithm = 0; ///< kNode only; 128..255 = a Flex-Algo
    std::uint16_t usid = 0;

    bool operator==(const PathSegment&) const = default;
};

using PathList = std::vector<PathSegment>;

/// The locator of a router in an algorithm; nullptr when it takes no part.
const Prefix6* locator_of(const Router& router, std::uint8_t algorithm);
/// A node segment with its id; usid 0 when the router has no locator for the algorithm.
PathSegment node_segment(const TopologyView& view, std::uint32_t router, std::uint8_t algorithm = 0);
/// An adjacency segment with its id; usid 0 when the link has none.
PathSegment adjacency_segment(const TopologyView& view, std::uint32_t link);
/// What a binding SID visits; nullptr when the router has no such binding.
const BindingSid* binding_of(const TopologyView& view, const PathSegment& segment);
/// Where the segment leaves the packet; kNone for a binding that nobody described.
std::uint32_t end_of(const TopologyView& view, const PathSegment& segment);

/// "P1", "P2>P3", "E1(algo 128)", "P4[0xe007]" for a binding.
std::string to_text(const TopologyView& view, const PathSegment& segment);
/// "P1, P2>P3, E1(algo 128)".
std::string to_text(const TopologyView& view, std::span<const PathSegment> list);

} // namespace suanlu::paths
