// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/fastest_list.hpp"

#include <algorithm>

namespace suanlu::paths {

namespace {

/// Delay of the one way that each router's node SID leads from `start`; kInfinite where there are several, or
/// none that may be used.
std::vector<std::uint32_t> one_segment(Forwarding& forwarding, std::uint32_t start, const Weights& delays) {
    const Graph& graph = forwarding.graph();
    const Tree& tree = forwarding.tree(start);
    const Reach& reach = forwarding.reach(start);
    std::vector<std::uint32_t> out(graph.routers(), kInfinite);
    for (std::uint32_t router = 0; router < graph.routers(); ++router) {
        if (router == start || reach.ways[router] != 1) {
            continue;
        }
        std::uint32_t sum = 0;
        for (std::uint32_t at = router; at != start; at = graph.from(tree.parent[at])) {
            sum = add(sum, delays[tree.parent[at]]);
        }
        out[router] = sum;
    }
    return out;
}

using Origins = std::vector<std::vector<std::uint32_t>>; ///< [round][router]: where its last segment began

PathList read_back(const TopologyView& view, const Origins& before, std::uint32_t target) {
    PathList list;
    for (std::size_t round = before.size(); round-- > 0;) {
        if (before[round][target] != kNone) {
            list.push_back(node_segment(view, target));
            target = before[round][target];
        }
    }
    std::reverse(list.begin(), list.end());
    return list;
}

} // namespace

Result<PathList> fastest_list(Forwarding& forwarding, std::uint32_t source, std::uint32_t target,
                              std::size_t most, const Weights& delays) {
    const std::size_t n = forwarding.graph().routers();
    std::vector<std::uint32_t> best(n, kInfinite); // with as many segments as rounds so far
    best[source] = 0;
    std::vector<std::vector<std::uint32_t>> from(n);
    Origins before;
    for (std::size_t round = 0; round < most; ++round) {
        std::vector<std::uint32_t> next = best;
        before.emplace_back(n, kNone);
        for (std::uint32_t start = 0; start < n; ++start) {
            if (best[start] == kInfinite) {
                continue;
            }
            if (from[start].empty()) {
                from[start] = one_segment(forwarding, start, delays);
            }
            for (std::uint32_t end = 0; end < n; ++end) {
                if (const std::uint32_t sum = add(best[start], from[start][end]); sum < next[end]) {
                    next[end] = sum;
                    before.back()[end] = start;
                }
            }
        }
        best = std::move(next);
    }
    if (best[target] == kInfinite || source == target) {
        return Error{Errc::kOutOfRange, "no way that " + std::to_string(most) + " node segments can pin"};
    }
    return read_back(forwarding.graph().view(), before, target);
}

} // namespace suanlu::paths
