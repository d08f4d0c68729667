// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/graph/tree.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace suanlu::paths {

namespace {

// Buckets as wide as a fraction of the usual weight: wider ones would scan routers again and again, narrower
// ones would be searched empty.
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

// Weights are told apart by comparing all of them: a copy beside the far ends then saves a search more than
// that.
void TreeSearch::set_weights(const Weights& weights) {
    if (!heads_.empty() && weights == weights_) {
        return;
    }
    weights_ = weights;
    from_.is_weighted = to_.is_weighted = false;
    std::uint32_t largest = 0;
    shift_ = bucket_shift(weights, largest);
    const std::uint32_t buckets = std::max<std::uint32_t>(64, std::bit_ceil((largest >> shift_) + 2));
    mask_ = buckets - 1;
    if (heads_.size() != buckets) {
        heads_.assign(buckets, kNone);
        filled_.assign(buckets / 64, 0);
    }
}

// Breadth-first over links of either direction.
void TreeSearch::number_routers() {
    number_.assign(graph_.routers(), kNone);
    std::vector<std::uint32_t> order;
    order.reserve(graph_.routers());
    const auto visit = [&](std::uint32_t router) {
        if (number_[router] == kNone) {
            number_[router] = static_cast<std::uint32_t>(order.size());
            order.push_back(router);
        }
    };
    for (std::uint32_t start = 0; start < graph_.routers(); ++start) {
        std::size_t read = order.size();
        for (visit(start); read < order.size(); ++read) {
            for (auto [link, end] = graph_.out(order[read]); link < end; ++link) {
                visit(graph_.to(link));
            }
            for (const std::uint32_t link : graph_.in(order[read])) {
                visit(graph_.from(link));
            }
        }
    }
}

TreeSearch::Side& TreeSearch::side_of(Direction direction) {
    const bool is_from = direction == Direction::kFrom;
    Side& side = is_from ? from_ : to_;
    if (side.first.empty()) {
        side.first.assign(graph_.routers() + std::size_t{1}, 0);
        for (std::uint32_t link = 0; link < graph_.links(); ++link) {
            ++side.first[number_[is_from ? graph_.from(link) : graph_.to(link)] + 1];
        }
        std::partial_sum(side.first.begin(), side.first.end(), side.first.begin());
        side.arcs.resize(graph_.links());
        side.link.resize(graph_.links());
        std::vector<std::uint32_t> next(side.first.begin(), side.first.end() - 1);
        for (std::uint32_t link = 0; link < graph_.links(); ++link) {
            const auto [near, far] = is_from ? std::pair(graph_.from(link), graph_.to(link))
                                             : std::pair(graph_.to(link), graph_.from(link));
            const std::uint32_t arc = next[number_[near]]++;
            side.arcs[arc].to = number_[far];
            side.link[arc] = link;
        }
    }
    for (std::size_t arc = 0; !side.is_weighted && arc < side.arcs.size(); ++arc) {
        side.arcs[arc].weight = weights_[side.link[arc]];
    }
    side.is_weighted = true;
    return side;
}

// Goes round once from `bucket`; false when all are empty.
bool TreeSearch::next_bucket(std::uint32_t& bucket) const {
    const auto words = static_cast<std::uint32_t>(filled_.size());
    std::uint32_t word = bucket >> 6;
    std::uint64_t bits = filled_[word] & (~std::uint64_t{0} << (bucket & 63));
    for (std::uint32_t looked = 0; bits == 0; bits = filled_[word]) {
        if (++looked > words) {
            return false;
        }
        word = (word + 1) & (words - 1);
    }
    bucket = word << 6 | static_cast<std::uint32_t>(std::countr_zero(bits));
    return true;
}

// Whether an arc shortens a distance is a coin toss to the processor: the entry is written in any case and
// stays only then, without a jump.
void TreeSearch::settle(const Side& side, std::uint32_t root) {
    const Arc* arcs = side.arcs.data();
    std::uint64_t* labels = labels_.data();
    std::uint32_t used = 1;
    entries_[0] = {root, 0, kNone};
    heads_[0] = 0;
    filled_[0] = 1;
    for (std::uint32_t bucket = 0; next_bucket(bucket);) {
        while (heads_[bucket] != kNone) {
            const Entry entry = entries_[heads_[bucket]];
            heads_[bucket] = entry.next;
            if (entry.distance != labels_[entry.router] >> 32) {
                continue;
            }
            const std::uint32_t first = side.first[entry.router], end = side.first[entry.router + 1];
            if (entries_.size() < std::size_t{used} + (end - first) + 1) {
                entries_.resize(entries_.size() * 2 + (end - first));
            }
            const std::uint32_t before = used;
            for (std::uint32_t i = first; i < end; ++i) {
                const Arc arc = arcs[i];
                const std::uint32_t over = add(entry.distance, arc.weight);
                const std::uint64_t label = labels[arc.to];
                const bool is_shorter = over < label >> 32;
                labels[arc.to] = is_shorter ? std::uint64_t{over} << 32 | i : label;
                entries_[used].router = arc.to;
                entries_[used].distance = over;
                used += is_shorter ? 1 : 0;
            }
            for (std::uint32_t i = before; i < used; ++i) {
                const std::uint32_t into = (entries_[i].distance >> shift_) & mask_;
                entries_[i].next = heads_[into];
                heads_[into] = i;
                filled_[into >> 6] |= std::uint64_t{1} << (into & 63);
            }
        }
        filled_[bucket >> 6] &= ~(std::uint64_t{1} << (bucket & 63));
    }
}

void TreeSearch::write(const Side& side, Tree& tree) const {
    tree.distance.resize(labels_.size());
    tree.parent.resize(labels_.size());
    for (std::size_t router = 0; router < labels_.size(); ++router) {
        const std::uint64_t label = labels_[number_[router]];
        const auto arc = static_cast<std::uint32_t>(label);
        tree.distance[router] = static_cast<std::uint32_t>(label >> 32);
        tree.parent[router] = arc == kNone ? kNone : side.link[arc];
    }
}

void TreeSearch::run(const Weights& weights, std::uint32_t root, Direction direction, Tree& tree) {
    SL_CHECK(root < graph_.routers() && weights.size() == graph_.links());
    tree.root = root;
    tree.direction = direction;
    if (number_.empty()) {
        number_routers();
    }
    set_weights(weights);
    entries_.resize(std::max(entries_.size(), std::size_t{graph_.routers()} * 2));
    labels_.assign(graph_.routers(), std::uint64_t{kInfinite} << 32 | kNone);
    labels_[number_[root]] = kNone;
    const Side& side = side_of(direction);
    settle(side, number_[root]);
    write(side, tree);
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
