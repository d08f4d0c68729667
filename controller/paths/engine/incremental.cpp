// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/engine/incremental.hpp"

#include <algorithm>
#include <tuple>

namespace suanlu::paths {

namespace {

bool bit(const std::vector<std::uint64_t>& bits, std::uint32_t index) {
    return (bits[index >> 6] >> (index & 63) & 1) != 0;
}

void set_bit(std::vector<std::uint64_t>& bits, std::uint32_t index) {
    bits[index >> 6] |= std::uint64_t{1} << (index & 63);
}

/// Clears [first, end); nothing when empty.
void clear_bits(std::vector<std::uint64_t>& bits, std::uint32_t first, std::uint32_t end) {
    for (std::uint32_t index = first; index < end;) {
        const std::uint32_t next = std::min(end, (index | 63) + 1);
        const std::uint64_t mask = (~std::uint64_t{0} >> (64 - (next - index))) << (index & 63);
        bits[index >> 6] &= ~mask;
        index = next;
    }
}

} // namespace

IncrementalTrees::IncrementalTrees(const Graph& graph)
    : graph_(graph), search_(graph), forward_(graph.links()), backward_(graph.links()),
      is_touched_(graph.routers(), 0), via_(graph.routers(), kNone) {
    std::uint32_t position = 0;
    for (std::uint32_t router = 0; router < graph.routers(); ++router) {
        first_out_.push_back(graph.out(router).first);
        first_in_.push_back(position);
        for (const std::uint32_t link : graph.in(router)) {
            backward_[position] = {graph.from(link), kInfinite, link};
            forward_[link] = {router, kInfinite, position++};
        }
    }
    first_out_.push_back(graph.links());
    first_in_.push_back(position);
}

IncrementalTrees::Side IncrementalTrees::side(Direction direction) const {
    if (direction == Direction::kFrom) {
        return {forward_.data(), backward_.data(), first_out_.data(), first_in_.data()};
    }
    return {backward_.data(), forward_.data(), first_in_.data(), first_out_.data()};
}

void IncrementalTrees::store(std::uint32_t link, std::uint32_t weight) {
    forward_[link].weight = weight;
    backward_[forward_[link].peer].weight = weight;
}

void IncrementalTrees::search(KeptTree& tree) {
    Weights weights(forward_.size());
    std::transform(forward_.begin(), forward_.end(), weights.begin(),
                   [](const Arc& arc) { return arc.weight; });
    search_.run(weights, tree.root, tree.direction, scratch_);
    tree.distance = scratch_.distance;
    tree.in_tree.assign((forward_.size() + 63) / 64, 0);
    for (const std::uint32_t link : scratch_.parent) {
        if (link != kNone) {
            set_bit(tree.in_tree, tree.direction == Direction::kFrom ? forward_[link].peer : link);
        }
    }
}

void IncrementalTrees::set_weights(const Weights& weights) {
    SL_CHECK(weights.size() == forward_.size());
    for (std::uint32_t link = 0; link < weights.size(); ++link) {
        store(link, std::min(weights[link], kInfinite));
    }
    for (KeptTree& tree : trees_) {
        search(tree);
    }
}

std::size_t IncrementalTrees::keep(std::uint32_t root, Direction direction) {
    trees_.push_back({root, direction, {}, {}});
    search(trees_.back());
    return trees_.size() - 1;
}

void IncrementalTrees::clear() {
    trees_.clear();
}

std::size_t IncrementalTrees::bytes() const {
    std::size_t sum = (first_out_.size() + first_in_.size() + via_.size()) * sizeof(std::uint32_t) +
                      (forward_.size() + backward_.size()) * sizeof(Arc) + is_touched_.size() +
                      heap_.capacity() * sizeof(std::uint64_t) + touched_.capacity() * sizeof(Touched) +
                      rows_.capacity() * sizeof(ChangedRow);
    for (const KeptTree& tree : trees_) {
        sum += tree.distance.size() * sizeof(std::uint32_t) + tree.in_tree.size() * sizeof(std::uint64_t);
    }
    return sum;
}

void IncrementalTrees::push(std::uint32_t router, std::uint32_t distance) {
    const std::uint64_t key = std::uint64_t{distance} << 32 | router;
    std::size_t at = heap_.size();
    heap_.push_back(key);
    for (; at > 0 && heap_[(at - 1) / 4] > key; at = (at - 1) / 4) {
        heap_[at] = heap_[(at - 1) / 4];
    }
    heap_[at] = key;
}

std::uint64_t IncrementalTrees::pop() {
    const std::uint64_t least = heap_.front();
    const std::uint64_t key = heap_.back();
    heap_.pop_back();
    const std::size_t size = heap_.size();
    if (size == 0) {
        return least;
    }
    std::size_t at = 0;
    for (std::size_t child = 1; child < size; child = 4 * at + 1) {
        std::size_t best = child;
        for (std::size_t other = child + 1; other < std::min(child + 4, size); ++other) {
            best = heap_[other] < heap_[best] ? other : best;
        }
        if (heap_[best] >= key) {
            break;
        }
        heap_[at] = heap_[best];
        at = best;
    }
    heap_[at] = key;
    return least;
}

// Stores the new weights and leaves in edits_ the links that are no longer what they were, each once.
bool IncrementalTrees::collect_edits(std::span<const WeightChange> changes) {
    edits_.clear();
    for (const WeightChange& change : changes) {
        SL_CHECK(change.link < forward_.size());
        edits_.push_back({change.link, forward_[change.link].weight});
        store(change.link, std::min(change.weight, kInfinite));
    }
    if (edits_.size() > 1) {
        std::stable_sort(edits_.begin(), edits_.end(),
                         [](const Edit& a, const Edit& b) { return a.link < b.link; });
        edits_.erase(std::unique(edits_.begin(), edits_.end(),
                                 [](const Edit& a, const Edit& b) { return a.link == b.link; }),
                     edits_.end());
    }
    std::erase_if(edits_, [&](const Edit& edit) { return forward_[edit.link].weight == edit.before; });
    return !edits_.empty();
}

std::span<const ChangedRow> IncrementalTrees::apply(std::span<const WeightChange> changes) {
    rows_.clear();
    looked_at_ = 0;
    if (collect_edits(changes)) {
        for (KeptTree& tree : trees_) {
            update(tree);
        }
    }
    return rows_;
}

void IncrementalTrees::update(KeptTree& tree) {
    const Side side = this->side(tree.direction);
    const bool is_from = tree.direction == Direction::kFrom;
    bool improves = false;
    for (const Edit& edit : edits_) {
        const Arc& arc = forward_[edit.link];
        if (arc.weight < edit.before) {
            improves = true;
        } else if (bit(tree.in_tree, is_from ? arc.peer : edit.link)) {
            cut(side, tree, is_from ? arc.node : backward_[arc.peer].node);
        }
    }
    if (!touched_.empty()) {
        reattach(side, tree);
    }
    for (const Edit& edit : edits_) {
        const Arc& arc = forward_[edit.link];
        if (improves && arc.weight < edit.before) {
            const std::uint32_t first = backward_[arc.peer].node;
            const std::uint32_t over = add(tree.distance[is_from ? first : arc.node], arc.weight);
            const std::uint32_t end = is_from ? arc.node : first;
            if (over < tree.distance[end]) {
                lower(tree, end, over, is_from ? arc.peer : edit.link);
            }
        }
    }
    if (!touched_.empty()) {
        spread(side, tree);
        emit(tree);
    }
}

// Everything that hangs below `top` in the tree: its distance may no longer hold.
void IncrementalTrees::cut(const Side& side, const KeptTree& tree, std::uint32_t top) {
    std::size_t next = touched_.size();
    const auto take = [&](std::uint32_t router) {
        if (is_touched_[router] == 0) {
            is_touched_[router] = 1;
            touched_.push_back({router, tree.distance[router]});
        }
    };
    for (take(top); next < touched_.size(); ++next) {
        const std::uint32_t router = touched_[next].router;
        for (std::uint32_t at = side.first_out[router]; at < side.first_out[router + 1]; ++at) {
            if (bit(tree.in_tree, side.out[at].peer)) {
                take(side.out[at].node);
            }
        }
    }
}

// The best way from what was not cut, for each that was: the starting points of spread().
void IncrementalTrees::reattach(const Side& side, KeptTree& tree) {
    for (const auto [router, before] : touched_) {
        std::uint32_t best = kInfinite;
        for (std::uint32_t at = side.first_in[router]; at < side.first_in[router + 1]; ++at) {
            const Arc& arc = side.in[at];
            const std::uint32_t over = add(tree.distance[arc.node], arc.weight);
            if (over < best && is_touched_[arc.node] == 0) {
                best = over;
                via_[router] = at;
            }
        }
        tree.distance[router] = best;
        if (best < kInfinite) {
            push(router, best);
        } else {
            clear_bits(tree.in_tree, side.first_in[router], side.first_in[router + 1]);
        }
    }
}

void IncrementalTrees::lower(KeptTree& tree, std::uint32_t router, std::uint32_t distance,
                             std::uint32_t via) {
    if (is_touched_[router] == 0) {
        is_touched_[router] = 1;
        touched_.push_back({router, tree.distance[router]});
    }
    tree.distance[router] = distance;
    via_[router] = via;
    push(router, distance);
}

void IncrementalTrees::spread(const Side& side, KeptTree& tree) {
    while (!heap_.empty()) {
        const std::uint64_t key = pop();
        const auto router = static_cast<std::uint32_t>(key);
        const auto distance = static_cast<std::uint32_t>(key >> 32);
        if (distance != tree.distance[router]) {
            continue;
        }
        clear_bits(tree.in_tree, side.first_in[router], side.first_in[router + 1]);
        set_bit(tree.in_tree, via_[router]);
        for (std::uint32_t at = side.first_out[router]; at < side.first_out[router + 1]; ++at) {
            const Arc& arc = side.out[at];
            const std::uint32_t over = add(distance, arc.weight);
            if (over < tree.distance[arc.node]) {
                lower(tree, arc.node, over, arc.peer);
            }
        }
    }
}

void IncrementalTrees::emit(KeptTree& tree) {
    looked_at_ += touched_.size();
    const std::size_t first = rows_.size();
    for (const auto [router, before] : touched_) {
        is_touched_[router] = 0;
        if (tree.distance[router] != before) {
            rows_.push_back({tree.root, router});
        }
    }
    touched_.clear();
    std::sort(rows_.begin() + static_cast<std::ptrdiff_t>(first), rows_.end());
}

} // namespace suanlu::paths
