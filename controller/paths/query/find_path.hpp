// SPDX-License-Identifier: Apache-2.0
// The question "which path, or which k, or which disjoint pair, from here to there within these bounds" and
// its answer. Costs are those of the metric view (a Flex-Algo is one: MetricView::of); everything else is a
// bound.
//   one path        A* on the tree to the destination. With one bound on a sum LARAC brings an upper and a
//   lower
//                   limit of the cost; when they do not meet, or with several such bounds, labels are set
//                   exactly (dominated ones dropped) until `max_labels`; then the best known path is given
//                   with the proven lower limit, and the note says so.
//   k paths         Yen with Lawler's rule, every spur search on the same tree; the bounds hold for each
//   path. No
//                   router twice; parallel links make different paths.
//   disjoint pair   Suurballe's pair of the smallest total cost (as a flow of two units, for links or
//   routers).
//                   Where the pair breaks a bound of sums or shares an SRLG, which is NP-hard to avoid: the k
//                   cheapest main paths are tried with the best second to each until no cheaper pair can
//                   follow or `max_candidates` is reached; the note then says that this is the best found.
// Without a path the error (kRefused) names the bound that leaves none and by how much where that can be
// said; kNotFound: not connected in this view at all; kExhausted: a limit was reached before an answer.
// Deterministic: equal costs go by fewer links first, then by link indices, among the paths that a search
// holds. Pure.
#pragma once

#include "controller/paths/query/bounds.hpp"

namespace suanlu::paths {

/// What two paths must not have in common. kLink: no link in either direction. kNode: no router between the
/// ends either. kSrlg: no link and no shared risk group; routers may be shared.
enum class Disjoint : std::uint8_t { kNone, kLink, kNode, kSrlg };

struct PathQuery {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    MetricView view;
    Bounds bounds;
    /// 1..kMostPaths; 1 when disjoint.
    std::uint32_t k = 1;
    Disjoint disjoint = Disjoint::kNone;
    /// Instead of refusing: the pair that shares the fewest links (kLink), links and routers (kNode), or risk
    /// groups and links (kSrlg), then the cheapest such.
    bool fewest_shared = false;
    /// Routers to pass in this order. Between two of them no router comes twice; the whole path may pass one
    /// again. Not together with disjoint.
    std::vector<std::uint32_t> via;
    /// Of one search; 64 bytes each.
    std::uint32_t max_labels = 1U << 19;
    /// Main paths tried for a pair that no flow gives.
    std::uint32_t max_candidates = 256;
};
inline constexpr std::uint32_t kMostPaths = 4096;

struct FoundPath {
    Walk links;
    /// In the view's metric.
    std::uint32_t cost = 0;
    /// Proven: no path within the bounds (of the k-th path: none but those before it) is cheaper than this.
    /// Of both paths of a pair: no pair costs less in total than this.
    std::uint32_t cost_at_least = 0;
    bool is_exact = true;
    Measures measures;
    /// Why it is not exact, or what a pair shares; else empty.
    std::string note;
};

/// Ascending cost; one path, up to k, or a pair with the cheaper one first. From a router to itself the one
/// path is empty.
Result<std::vector<FoundPath>> find_paths(const Graph& graph, const PathQuery& query);

} // namespace suanlu::paths
