// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/plan_list.hpp"

namespace suanlu::paths {

namespace {

/// The node or the link of that router that has this id; the walk refuses what nobody has.
Result<PathSegment> as_path_segment(const Graph& graph, const Segment& segment) {
    SL_TRY(const std::uint32_t router, graph.view().find(segment.node));
    const PathSegment node = node_segment(graph.view(), router);
    if (segment.usid < kFirstLocalUsid || segment.usid == node.usid) {
        return node;
    }
    for (auto [link, end] = graph.out(router); link < end; ++link) {
        if (graph.link(link).adjacency_usid == segment.usid) {
            return adjacency_segment(graph.view(), link);
        }
    }
    return Error{Errc::kNotFound, "no link of " + segment.node + " has the id of segment " + segment.text()};
}

} // namespace

Result<WalkedList> walk_segments(Forwarding& forwarding, std::uint32_t source, const SegmentList& list) {
    const Graph& graph = forwarding.graph();
    PathList way;
    for (const Segment& segment : list.segments) {
        SL_TRY(const PathSegment next, as_path_segment(graph, segment));
        way.push_back(next);
    }
    SL_TRY(WalkedList walked, walk_list(forwarding, source, way));
    if (!walked.is_single) {
        return Error{Errc::kBadInput, "several equal paths from " + graph.view().routers[source].name};
    }
    if (walked.longest_delay == kInfinite) {
        return Error{Errc::kBadInput, "a link of unknown delay"};
    }
    return walked;
}

SegmentList as_segment_list(const TopologyView& view, const PathList& list) {
    SegmentList out;
    for (const PathSegment& segment : list) {
        out.segments.push_back({view.routers[segment.router].name, segment.usid});
    }
    return out;
}

} // namespace suanlu::paths
