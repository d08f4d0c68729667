// SPDX-License-Identifier: Apache-2.0
// A graph laid out for the sweep: the routers that elimination takes out form trees above a core, every one
// joined only to ancestors of its tree and to the core. In depth-first order the ancestors of a router are
// the routers last visited, so that a sweep keeps only one row per depth. customise() puts weights on it, all
// of them at once. Pure.
#pragma once

#include "controller/paths/engine/elimination.hpp"
#include "controller/paths/engine/sweep_kernels.hpp"
#include "controller/paths/graph/metric_view.hpp"

namespace suanlu::paths {

class Contraction {
public:
    explicit Contraction(const Graph& graph, const EliminationLimits& limits = {});

    /// Weights of all arcs from those of the links. The time of one to two searches.
    void customise(const Weights& weights);

    [[nodiscard]] std::uint32_t core_size() const { return static_cast<std::uint32_t>(core_.size()); }
    /// Core and deepest tree.
    [[nodiscard]] std::uint32_t rows() const { return rows_; }
    /// One entry more than routers, for `first`.
    [[nodiscard]] const std::vector<ContractedRouter>& routers() const { return routers_; }
    [[nodiscard]] std::uint32_t places() const { return static_cast<std::uint32_t>(routers_.size() - 1); }
    /// By router: its place, or kCorePlace | its number in the core.
    [[nodiscard]] const std::vector<std::uint32_t>& place_of() const { return place_of_; }
    /// By arc: the row of its upper end.
    [[nodiscard]] const std::vector<std::uint32_t>& to() const { return to_; }
    /// By arc: the place of its upper end.
    [[nodiscard]] const std::vector<std::uint32_t>& upper() const { return upper_; }
    /// Two per arc: upwards, downwards. The edges inside the core follow those of the trees.
    [[nodiscard]] const std::vector<std::uint32_t>& weights() const { return weights_; }

    /// Routers of the core and, for each, its neighbours [core_first[i], core_first[i + 1]).
    [[nodiscard]] const std::vector<std::uint32_t>& core() const { return core_; }
    [[nodiscard]] const std::vector<std::uint32_t>& core_first() const { return core_first_; }
    [[nodiscard]] const std::vector<std::uint32_t>& core_to() const { return core_to_; }
    /// From the neighbour; to the neighbour.
    [[nodiscard]] const std::vector<std::uint32_t>& core_weights_in() const { return core_in_; }
    [[nodiscard]] const std::vector<std::uint32_t>& core_weights_out() const { return core_out_; }

    /// Two per arc; `joined` are pairs of arcs whose sums go to other arcs.
    [[nodiscard]] std::size_t pairs() const { return joined_.size(); }
    [[nodiscard]] std::size_t memory() const; ///< bytes

private:
    struct Layout;
    void place_trees(const Elimination& elimination, Layout& layout);
    void place_arcs(const Elimination& elimination, Layout& layout);
    void place_core(const Elimination& elimination, Layout& layout);

    std::uint32_t rows_ = 0;
    std::vector<ContractedRouter> routers_;
    std::vector<std::uint32_t> place_of_;    // by router
    std::vector<std::uint32_t> upper_;       // by arc
    std::vector<std::uint32_t> to_;          // by arc
    std::vector<std::uint32_t> weights_;     // two per edge
    std::vector<std::uint32_t> joined_;      // by place: edges that its pairs of arcs go to
    std::vector<std::uint32_t> link_weight_; // by link: index into weights_
    std::vector<std::uint32_t> core_;
    std::vector<std::uint32_t> core_first_, core_to_, core_edge_; // core_edge_: index into weights_, inwards
    std::vector<std::uint32_t> core_in_, core_out_;
};

} // namespace suanlu::paths
