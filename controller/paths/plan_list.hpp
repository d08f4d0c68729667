// SPDX-License-Identifier: Apache-2.0
// Between the lists of Plans (names and ids) and those of the path engine (indices): what the network does
// with a Plan's list, and how a list is written into a Plan. Pure.
#pragma once

#include "controller/paths/segments/walk_list.hpp"
#include "core/model/segment_list.hpp"

namespace suanlu::paths {

/// What the network does with a list from a router on; refused unless it is one way of known delay.
/// kNotFound: a router or link that the topology does not have.
Result<WalkedList> walk_segments(Forwarding& forwarding, std::uint32_t source, const SegmentList& list);

SegmentList as_segment_list(const TopologyView& view, const PathList& list);

} // namespace suanlu::paths
