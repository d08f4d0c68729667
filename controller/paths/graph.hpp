// SPDX-License-Identifier: Apache-2.0
// The topology as the path engine works on it: arcs by source node, and shortest trees over delay or IGP
// metric. Integer and deterministic: ties are broken by the lower arc index. Built per topology version,
// immutable. Pure.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "controller/topology/topology.hpp"

namespace suanlu {

inline constexpr std::uint32_t kInfinite = std::numeric_limits<std::uint32_t>::max();

enum class Weight : std::uint8_t { kDelay, kIgp };

/// RFC 5305 section 3: a link of this metric is not part of the shortest path tree.
inline constexpr std::uint32_t kUnusableMetric = 0xffffff;
/// What a link to be avoided costs on top, in microseconds: more than any real detour.
inline constexpr std::uint32_t kAvoidance = 60'000'000;

/// What a search must not or should not use; empty vectors = everything is allowed.
struct Exclusion {
    std::vector<bool> links;   ///< by index into TopologyView::links
    std::vector<bool> routers; ///< as intermediate node
    std::vector<bool> avoided; ///< links that are used only where nothing else is left
};

struct ShortestTree {
    std::vector<std::uint32_t> distance; ///< kInfinite = unreachable
    std::vector<std::uint32_t> parent;   ///< arc that reaches the node; kInfinite at the source
    /// Number of shortest paths, saturating; parallel equal links count. Only for kIgp trees.
    std::vector<std::uint32_t> count;
};

/// A walk: indices into TopologyView::links, first to last.
using ArcPath = std::vector<std::uint32_t>;

class Graph {
public:
    explicit Graph(std::shared_ptr<const TopologyView> view);

    [[nodiscard]] const TopologyView& view() const { return *view_; }
    [[nodiscard]] std::size_t routers() const { return view_->routers.size(); }
    [[nodiscard]] const TopologyLink& link(std::uint32_t arc) const { return view_->links[arc]; }
    /// Arcs that leave a router, as consecutive indices.
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> arcs(std::uint32_t router) const {
        return {first_[router], first_[router + 1]};
    }
    [[nodiscard]] ShortestTree tree(std::uint32_t source, Weight weight, const Exclusion& without = {}) const;
    /// Weight of one arc in a search from `source`; kInfinite when the search must not use it.
    [[nodiscard]] std::uint32_t cost(std::uint32_t arc, std::uint32_t source, Weight weight,
                                     const Exclusion& without) const;
    /// Its end's node SID leads over exactly this arc. No pinned list contains an arc that is not.
    [[nodiscard]] bool is_pinnable(std::uint32_t arc) const;
    /// Empty when unreachable (or source == target).
    [[nodiscard]] ArcPath path(const ShortestTree& tree, std::uint32_t target) const;
    /// What every router would forward by: the IGP tree of `source`, computed on first use and kept.
    const ShortestTree& igp_tree(std::uint32_t source) const;

private:
    void count_paths(ShortestTree& tree, std::uint32_t source) const;

    std::shared_ptr<const TopologyView> view_;
    std::vector<std::uint32_t> first_;
    mutable std::vector<std::unique_ptr<ShortestTree>> igp_trees_; // one owner: no locking needed
};

} // namespace suanlu
