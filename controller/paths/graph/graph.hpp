// SPDX-License-Identifier: Apache-2.0
// A topology as the searches want it: links in and out of every router as consecutive indices. A link keeps
// its index in TopologyView::links. Immutable; built once per topology version. Pure.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "controller/topology/network.hpp"

namespace suanlu::paths {

/// No link, no router.
inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// Weights and distances lie in 0..kFarthest; kInfinite is "not usable" and "not reachable". Two of them add
/// up without overflow, so that no engine needs a wider number. What is farther than kFarthest (2147 s of
/// delay) counts as unreachable in every engine.
inline constexpr std::uint32_t kInfinite = 0x7fffffff;
inline constexpr std::uint32_t kFarthest = kInfinite - 1;

/// Sum of two weights or distances; kInfinite when one is or the sum is farther than kFarthest.
constexpr std::uint32_t add(std::uint32_t a, std::uint32_t b) {
    return a + b < kInfinite ? a + b : kInfinite;
}

/// First to last, as indices into TopologyView::links.
using Walk = std::vector<std::uint32_t>;

class Graph {
public:
    explicit Graph(std::shared_ptr<const TopologyView> view);

    [[nodiscard]] const TopologyView& view() const { return *view_; }
    [[nodiscard]] const std::shared_ptr<const TopologyView>& shared_view() const { return view_; }
    [[nodiscard]] std::uint32_t routers() const { return static_cast<std::uint32_t>(first_out_.size() - 1); }
    [[nodiscard]] std::uint32_t links() const { return static_cast<std::uint32_t>(from_.size()); }
    [[nodiscard]] const TopologyLink& link(std::uint32_t index) const { return view_->links[index]; }
    /// Ends of a link without touching the wide TopologyLink.
    [[nodiscard]] std::uint32_t from(std::uint32_t link) const { return from_[link]; }
    [[nodiscard]] std::uint32_t to(std::uint32_t link) const { return to_[link]; }
    /// Links that leave a router: [first, second).
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> out(std::uint32_t router) const {
        return {first_out_[router], first_out_[router + 1]};
    }
    /// Links that enter a router, ascending.
    [[nodiscard]] std::span<const std::uint32_t> in(std::uint32_t router) const {
        return {in_.data() + first_in_[router], in_.data() + first_in_[router + 1]};
    }
    /// Where in(router) lies in in_links(): [first, second).
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> in_range(std::uint32_t router) const {
        return {first_in_[router], first_in_[router + 1]};
    }
    /// Every link once, by the router it enters.
    [[nodiscard]] const std::vector<std::uint32_t>& in_links() const { return in_; }
    /// The other direction of a link; parallel links pair by rank. kNone when there is none.
    [[nodiscard]] std::uint32_t opposite(std::uint32_t link) const;
    /// Routers that a walk visits, its start included; {start} for an empty walk.
    [[nodiscard]] std::vector<std::uint32_t> visited(std::uint32_t start, const Walk& walk) const;

private:
    std::shared_ptr<const TopologyView> view_;
    std::vector<std::uint32_t> first_out_, first_in_; // routers + 1 each
    std::vector<std::uint32_t> from_, to_, in_;       // by link
};

} // namespace suanlu::paths
