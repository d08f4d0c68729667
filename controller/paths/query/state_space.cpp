// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/state_space.hpp"

#include <algorithm>
#include <queue>

namespace suanlu::paths {

namespace {

std::optional<std::uint32_t> clamped(std::optional<Microseconds> most) {
    return most ? std::optional(std::min(most->value, kFarthest)) : std::nullopt;
}

// Least distance to any seed, each of which has a distance of its own already.
void reach_back(const Graph& graph, const Weights& weights, std::span<std::uint32_t> distance) {
    using Entry = std::pair<std::uint32_t, std::uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
    for (std::uint32_t router = 0; router < graph.routers(); ++router) {
        if (distance[router] < kInfinite) {
            open.emplace(distance[router], router);
        }
    }
    while (!open.empty()) {
        const auto [at, router] = open.top();
        open.pop();
        if (at != distance[router]) {
            continue;
        }
        for (const std::uint32_t link : graph.in(router)) {
            const std::uint32_t before = graph.from(link);
            if (const std::uint32_t sum = add(at, weights[link]); sum < distance[before]) {
                distance[before] = sum;
                open.emplace(sum, before);
            }
        }
    }
}

Survival composed_up(Survival a, std::uint32_t loss_ppm) {
    const std::uint64_t arrive = loss_ppm < 1'000'000 ? 1'000'000 - loss_ppm : 0;
    return static_cast<Survival>((a * arrive + 999'999) / 1'000'000);
}

} // namespace

SumLimits SumLimits::of(const Bounds& bounds) {
    SumLimits out;
    out.most = {std::nullopt, clamped(bounds.max_delay), clamped(bounds.max_jitter), bounds.max_hops};
    out.loss_ppm = bounds.max_loss_ppm;
    return out;
}

std::size_t SumLimits::count() const {
    return static_cast<std::size_t>(
               std::count_if(most.begin(), most.end(), [](const auto& limit) { return limit.has_value(); })) +
           (loss_ppm ? 1 : 0);
}

Weights weights_from(const Graph& graph, const MetricView& view, std::uint32_t from, std::uint32_t to) {
    Weights weights = weights_of(graph, view, std::span(&from, 1));
    if (view.respects_overload && graph.view().routers[from].is_overloaded && from != to) {
        for (const std::uint32_t link : graph.in(from)) {
            weights[link] = kInfinite;
        }
    }
    return weights;
}

StateSpace::StateSpace(const Graph& graph, Weights weights, std::uint32_t from, std::uint32_t to,
                       std::vector<std::vector<StageStep>> stages, const SumLimits& limits)
    : graph_(graph), weights_(std::move(weights)), from_(from), to_(to), limits_(limits) {
    first_step_.push_back(0);
    for (const auto& steps : stages) {
        steps_.insert(steps_.end(), steps.begin(), steps.end());
        first_step_.push_back(static_cast<std::uint32_t>(steps_.size()));
    }
    first_step_.push_back(first_step_.back());
    for (std::size_t quantity = 0; quantity < kQuantities; ++quantity) {
        if (quantity == 0 || limits_.most[quantity]) {
            fill_to_go(static_cast<Quantity>(quantity));
        }
    }
    if (limits_.loss_ppm) {
        fill_survival();
    }
}

std::uint32_t StateSpace::share(std::uint32_t arc, Quantity quantity) const {
    if (is_step(arc)) {
        const StageStep& taken = step(arc);
        return quantity == Quantity::kCost ? taken.cost : quantity == Quantity::kDelay ? taken.delay : 0;
    }
    switch (quantity) {
    case Quantity::kCost:
        return weights_[arc];
    case Quantity::kDelay:
        return std::min(graph_.link(arc).delay.value, kInfinite);
    case Quantity::kJitter:
        return std::min(graph_.link(arc).jitter.value_or(kUnreachableDelay).value, kInfinite);
    case Quantity::kHops:
        return 1;
    }
    return kInfinite;
}

std::uint32_t StateSpace::loss_of(std::uint32_t arc) const {
    return is_step(arc) ? 0 : graph_.link(arc).loss_ppm.value_or(1'000'000);
}

void StateSpace::fill_to_go(Quantity quantity) {
    auto& table = to_go_[static_cast<std::size_t>(quantity)];
    const std::uint32_t routers = graph_.routers();
    Weights shares = weights_;
    for (std::uint32_t link = 0; link < graph_.links() && quantity != Quantity::kCost; ++link) {
        shares[link] = weights_[link] < kInfinite ? share(link, quantity) : kInfinite;
    }
    if (stages() == 1) {
        table = shortest_tree(graph_, shares, to_, Direction::kTo).distance;
        return;
    }
    table.assign(states(), kInfinite);
    table[goal()] = 0;
    for (std::uint32_t stage = stages(); stage-- > 0;) {
        const std::span<std::uint32_t> here(table.data() + std::size_t{stage} * routers, routers);
        for (std::uint32_t index = first_step_[stage]; index < first_step_[stage + 1]; ++index) {
            const std::uint32_t router = steps_[index].router;
            const std::uint32_t after = table[std::size_t{stage + 1} * routers + router];
            here[router] = std::min(here[router], add(after, share(graph_.links() + index, quantity)));
        }
        reach_back(graph_, shares, here);
    }
}

void StateSpace::fill_survival() {
    const std::uint32_t routers = graph_.routers();
    survival_to_go_.assign(states(), 0);
    survival_to_go_[goal()] = kAllArrive;
    using Entry = std::pair<Survival, std::uint32_t>;
    for (std::uint32_t stage = stages(); stage-- > 0;) {
        const std::span<Survival> here(survival_to_go_.data() + std::size_t{stage} * routers, routers);
        for (std::uint32_t index = first_step_[stage]; index < first_step_[stage + 1]; ++index) {
            const std::uint32_t router = steps_[index].router;
            here[router] = std::max(here[router], survival_to_go_[std::size_t{stage + 1} * routers + router]);
        }
        std::priority_queue<Entry> open;
        for (std::uint32_t router = 0; router < routers; ++router) {
            if (here[router] > 0) {
                open.emplace(here[router], router);
            }
        }
        while (!open.empty()) {
            const auto [at, router] = open.top();
            open.pop();
            if (at != here[router]) {
                continue;
            }
            for (const std::uint32_t link : graph_.in(router)) {
                const std::uint32_t before = graph_.from(link);
                const Survival sum = weights_[link] < kInfinite ? composed_up(at, loss_of(link)) : 0;
                if (sum > here[before]) {
                    here[before] = sum;
                    open.emplace(sum, before);
                }
            }
        }
    }
}

} // namespace suanlu::paths
