// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/segments/post_tree.hpp"

#include <algorithm>
#include <functional>

namespace suanlu::paths {

PostTree::PostTree(Forwarding& forwarding, const std::vector<bool>& usable)
    : forwarding_(forwarding), graph_(forwarding.graph()), usable_(usable),
      is_whole_(!usable.empty() || forwarding.has_zero_metric()), search_(graph_),
      is_failed_(graph_.links(), false), is_lost_(graph_.routers(), false),
      distance_(graph_.routers(), kInfinite), parent_(graph_.routers(), kNone) {
}

void PostTree::start(std::uint32_t from) {
    from_ = from;
    before_ = &forwarding_.tree(from);
    own_ = forwarding_.weights(from);
    ways_in_.assign(graph_.routers(), 0);
    for (std::uint32_t link = 0; link < graph_.links(); ++link) {
        ways_in_[graph_.to(link)] += is_tight(link) ? 1 : 0;
    }
}

void PostTree::restore() {
    for (const std::uint32_t router : undo_) {
        ++ways_in_[router];
    }
    undo_.clear();
    for (const std::uint32_t router : lost_) {
        is_lost_[router] = false;
    }
    lost_.clear();
    for (const std::uint32_t link : failed_) {
        is_failed_[link] = false;
    }
    failed_.clear();
}

// A shortest-path link is gone; its end has lost every shortest path when it was the last one.
void PostTree::lose(std::uint32_t link) {
    const std::uint32_t router = graph_.to(link);
    undo_.push_back(router);
    if (--ways_in_[router] == 0) {
        is_lost_[router] = true;
        lost_.push_back(router);
    }
}

void PostTree::enter(std::uint32_t router) {
    distance_[router] = kInfinite;
    parent_[router] = kNone;
    for (const std::uint32_t link : graph_.in(router)) {
        const std::uint32_t before = graph_.from(link);
        if (is_failed_[link] || is_lost_[before]) {
            continue;
        }
        const std::uint32_t over = add(before_->distance[before], own_[link]);
        if (over < distance_[router]) {
            distance_[router] = over;
            parent_[router] = link;
        }
    }
    if (distance_[router] < kInfinite) {
        heap_.push_back(std::uint64_t{distance_[router]} << 32 | router);
    }
}

void PostTree::search_lost() {
    heap_.clear();
    for (const std::uint32_t router : lost_) {
        enter(router);
    }
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
    while (!heap_.empty()) {
        std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
        const auto router = static_cast<std::uint32_t>(heap_.back());
        const auto distance = static_cast<std::uint32_t>(heap_.back() >> 32);
        heap_.pop_back();
        if (distance != distance_[router]) {
            continue;
        }
        for (auto [link, end] = graph_.out(router); link < end; ++link) {
            const std::uint32_t next = graph_.to(link);
            const std::uint32_t over = add(distance, own_[link]);
            if (is_lost_[next] && !is_failed_[link] && over < distance_[next]) {
                distance_[next] = over;
                parent_[next] = link;
                heap_.push_back(std::uint64_t{over} << 32 | next);
                std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
            }
        }
    }
}

void PostTree::run_whole(std::uint32_t from, std::span<const std::uint32_t> failed) {
    own_ = forwarding_.weights(from);
    for (std::uint32_t link = 0; link < graph_.links(); ++link) {
        if (!usable_.empty() && !usable_[link]) {
            own_[link] = kInfinite;
        }
    }
    for (const std::uint32_t link : failed) {
        own_[link] = kInfinite;
    }
    search_.run(own_, from, Direction::kFrom, tree_);
}

void PostTree::run(std::uint32_t from, std::span<const std::uint32_t> failed) {
    if (is_whole_) {
        run_whole(from, failed);
        return;
    }
    restore();
    if (from != from_) {
        start(from);
    }
    failed_.assign(failed.begin(), failed.end());
    for (const std::uint32_t link : failed_) {
        is_failed_[link] = true;
    }
    for (const std::uint32_t link : failed_) {
        if (is_tight(link)) {
            lose(link);
        }
    }
    for (std::size_t next = 0; next < lost_.size(); ++next) {
        for (auto [link, end] = graph_.out(lost_[next]); link < end; ++link) {
            if (!is_failed_[link] && is_tight(link)) {
                lose(link);
            }
        }
    }
    search_lost();
}

std::uint32_t PostTree::parent(std::uint32_t router) const {
    if (is_whole_) {
        return tree_.parent[router];
    }
    if (is_lost_[router]) {
        return parent_[router];
    }
    const std::uint32_t kept = before_->parent[router];
    if (kept == kNone || (!is_failed_[kept] && !is_lost_[graph_.from(kept)])) {
        return kept;
    }
    for (const std::uint32_t link : graph_.in(router)) {
        if (!is_failed_[link] && !is_lost_[graph_.from(link)] && is_tight(link)) {
            return link;
        }
    }
    return kNone;
}

} // namespace suanlu::paths
