// SPDX-License-Identifier: Apache-2.0
// Trees that are kept up to date while weights of links change (after Ramalingam and Reps, 1996): only the
// routers below a link that got worse, and those that a better one improves, are looked at. Exact: after
// every call the distances equal those of a full search, zero weights included, because what is cut off is a
// part of a real tree and nothing below the cut may support itself. For few changes; many are cheaper as a
// new sweep (batch_engine.hpp). Not for two threads at once. Pure.
#pragma once

#include "controller/paths/engine/distances.hpp"

namespace suanlu::paths {

class IncrementalTrees {
public:
    /// All weights are kInfinite until set_weights. `graph` outlives the trees.
    explicit IncrementalTrees(const Graph& graph);

    /// New weights for every link; every kept tree is searched anew.
    void set_weights(const Weights& weights);
    /// Searches the tree of a root and keeps it; its index, counted from 0 in the order of the calls.
    std::size_t keep(std::uint32_t root, Direction direction);
    /// Keeps no tree any more; the weights stay.
    void clear();

    /// Applies all changes as one; of several changes of one link the last one counts. What changed, by tree
    /// and then by router, ascending; valid until the next call.
    std::span<const ChangedRow> apply(std::span<const WeightChange> changes);

    /// Keeps a tree without searching it: it counts as unreachable until adopt().
    void keep_unset(std::uint32_t root, Direction direction);
    /// For engines that refresh everything at once: takes over new weights, the trees stay as they are until
    /// adopt() brings what became of them.
    void store_weights(const Weights& weights);
    /// `fresh` holds, in its columns, the distances of the trees [first, first + columns) under the stored
    /// weights. What changed is appended to `rows`, tree by tree, routers ascending; null = nobody asks.
    void adopt(std::size_t first, const Distances& fresh, std::vector<ChangedRow>* rows);

    [[nodiscard]] std::size_t trees() const { return trees_.size(); }
    [[nodiscard]] std::uint32_t root(std::size_t tree) const { return trees_[tree].root; }
    [[nodiscard]] Direction direction(std::size_t tree) const { return trees_[tree].direction; }
    /// By router.
    [[nodiscard]] std::span<const std::uint32_t> distances(std::size_t tree) const {
        return trees_[tree].distance;
    }
    [[nodiscard]] std::uint32_t weight(std::uint32_t link) const { return forward_[link].weight; }
    /// Routers that the last apply() looked at, all trees together.
    [[nodiscard]] std::size_t looked_at() const { return looked_at_; }
    /// Held memory; the graph is not counted.
    [[nodiscard]] std::size_t memory() const;

private:
    /// A link as the scans want it: `node` is its other end, `peer` its index in the other array.
    struct Arc {
        std::uint32_t node, weight, peer;
    };
    struct KeptTree {
        std::uint32_t root;
        Direction direction;
        std::vector<std::uint32_t> distance;
        /// One bit per link that enters a router, in the order of Side::in; set for the tree's links. A bit
        /// costs a thirty-second of a parent array.
        std::vector<std::uint64_t> in_tree;
        bool has_links = false; ///< in_tree holds; not after adopt()
    };
    /// The graph as one direction of search sees it.
    struct Side {
        const Arc *out, *in;
        const std::uint32_t *first_out, *first_in;
    };
    struct Edit {
        std::uint32_t link, before;
    };
    struct Touched {
        std::uint32_t router, before;
    };
    static constexpr std::uint8_t kTouched = 1, kRaised = 2, kLowered = 4;

    [[nodiscard]] Side side(Direction direction) const;
    void store(std::uint32_t link, std::uint32_t weight);
    void search(KeptTree& tree);
    void find_links(KeptTree& tree);
    bool collect_edits(std::span<const WeightChange> changes);
    void update(KeptTree& tree);
    void touch(const KeptTree& tree, std::uint32_t router);
    void shift(const Side& side, KeptTree& tree, std::uint32_t top, std::uint32_t before,
               std::uint32_t after);
    void repair(const Side& side, KeptTree& tree);
    void lower(KeptTree& tree, std::uint32_t router, std::uint32_t distance, std::uint32_t via);
    void offer(const Side& side, KeptTree& tree, std::uint32_t router, std::uint32_t distance);
    void spread(const Side& side, KeptTree& tree);
    void emit(const Side& side, KeptTree& tree);
    void push(std::uint32_t router, std::uint32_t distance);
    std::uint64_t pop();

    const Graph& graph_;
    TreeSearch search_;
    Tree scratch_;
    std::vector<std::uint32_t> first_out_, first_in_;
    std::vector<Arc> forward_;  // by link, sorted by its first router
    std::vector<Arc> backward_; // sorted by its last router
    std::vector<KeptTree> trees_;

    // Work of one apply().
    std::vector<Edit> edits_;
    std::vector<Touched> touched_;
    std::vector<std::uint8_t> marks_;  // by router: kTouched and what happened to it
    std::vector<std::uint32_t> via_;   // by router: the new tree link, as an index of Side::in
    std::vector<std::uint32_t> below_; // routers below a changed tree link
    std::vector<std::uint64_t> heap_;  // distance << 32 | router, four children each
    std::vector<ChangedRow> rows_;
    std::size_t looked_at_ = 0;
};

} // namespace suanlu::paths
