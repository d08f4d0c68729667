// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/segments/forwarding.hpp"

#include <algorithm>

namespace suanlu::paths {

Forwarding::Forwarding(const Graph& graph, const Failure& failure)
    : graph_(graph), search_(graph), failed_(graph.links(), false), is_overloaded_(graph.routers(), false) {
    slots_.fill(kNoSlot);
    delays_.resize(graph.links());
    for (std::uint32_t link = 0; link < graph.links(); ++link) {
        delays_[link] = metric_of(graph.link(link), Metric::kDelay);
    }
    for (std::uint32_t router = 0; router < graph.routers(); ++router) {
        is_overloaded_[router] = graph.view().routers[router].is_overloaded;
    }
    fail(failure);
    MetricView igp;
    igp.metric = Metric::kIgp;
    add_algorithm(igp);
    std::vector<FlexAlgorithm> definitions = graph.view().algorithms;
    std::sort(definitions.begin(), definitions.end(),
              [](const FlexAlgorithm& a, const FlexAlgorithm& b) { return a.algorithm < b.algorithm; });
    for (const FlexAlgorithm& definition : definitions) {
        if (!has(definition.algorithm)) {
            add_algorithm(MetricView::of(definition));
        }
    }
}

void Forwarding::fail(const Failure& failure) {
    for (const std::uint32_t link : failure.links) {
        failed_[link] = true;
    }
    for (const std::uint32_t router : failure.routers) {
        for (auto [link, end] = graph_.out(router); link < end; ++link) {
            failed_[link] = true;
        }
        for (const std::uint32_t link : graph_.in(router)) {
            failed_[link] = true;
        }
    }
}

void Forwarding::add_algorithm(MetricView view) {
    view.respects_overload = false;
    Algorithm part;
    part.open = weights_of(graph_, view);
    for (std::uint32_t link = 0; link < graph_.links(); ++link) {
        if (failed_[link] || graph_.from(link) == graph_.to(link)) {
            part.open[link] = kInfinite;
        }
        part.has_zero = part.has_zero || part.open[link] == 0;
    }
    part.closed = part.open;
    for (std::uint32_t link = 0; link < graph_.links(); ++link) {
        if (is_overloaded_[graph_.from(link)]) {
            part.closed[link] = kInfinite;
        }
    }
    part.trees.resize(graph_.routers());
    part.reaches.resize(graph_.routers());
    part.targets.resize(graph_.routers());
    slots_[view.algorithm] = static_cast<std::uint8_t>(parts_.size());
    algorithms_.push_back(view.algorithm);
    parts_.push_back(std::move(part));
}

Forwarding::Algorithm& Forwarding::at(std::uint8_t algorithm) {
    SL_CHECK(has(algorithm));
    return parts_[slots_[algorithm]];
}

const Forwarding::Algorithm& Forwarding::at(std::uint8_t algorithm) const {
    SL_CHECK(has(algorithm));
    return parts_[slots_[algorithm]];
}

std::uint32_t Forwarding::metric(std::uint32_t link, std::uint8_t algorithm) const {
    return at(algorithm).open[link];
}

bool Forwarding::has_zero_metric(std::uint8_t algorithm) const {
    return at(algorithm).has_zero;
}

const Weights& Forwarding::weights(std::uint32_t from, std::uint8_t algorithm) {
    const Algorithm& part = at(algorithm);
    if (!is_overloaded_[from]) {
        return part.closed;
    }
    own_ = part.closed;
    const auto [first, end] = graph_.out(from);
    std::copy(part.open.begin() + first, part.open.begin() + end, own_.begin() + first);
    return own_;
}

const Tree& Forwarding::tree(std::uint32_t from, std::uint8_t algorithm) {
    auto& slot = at(algorithm).trees[from];
    if (!slot) {
        slot = std::make_unique<Tree>();
        search_.run(weights(from, algorithm), from, Direction::kFrom, *slot);
    }
    return *slot;
}

// All routers that lead here are closer and hence known, except over a metric-0 link: what it enters is not
// claimed.
void Forwarding::enter(Reach& reach, const Tree& tree, const Weights& weights, std::uint32_t router) {
    std::uint32_t ways = 0;
    std::uint32_t slowest = 0;
    for (const std::uint32_t link : graph_.in(router)) {
        const std::uint32_t before = graph_.from(link);
        if (weights[link] == kInfinite ||
            add(tree.distance[before], weights[link]) != tree.distance[router]) {
            continue;
        }
        const bool is_uncertain = weights[link] == 0;
        ways += is_uncertain ? 2 : reach.ways[before];
        slowest = std::max(slowest, is_uncertain ? kInfinite : add(reach.slowest[before], delays_[link]));
    }
    reach.ways[router] = static_cast<std::uint8_t>(std::min<std::uint32_t>(ways, 2));
    reach.slowest[router] = slowest;
}

const Reach& Forwarding::reach(std::uint32_t from, std::uint8_t algorithm) {
    auto& slot = at(algorithm).reaches[from];
    if (slot) {
        return *slot;
    }
    const Tree& tree = this->tree(from, algorithm);
    const Weights& used = weights(from, algorithm);
    slot = std::make_unique<Reach>();
    slot->ways.assign(graph_.routers(), 0);
    slot->slowest.assign(graph_.routers(), kInfinite);
    order_.clear();
    for (std::uint32_t router = 0; router < graph_.routers(); ++router) {
        if (router != from && tree.distance[router] < kInfinite) {
            order_.push_back(std::uint64_t{tree.distance[router]} << 32 | router);
        }
    }
    std::sort(order_.begin(), order_.end());
    // Metric-0 links out of and into the start may make a packet come back to it.
    const auto [first, end] = graph_.out(from);
    const auto in = graph_.in(from);
    const auto is_zero = [&](std::uint32_t link) { return used[link] == 0; };
    const bool is_uncertain = at(algorithm).has_zero && std::any_of(in.begin(), in.end(), is_zero) &&
                              std::find(used.begin() + first, used.begin() + end, 0U) != used.begin() + end;
    slot->ways[from] = is_uncertain ? 2 : 1;
    slot->slowest[from] = is_uncertain ? kInfinite : 0;
    for (const std::uint64_t entry : order_) {
        enter(*slot, tree, used, static_cast<std::uint32_t>(entry));
    }
    slot->ways[from] = 1;
    slot->slowest[from] = 0;
    return *slot;
}

const std::vector<std::uint32_t>& Forwarding::distance_to(std::uint32_t target, std::uint8_t algorithm) {
    Algorithm& part = at(algorithm);
    auto& slot = part.targets[target];
    if (slot) {
        return *slot;
    }
    Tree tree;
    search_.run(part.closed, target, Direction::kTo, tree);
    slot = std::make_unique<std::vector<std::uint32_t>>(std::move(tree.distance));
    for (std::uint32_t router = 0; router < graph_.routers(); ++router) {
        if (!is_overloaded_[router] || router == target) {
            continue;
        }
        std::uint32_t best = kInfinite;
        for (auto [link, end] = graph_.out(router); link < end; ++link) {
            const std::uint32_t next = graph_.to(link);
            if (next == target || !is_overloaded_[next]) {
                best = std::min(best, add(part.open[link], (*slot)[next]));
            }
        }
        (*slot)[router] = best;
    }
    return *slot;
}

bool Forwarding::is_next_hop(std::uint32_t link, std::uint32_t target, std::uint8_t algorithm) {
    const std::uint32_t from = graph_.from(link);
    const std::uint32_t to = graph_.to(link);
    const std::uint32_t metric = at(algorithm).open[link];
    if (metric == kInfinite || from == target || (to != target && is_overloaded_[to])) {
        return false;
    }
    const auto& distance = distance_to(target, algorithm);
    return distance[from] < kInfinite && add(metric, distance[to]) == distance[from];
}

} // namespace suanlu::paths
