// SPDX-License-Identifier: Apache-2.0
// What a search walks through: the graph once per stage, stages joined by steps. Without steps it is the
// graph itself; a via router is a stage with one step, a function of a chain one with a step per site. Knows,
// for every state, how little of each quantity can remain to the end: the potentials of all searches. Pure.
#pragma once

#include <array>

#include "controller/paths/graph/tree.hpp"
#include "controller/paths/query/bounds.hpp"

namespace suanlu::paths {

/// From a router into the next stage at the same router.
struct StageStep {
    std::uint32_t router = 0;
    std::uint32_t cost = 0;
    std::uint32_t delay = 0;
    std::uint32_t site = 0; ///< as the asker numbers them
};

/// Additive quantities of a walk.
enum class Quantity : std::uint8_t { kCost, kDelay, kJitter, kHops };
inline constexpr std::size_t kQuantities = 4;

/// Bounds of sums as searches compare them.
struct SumLimits {
    std::array<std::optional<std::uint32_t>, kQuantities> most; ///< none for the cost
    std::optional<std::uint32_t> loss_ppm;

    static SumLimits of(const Bounds& bounds);
    [[nodiscard]] std::size_t count() const;
};

/// Weights of a view for paths that start at `from`. An overloaded start sends what is its own, but no path
/// comes back to it on the way elsewhere.
Weights weights_from(const Graph& graph, const MetricView& view, std::uint32_t from, std::uint32_t to);

class StateSpace {
public:
    /// `weights` are masked. `stages`: the steps out of each stage but the last. `graph` outlives it.
    StateSpace(const Graph& graph, Weights weights, std::uint32_t from, std::uint32_t to,
               std::vector<std::vector<StageStep>> stages, const SumLimits& limits);

    [[nodiscard]] const Graph& graph() const { return graph_; }
    [[nodiscard]] const Weights& weights() const { return weights_; }
    [[nodiscard]] const SumLimits& limits() const { return limits_; }
    [[nodiscard]] std::uint32_t states() const { return graph_.routers() * stages(); }
    [[nodiscard]] std::uint32_t stages() const { return static_cast<std::uint32_t>(first_step_.size() - 1); }
    [[nodiscard]] std::uint32_t start() const { return from_; }
    [[nodiscard]] std::uint32_t goal() const { return to_ + (stages() - 1) * graph_.routers(); }

    /// Arcs: a link keeps its index, a step comes after all links.
    [[nodiscard]] bool is_step(std::uint32_t arc) const { return arc >= graph_.links(); }
    [[nodiscard]] const StageStep& step(std::uint32_t arc) const { return steps_[arc - graph_.links()]; }
    [[nodiscard]] std::uint32_t over(std::uint32_t state, std::uint32_t arc) const {
        return is_step(arc) ? state + graph_.routers() : state - graph_.from(arc) + graph_.to(arc);
    }
    /// F: arc -> void, for usable arcs, ascending.
    template <class F>
    void each_arc(std::uint32_t state, F&& visit) const {
        const std::uint32_t router = state % graph_.routers();
        const std::uint32_t stage = state / graph_.routers();
        for (auto [link, end] = graph_.out(router); link < end; ++link) {
            if (weights_[link] < kInfinite) {
                visit(link);
            }
        }
        for (std::uint32_t index = first_step_[stage]; index < first_step_[stage + 1]; ++index) {
            if (steps_[index].router == router) {
                visit(graph_.links() + index);
            }
        }
    }
    /// What an arc adds; kInfinite only for what nobody told.
    [[nodiscard]] std::uint32_t share(std::uint32_t arc, Quantity quantity) const;
    [[nodiscard]] std::uint32_t loss_of(std::uint32_t arc) const;
    /// The least that remains to the goal; 0 for a quantity without a limit.
    [[nodiscard]] std::uint32_t to_go(std::uint32_t state, Quantity quantity) const {
        const auto& table = to_go_[static_cast<std::size_t>(quantity)];
        return table.empty() ? 0 : table[state];
    }
    /// The most that can arrive at the goal of what is here; rounded up, so never too pessimistic.
    [[nodiscard]] Survival arrives(std::uint32_t state) const {
        return survival_to_go_.empty() ? kAllArrive : survival_to_go_[state];
    }

private:
    void fill_to_go(Quantity quantity);
    void fill_survival();

    const Graph& graph_;
    Weights weights_;
    std::uint32_t from_, to_;
    SumLimits limits_;
    std::vector<StageStep> steps_;
    std::vector<std::uint32_t> first_step_; // stages + 1
    std::array<std::vector<std::uint32_t>, kQuantities> to_go_;
    std::vector<Survival> survival_to_go_;
};

} // namespace suanlu::paths
