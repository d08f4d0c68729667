// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/engine/incremental.hpp"

#include <algorithm>

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
      marks_(graph.routers(), 0), via_(graph.routers(), kNone) {
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
    tree.has_links = true;
}

// Tree links from distances alone. A link with a weight comes from a router that is nearer and cannot close a
// ring; links without one are taken outwards from routers that have theirs.
void IncrementalTrees::find_links(KeptTree& tree) {
    const Side side = this->side(tree.direction);
    tree.in_tree.assign((forward_.size() + 63) / 64, 0);
    below_.clear();
    marks_[tree.root] = kTouched;
    for (std::uint32_t router = 0; router < graph_.routers(); ++router) {
        const std::uint32_t distance = tree.distance[router];
        for (std::uint32_t at = side.first_in[router]; at < side.first_in[router + 1] && distance > 0; ++at) {
            const Arc& arc = side.in[at];
            if (arc.weight > 0 && distance < kInfinite && tree.distance[arc.node] + arc.weight == distance) {
                set_bit(tree.in_tree, at);
                marks_[router] = kTouched;
                break;
            }
        }
        if (marks_[router] != 0) {
            below_.push_back(router);
        }
    }
    for (std::size_t next = 0; next < below_.size(); ++next) {
        const std::uint32_t router = below_[next];
        for (std::uint32_t at = side.first_out[router]; at < side.first_out[router + 1]; ++at) {
            const Arc& arc = side.out[at];
            if (arc.weight == 0 && marks_[arc.node] == 0 &&
                tree.distance[arc.node] == tree.distance[router]) {
                set_bit(tree.in_tree, arc.peer);
                marks_[arc.node] = kTouched;
                below_.push_back(arc.node);
            }
        }
    }
    for (const std::uint32_t router : below_) {
        marks_[router] = 0;
    }
    tree.has_links = true;
}

void IncrementalTrees::store_weights(const Weights& weights) {
    SL_CHECK(weights.size() == forward_.size());
    for (std::uint32_t link = 0; link < weights.size(); ++link) {
        store(link, std::min(weights[link], kInfinite));
    }
}

void IncrementalTrees::adopt(std::size_t first, const Distances& fresh, std::vector<ChangedRow>* rows) {
    SL_CHECK(first + fresh.roots.size() <= trees_.size());
    for (std::size_t column = 0; column < fresh.roots.size(); ++column) {
        KeptTree& tree = trees_[first + column];
        SL_CHECK(tree.root == fresh.roots[column] && tree.direction == fresh.direction);
        const std::uint32_t* at = fresh.rows.data() + column;
        for (std::uint32_t router = 0; router < fresh.routers; ++router, at += fresh.stride) {
            if (*at != tree.distance[router]) {
                tree.distance[router] = *at;
                if (rows != nullptr) {
                    rows->push_back({tree.root, router});
                }
            }
        }
        tree.has_links = false;
    }
}

void IncrementalTrees::set_weights(const Weights& weights) {
    store_weights(weights);
    for (KeptTree& tree : trees_) {
        search(tree);
    }
}

std::size_t IncrementalTrees::keep(std::uint32_t root, Direction direction) {
    trees_.push_back({root, direction, {}, {}, false});
    search(trees_.back());
    return trees_.size() - 1;
}

void IncrementalTrees::keep_unset(std::uint32_t root, Direction direction) {
    SL_CHECK(root < graph_.routers());
    trees_.push_back({root, direction, std::vector<std::uint32_t>(graph_.routers(), kInfinite), {}, false});
}

void IncrementalTrees::clear() {
    trees_.clear();
}

std::size_t IncrementalTrees::memory() const {
    std::size_t sum = (first_out_.size() + first_in_.size() + via_.size()) * sizeof(std::uint32_t) +
                      (forward_.size() + backward_.size()) * sizeof(Arc) + marks_.size() +
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
    for (KeptTree& tree : trees_) {
        if (!tree.has_links) {
            find_links(tree); // while the weights are still those of the distances
        }
    }
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
    for (const Edit& edit : edits_) {
        const Arc& arc = forward_[edit.link];
        if (bit(tree.in_tree, is_from ? arc.peer : edit.link)) {
            shift(side, tree, is_from ? arc.node : backward_[arc.peer].node, edit.before, arc.weight);
        }
    }
    if (!touched_.empty()) {
        repair(side, tree);
    }
    for (const Edit& edit : edits_) {
        const Arc& arc = forward_[edit.link];
        if (arc.weight < edit.before) {
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
        emit(side, tree);
    }
}

void IncrementalTrees::touch(const KeptTree& tree, std::uint32_t router) {
    if (marks_[router] == 0) {
        marks_[router] = kTouched;
        touched_.push_back({router, tree.distance[router]});
    }
}

// What hangs below a changed tree link keeps its tree path for now and so moves by the change: still the
// length of a real path, hence never too short.
void IncrementalTrees::shift(const Side& side, KeptTree& tree, std::uint32_t top, std::uint32_t before,
                             std::uint32_t after) {
    const std::uint8_t mark = after > before ? kRaised : kLowered;
    below_.clear();
    below_.push_back(top);
    for (std::size_t next = 0; next < below_.size(); ++next) {
        const std::uint32_t router = below_[next];
        touch(tree, router);
        marks_[router] |= mark;
        std::uint32_t& distance = tree.distance[router];
        if (distance < kInfinite) {
            distance = after < kInfinite ? add(distance - before, after) : kInfinite;
        }
        for (std::uint32_t at = side.first_out[router]; at < side.first_out[router + 1]; ++at) {
            if (bit(tree.in_tree, side.out[at].peer)) {
                below_.push_back(side.out[at].node);
            }
        }
    }
}

// A router that moved away looks for a shorter way in; one that came nearer offers itself. Ways inside what
// moved together are as good or bad as before.
void IncrementalTrees::repair(const Side& side, KeptTree& tree) {
    for (std::size_t next = 0, shifted = touched_.size(); next < shifted; ++next) {
        const std::uint32_t router = touched_[next].router;
        if ((marks_[router] & kRaised) != 0) {
            std::uint32_t best = tree.distance[router];
            std::uint32_t via = kNone;
            for (std::uint32_t at = side.first_in[router]; at < side.first_in[router + 1]; ++at) {
                const std::uint32_t over = add(tree.distance[side.in[at].node], side.in[at].weight);
                if (over < best) {
                    best = over;
                    via = at;
                }
            }
            if (via != kNone) {
                lower(tree, router, best, via);
            }
        }
        if ((marks_[router] & kLowered) != 0) {
            offer(side, tree, router, tree.distance[router]);
        }
    }
}

void IncrementalTrees::lower(KeptTree& tree, std::uint32_t router, std::uint32_t distance,
                             std::uint32_t via) {
    touch(tree, router);
    tree.distance[router] = distance;
    via_[router] = via;
    push(router, distance);
}

void IncrementalTrees::offer(const Side& side, KeptTree& tree, std::uint32_t router, std::uint32_t distance) {
    for (std::uint32_t at = side.first_out[router]; at < side.first_out[router + 1]; ++at) {
        const Arc& arc = side.out[at];
        const std::uint32_t over = add(distance, arc.weight);
        if (over < tree.distance[arc.node]) {
            lower(tree, arc.node, over, arc.peer);
        }
    }
}

void IncrementalTrees::spread(const Side& side, KeptTree& tree) {
    while (!heap_.empty()) {
        const std::uint64_t key = pop();
        const auto router = static_cast<std::uint32_t>(key);
        const auto distance = static_cast<std::uint32_t>(key >> 32);
        if (distance == tree.distance[router]) {
            clear_bits(tree.in_tree, side.first_in[router], side.first_in[router + 1]);
            set_bit(tree.in_tree, via_[router]);
            offer(side, tree, router, distance);
        }
    }
}

void IncrementalTrees::emit(const Side& side, KeptTree& tree) {
    looked_at_ += touched_.size();
    for (const auto [router, before] : touched_) {
        marks_[router] = 0;
        if (tree.distance[router] != before) {
            rows_.push_back({tree.root, router});
        }
        if (tree.distance[router] == kInfinite) {
            clear_bits(tree.in_tree, side.first_in[router], side.first_in[router + 1]);
        }
    }
    touched_.clear();
}

} // namespace suanlu::paths
