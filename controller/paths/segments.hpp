// SPDX-License-Identifier: Apache-2.0
// From a wanted walk to the shortest list of node SIDs that pins it, and back: what the routers would really
// do with a list. Node SIDs only; a hop that no node SID pins needs an adjacency SID and is refused with that
// reason. Greedy furthest reach is optimal because parts of unique shortest paths are unique shortest paths
// (Giorgetti et al., GLOBECOM 2015). Pure.
#pragma once

#include <variant>

#include "controller/paths/graph.hpp"
#include "core/model/segment_list.hpp"

namespace suanlu {

/// The 16-bit id of a router below the block (F3216: bytes 4 and 5 of its locator).
std::uint16_t usid_of(const Router& router);

struct PinFailure {
    Error error;
    /// The arc that could not be pinned; kInfinite when the failure is another one.
    std::uint32_t arc = kInfinite;
};

/// Segments for a walk that starts at `source`; the last one is the walk's end. `most` = segments that fit.
/// kUnsupported (with the arc) when a hop needs an adjacency SID, kOutOfRange when the list is too long.
std::variant<SegmentList, PinFailure> pin(const Graph& graph, std::uint32_t source, const ArcPath& walk,
                                          std::size_t most);

/// The fastest way that at most `most` node segments pin, written down. Exact, but looks at every pair of
/// routers: for the few paths whose fastest way needs more. kOutOfRange when no list of that length leads
/// there.
Result<SegmentList> fastest_list(const Graph& graph, std::uint32_t source, std::uint32_t target,
                                 std::size_t most, const Exclusion& without);

/// What the network does with a list: the arcs, the delay, the smallest MTU.
struct Walked {
    ArcPath arcs;
    Microseconds delay{0};
    Bytes mtu{0};
};

/// Follows `list` from `source` hop by hop along every router's IGP shortest path. kBadInput: a black hole, a
/// loop, a link of unknown delay, or a hop where several equal paths exist (then the way is not proven).
Result<Walked> walk(const Graph& graph, std::uint32_t source, const SegmentList& list);

} // namespace suanlu
