// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/segments.hpp"

#include <algorithm>
#include <limits>

namespace suanlu {

namespace {

/// How many hops of walk[from..] are the one and only IGP shortest path from their start.
std::size_t pinned_hops(const Graph& graph, const ArcPath& walk, std::size_t from) {
    const std::uint32_t start = graph.link(walk[from]).from;
    const ShortestTree& tree = graph.igp_tree(start);
    std::uint64_t metric = 0;
    std::size_t hops = 0;
    for (std::size_t k = from; k < walk.size(); ++k) {
        const TopologyLink& link = graph.link(walk[k]);
        metric += link.igp_metric;
        if (tree.count[link.to] != 1 || tree.distance[link.to] != metric) {
            // A longer part of the walk cannot be unique and shortest when this one is not.
            break;
        }
        hops = k - from + 1;
    }
    return hops;
}

} // namespace

std::uint16_t usid_of(const Router& router) {
    const auto& b = router.locator.address.bytes;
    return static_cast<std::uint16_t>(b[4] << 8 | b[5]);
}

std::variant<SegmentList, PinFailure> pin(const Graph& graph, std::uint32_t source, const ArcPath& walk,
                                          std::size_t most) {
    SL_CHECK(!walk.empty() && graph.link(walk.front()).from == source);
    SegmentList list;
    for (std::size_t at = 0; at < walk.size();) {
        const std::size_t hops = pinned_hops(graph, walk, at);
        if (hops == 0) {
            const std::string name = graph.view().link_name(graph.link(walk[at]));
            return PinFailure{
                {Errc::kUnsupported,
                 "link " + name + " is not the only shortest way to its end: it needs an adjacency SID"},
                walk[at]};
        }
        at += hops;
        const Router& router = graph.view().routers[graph.link(walk[at - 1]).to];
        list.segments.push_back({router.name, usid_of(router)});
    }
    if (list.segments.size() > most) {
        return PinFailure{{Errc::kOutOfRange, std::to_string(list.segments.size()) + " segments, " +
                                                  std::to_string(most) + " fit"},
                          kInfinite};
    }
    return list;
}

namespace {

using Costs = std::vector<std::uint64_t>;
constexpr std::uint64_t kNowhere = std::numeric_limits<std::uint64_t>::max();

/// Cost of the one way that each router's node SID leads from `start`; kNowhere where there are several, or
/// none that may be used.
Costs one_segment(const Graph& graph, std::uint32_t start, std::uint32_t source, const Exclusion& without) {
    const ShortestTree& tree = graph.igp_tree(start);
    Costs out(graph.routers(), kNowhere);
    out[start] = 0;
    for (std::uint32_t router = 0; router < graph.routers(); ++router) {
        if (router == start || tree.count[router] != 1) {
            continue;
        }
        std::uint64_t sum = 0;
        for (std::uint32_t at = router; at != start && sum != kNowhere;) {
            const std::uint32_t arc = tree.parent[at];
            const std::uint32_t step = graph.cost(arc, source, Weight::kDelay, without);
            sum = step == kInfinite ? kNowhere : sum + step;
            at = graph.link(arc).from;
        }
        out[router] = sum;
    }
    return out;
}

using Origins = std::vector<std::vector<std::uint32_t>>; ///< [round][router]: where its last segment began

SegmentList read_back(const Graph& graph, const Origins& before, std::uint32_t target) {
    SegmentList list;
    for (std::size_t round = before.size(); round-- > 0;) {
        if (before[round][target] != kInfinite) {
            const Router& router = graph.view().routers[target];
            list.segments.push_back({router.name, usid_of(router)});
            target = before[round][target];
        }
    }
    std::reverse(list.segments.begin(), list.segments.end());
    return list;
}

} // namespace

Result<SegmentList> fastest_list(const Graph& graph, std::uint32_t source, std::uint32_t target,
                                 std::size_t most, const Exclusion& without) {
    const std::size_t n = graph.routers();
    Costs best(n, kNowhere); // with as many segments as rounds so far
    best[source] = 0;
    std::vector<Costs> from(n);
    Origins before;
    for (std::size_t round = 0; round < most; ++round) {
        Costs next = best;
        before.emplace_back(n, kInfinite);
        for (std::uint32_t start = 0; start < n; ++start) {
            if (best[start] == kNowhere) {
                continue;
            }
            if (from[start].empty()) {
                from[start] = one_segment(graph, start, source, without);
            }
            for (std::uint32_t end = 0; end < n; ++end) {
                if (from[start][end] != kNowhere && best[start] + from[start][end] < next[end]) {
                    next[end] = best[start] + from[start][end];
                    before.back()[end] = start;
                }
            }
        }
        best = std::move(next);
    }
    if (best[target] == kNowhere || source == target) {
        return Error{Errc::kOutOfRange, "no way that " + std::to_string(most) + " node segments can pin"};
    }
    return read_back(graph, before, target);
}

Result<Walked> walk(const Graph& graph, std::uint32_t source, const SegmentList& list) {
    Walked out;
    out.mtu = {kInfinite};
    std::uint32_t at = source;
    std::vector<bool> seen(graph.routers(), false);
    seen[source] = true;
    for (const Segment& segment : list.segments) {
        SL_TRY(const std::uint32_t target, graph.view().find(segment.node));
        const ShortestTree& tree = graph.igp_tree(at);
        if (tree.distance[target] == kInfinite) {
            return Error{Errc::kBadInput,
                         "black hole: " + graph.view().routers[at].name + " has no route to " + segment.node};
        }
        if (tree.count[target] != 1) {
            return Error{Errc::kBadInput,
                         "several equal paths from " + graph.view().routers[at].name + " to " + segment.node};
        }
        for (const std::uint32_t arc : graph.path(tree, target)) {
            const TopologyLink& link = graph.link(arc);
            if (seen[link.to]) {
                return Error{Errc::kBadInput, "loop at " + graph.view().routers[link.to].name};
            }
            if (link.delay.value >= kUnreachableDelay.value - out.delay.value) {
                return Error{Errc::kBadInput, "delay of " + graph.view().link_name(link) + " is unknown"};
            }
            seen[link.to] = true;
            out.arcs.push_back(arc);
            out.mtu = std::min(out.mtu, link.mtu);
            out.delay += link.delay;
        }
        at = target;
    }
    return out;
}

} // namespace suanlu
