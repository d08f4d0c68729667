// SPDX-License-Identifier: Apache-2.0
// The tree of one router after elements failed, from its tree before: only routers that lost every shortest
// path are searched again. Pure.
#pragma once

#include "controller/paths/segments/forwarding.hpp"

namespace suanlu::paths {

class PostTree {
public:
    /// `usable`: by link, what the new tree may use; empty = everything. It outlives this, as `forwarding`
    /// does.
    PostTree(Forwarding& forwarding, const std::vector<bool>& usable);

    /// Recomputes for router `from` without `failed` links (each named once).
    void run(std::uint32_t from, std::span<const std::uint32_t> failed);

    [[nodiscard]] bool reaches(std::uint32_t router) const { return distance_of(router) < kInfinite; }
    /// The link over which a reached router other than `from` is entered.
    [[nodiscard]] std::uint32_t parent(std::uint32_t router) const;

private:
    [[nodiscard]] std::uint32_t distance_of(std::uint32_t router) const {
        return is_whole_ ? tree_.distance[router]
                         : (is_lost_[router] ? distance_[router] : before_->distance[router]);
    }
    [[nodiscard]] bool is_tight(std::uint32_t link) const {
        const std::uint32_t over = add(before_->distance[graph_.from(link)], own_[link]);
        return over < kInfinite && over == before_->distance[graph_.to(link)];
    }
    void start(std::uint32_t from);
    void restore();
    void lose(std::uint32_t link);
    void enter(std::uint32_t router);
    void search_lost();
    void run_whole(std::uint32_t from, std::span<const std::uint32_t> failed);

    Forwarding& forwarding_;
    const Graph& graph_;
    const std::vector<bool>& usable_;
    /// Metric-0 links or bounds: the new tree is no change of the old one that could be followed.
    bool is_whole_;
    std::uint32_t from_ = kNone;
    const Tree* before_ = nullptr;
    Weights own_;
    Tree tree_;
    TreeSearch search_;
    std::vector<bool> is_failed_, is_lost_;
    std::vector<std::uint32_t> failed_, lost_, undo_;
    std::vector<std::uint32_t> ways_in_; // shortest-path links that enter a router
    std::vector<std::uint32_t> distance_, parent_;
    std::vector<std::uint64_t> heap_; // distance, then router; smallest first
};

} // namespace suanlu::paths
