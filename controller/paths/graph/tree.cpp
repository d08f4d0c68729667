// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/graph/tree.hpp"

#include <algorithm>
#include <bit>

namespace suanlu::paths {

namespace {

// Buckets as wide as a fraction of the usual weight: wider ones would scan routers again and again, narrower ones
// would be searched empty.
std::uint32_t bucket_shift(const Weights& weights, std::uint32_t& largest) {
    std::uint64_t sum = 0;
    std::uint64_t usable = 0;
    largest = 0;
    for (const std::uint32_t weight : weights) {
        if (weight < kInfinite) {
            largest = std::max(largest, weight);
            sum += weight;
            ++usable;
        }
    }
    const std::uint64_t mean = usable == 0 ? 1 : sum / usable;
    std::uint32_t shift = 0;
    while ((std::uint64_t{32} << shift) < mean || (largest >> shift) >= (1U << 20)) {
        ++shift;
    }
    return shift;
}

} // namespace

void TreeSearch::fit_buckets(const Weights& weights) {
    std::uint32_t largest = 0;
    shift_ = bucket_shift(weights, largest);
    const std::uint32_t buckets = std::max<std::uint32_t>(64, std::bit_ceil((largest >> shift_) + 2));
    mask_ = buckets - 1;
    if (heads_.size() != buckets) {
        heads_.assign(buckets, kNone);
        filled_.assign(buckets / 64, 0);
    }
    entries_.clear();
}

void TreeSearch::push(std::uint32_t router, std::uint32_t distance) {
    const std::uint32_t bucket = (distance >> shift_) & mask_;
    entries_.push_back({router, distance, heads_[bucket]});
    heads_[bucket] = static_cast<std::uint32_t>(entries_.size() - 1);
    filled_[bucket >> 6] |= std::uint64_t{1} << (bucket & 63);
}

template <Direction direction>
void TreeSearch::settle(const Weights& weights, Tree& tree) {
    const std::uint32_t words = static_cast<std::uint32_t>(filled_.size());
    const auto reach = [&](std::uint32_t link, std::uint32_t distance) {
        const std::uint32_t next = direction == Direction::kFrom ? graph_.to(link) : graph_.from(link);
        const std::uint32_t over = add(distance, weights[link]);
        if (over < tree.distance[next]) {
            tree.distance[next] = over;
            tree.parent[next] = link;
            push(next, over);
        }
    };
    for (std::uint32_t bucket = 0;;) {
        std::uint32_t word = bucket >> 6;
        std::uint64_t bits = filled_[word] & (~std::uint64_t{0} << (bucket & 63));
        for (std::uint32_t looked = 0; bits == 0; bits = filled_[word]) {
            if (++looked > words) {
                return;
            }
            word = (word + 1) & (words - 1);
        }
        bucket = word << 6 | static_cast<std::uint32_t>(std::countr_zero(bits));
        while (heads_[bucket] != kNone) {
            const Entry entry = entries_[heads_[bucket]];
            heads_[bucket] = entry.next;
            if (entry.distance != tree.distance[entry.router]) {
                continue;
            }
            if constexpr (direction == Direction::kFrom) {
                for (auto [link, end] = graph_.out(entry.router); link < end; ++link) {
                    reach(link, entry.distance);
                }
            } else {
                for (const std::uint32_t link : graph_.in(entry.router)) {
                    reach(link, entry.distance);
                }
            }
        }
        filled_[bucket >> 6] &= ~(std::uint64_t{1} << (bucket & 63));
    }
}

void TreeSearch::run(const Weights& weights, std::uint32_t root, Direction direction, Tree& tree) {
    SL_CHECK(root < graph_.routers() && weights.size() == graph_.links());
    tree.root = root;
    tree.direction = direction;
    tree.distance.assign(graph_.routers(), kInfinite);
    tree.parent.assign(graph_.routers(), kNone);
    fit_buckets(weights);
    tree.distance[root] = 0;
    push(root, 0);
    if (direction == Direction::kFrom) {
        settle<Direction::kFrom>(weights, tree);
    } else {
        settle<Direction::kTo>(weights, tree);
    }
}

Tree shortest_tree(const Graph& graph, const Weights& weights, std::uint32_t root, Direction direction) {
    Tree tree;
    TreeSearch(graph).run(weights, root, direction, tree);
    return tree;
}

Walk walk_of(const Graph& graph, const Tree& tree, std::uint32_t router) {
    Walk walk;
    while (tree.parent[router] != kNone) {
        const std::uint32_t link = tree.parent[router];
        walk.push_back(link);
        router = tree.direction == Direction::kFrom ? graph.from(link) : graph.to(link);
    }
    if (tree.direction == Direction::kFrom) {
        std::reverse(walk.begin(), walk.end());
    }
    return walk;
}

} // namespace suanlu::paths
