// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/engine/contraction.hpp"

#include <algorithm>
#include <numeric>

namespace suanlu::paths {

// While a contraction is laid out.
struct Contraction::Layout {
    // By router: place in the order of elimination, the core's routers after all others. Lower is taken out
    // first.
    std::vector<std::uint32_t> step;
    std::vector<std::uint32_t> slot; // by edge of the elimination: edge of the contraction
};

namespace {

std::uint32_t other_end(const EliminationEdge& edge, std::uint32_t router) {
    return edge.a == router ? edge.b : edge.a;
}

// Breadth-first from the best joined router: neighbours get near numbers, and a pass over them carries far.
std::vector<std::uint32_t> core_in_order(const std::vector<std::vector<std::uint32_t>>& neighbours,
                                         const std::vector<std::uint32_t>& members) {
    std::vector<std::uint32_t> starts = members;
    std::stable_sort(starts.begin(), starts.end(), [&](std::uint32_t a, std::uint32_t b) {
        return neighbours[a].size() > neighbours[b].size();
    });
    std::vector<bool> is_seen(neighbours.size(), false);
    std::vector<std::uint32_t> out;
    for (const std::uint32_t start : starts) {
        std::size_t read = out.size();
        if (!is_seen[start]) {
            is_seen[start] = true;
            out.push_back(start);
        }
        for (; read < out.size(); ++read) {
            for (const std::uint32_t next : neighbours[out[read]]) {
                if (!is_seen[next]) {
                    is_seen[next] = true;
                    out.push_back(next);
                }
            }
        }
    }
    return out;
}

// From below upwards, so that the arcs of a router are final when its pairs are joined. `joined` is the end
// of the list. Sums of two weights fit into 32 bits; those beyond kInfinite lose against it.
void join_pairs(const std::vector<ContractedRouter>& routers, const std::uint32_t* joined,
                std::uint32_t* weights) {
    for (std::size_t place = routers.size() - 1; place-- > 0;) {
        const std::uint32_t* first = weights + std::size_t{routers[place].first} * 2;
        const std::uint32_t arcs = routers[place + 1].first - routers[place].first;
        joined -= std::size_t{arcs} * (arcs - (arcs > 0 ? 1 : 0)) / 2;
        const std::uint32_t* next = joined;
        for (std::uint32_t i = 0; i + 1 < arcs; ++i) {
            const std::uint32_t up = first[i * 2], down = first[i * 2 + 1];
            for (std::uint32_t j = i + 1; j < arcs; ++j) {
                std::uint32_t* target = weights + std::size_t{*next++} * 2;
                target[0] = std::min(target[0], down + first[j * 2]);
                target[1] = std::min(target[1], up + first[j * 2 + 1]);
            }
        }
    }
}

} // namespace

Contraction::Contraction(const Graph& graph, const EliminationLimits& limits) {
    const Elimination elimination = eliminate(graph, limits);
    Layout layout;
    layout.step.assign(graph.routers(), kNone);
    layout.slot.assign(elimination.edges.size(), kNone);
    for (std::uint32_t step = 0; step < elimination.order.size(); ++step) {
        layout.step[elimination.order[step]] = step;
    }
    place_of_.assign(graph.routers(), kNone);
    place_core(elimination, layout);
    place_trees(elimination, layout);
    place_arcs(elimination, layout);
    link_weight_.reserve(graph.links());
    for (std::uint32_t link = 0; link < graph.links(); ++link) {
        const std::uint32_t edge = elimination.link_edge[link];
        const bool is_down = layout.step[graph.from(link)] > layout.step[graph.to(link)];
        link_weight_.push_back(edge == kNone ? kNone : layout.slot[edge] * 2 + (is_down ? 1 : 0));
    }
}

// The edges between two routers of the core come after all others.
void Contraction::place_core(const Elimination& elimination, Layout& layout) {
    std::vector<std::uint32_t> members, between;
    std::vector<std::vector<std::uint32_t>> neighbours(layout.step.size());
    for (std::uint32_t router = 0; router < layout.step.size(); ++router) {
        if (layout.step[router] == kNone) {
            members.push_back(router);
        }
    }
    for (std::uint32_t edge = 0; edge < elimination.edges.size(); ++edge) {
        const auto [a, b] = elimination.edges[edge];
        if (layout.step[a] == kNone && layout.step[b] == kNone) {
            layout.slot[edge] = static_cast<std::uint32_t>(elimination.up.size() + between.size());
            between.push_back(edge);
            neighbours[a].push_back(b);
            neighbours[b].push_back(a);
        }
    }
    core_ = core_in_order(neighbours, members);
    for (std::uint32_t number = 0; number < core_.size(); ++number) {
        layout.step[core_[number]] = static_cast<std::uint32_t>(elimination.order.size()) + number;
        place_of_[core_[number]] = kCorePlace | number;
    }
    struct Side {
        std::uint32_t of, to, weight;
    };
    std::vector<Side> sides;
    for (const std::uint32_t edge : between) {
        auto [low, high] = elimination.edges[edge];
        if (layout.step[low] > layout.step[high]) {
            std::swap(low, high);
        }
        const std::uint32_t a = place_of_[low] & ~kCorePlace, b = place_of_[high] & ~kCorePlace;
        sides.push_back({a, b, layout.slot[edge] * 2 + 1});
        sides.push_back({b, a, layout.slot[edge] * 2});
    }
    std::sort(sides.begin(), sides.end(),
              [](const Side& a, const Side& b) { return std::pair(a.of, a.to) < std::pair(b.of, b.to); });
    core_first_.assign(core_.size() + 1, 0);
    for (const Side& side : sides) {
        ++core_first_[side.of + 1];
        core_to_.push_back(side.to);
        core_edge_.push_back(side.weight);
    }
    std::partial_sum(core_first_.begin(), core_first_.end(), core_first_.begin());
    core_in_.assign(core_to_.size(), kInfinite);
    core_out_.assign(core_to_.size(), kInfinite);
}

// A router's parent is the neighbour that is taken out next after it.
void Contraction::place_trees(const Elimination& elimination, Layout& layout) {
    const auto count = static_cast<std::uint32_t>(elimination.order.size());
    std::vector<std::uint32_t> parent(count, kNone), below(count, 1); // below: routers of the subtree
    for (std::uint32_t step = 0; step < count; ++step) {
        for (std::uint32_t i = elimination.first_up[step]; i < elimination.first_up[step + 1]; ++i) {
            const std::uint32_t upper =
                layout.step[other_end(elimination.edges[elimination.up[i]], elimination.order[step])];
            parent[step] = upper < count ? std::min(parent[step], upper) : parent[step];
        }
        if (parent[step] != kNone) {
            below[parent[step]] += below[step];
        }
    }
    routers_.resize(std::size_t{count} + 1);
    std::vector<std::uint32_t> next(count); // by step: place of its next child
    std::uint32_t next_tree = 0;
    rows_ = core_size();
    for (std::uint32_t step = count; step-- > 0;) {
        const bool is_top = parent[step] == kNone;
        std::uint32_t& from = is_top ? next_tree : next[parent[step]];
        const std::uint32_t place = from;
        from += below[step];
        next[step] = place + 1;
        ContractedRouter& router = routers_[place];
        router.router = elimination.order[step];
        router.parent = is_top ? kNone : place_of_[elimination.order[parent[step]]];
        router.row = is_top ? core_size() : routers_[router.parent].row + 1;
        rows_ = std::max(rows_, router.row + 1);
        place_of_[router.router] = place;
    }
}

void Contraction::place_arcs(const Elimination& elimination, Layout& layout) {
    upper_.reserve(elimination.up.size());
    to_.reserve(elimination.up.size());
    joined_.reserve(elimination.joined.size());
    std::vector<std::size_t> first_joined(elimination.order.size() + 1, 0);
    for (std::size_t step = 0; step < elimination.order.size(); ++step) {
        const std::size_t arcs = elimination.first_up[step + 1] - elimination.first_up[step];
        first_joined[step + 1] = first_joined[step] + arcs * (arcs - (arcs > 0 ? 1 : 0)) / 2;
    }
    auto& slot = layout.slot;
    std::vector<std::uint32_t> sorted; // positions among a router's arcs, lowest upper end first
    for (std::uint32_t place = 0; place < places(); ++place) {
        ContractedRouter& router = routers_[place];
        const std::uint32_t step = layout.step[router.router];
        const std::uint32_t* up = elimination.up.data() + elimination.first_up[step];
        const std::uint32_t arcs = elimination.first_up[step + 1] - elimination.first_up[step];
        const auto upper = [&](std::uint32_t i) {
            return other_end(elimination.edges[up[i]], router.router);
        };
        sorted.resize(arcs);
        std::iota(sorted.begin(), sorted.end(), 0U);
        std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) {
            return layout.step[upper(a)] < layout.step[upper(b)];
        });
        router.first = static_cast<std::uint32_t>(to_.size());
        for (const std::uint32_t i : sorted) {
            const std::uint32_t other = place_of_[upper(i)];
            slot[up[i]] = static_cast<std::uint32_t>(to_.size());
            upper_.push_back(other);
            to_.push_back((other & kCorePlace) != 0 ? other & ~kCorePlace : routers_[other].row);
        }
        for (std::uint32_t i = 0; i < arcs; ++i) {
            for (std::uint32_t j = i + 1; j < arcs; ++j) {
                const std::size_t a = std::min(sorted[i], sorted[j]), b = std::max(sorted[i], sorted[j]);
                // Ancestors come first in depth-first order: the joined edge has its number already.
                joined_.push_back(
                    slot[elimination.joined[first_joined[step] + a * (2 * arcs - a - 1) / 2 + b - a - 1]]);
            }
        }
    }
    routers_.back().first = static_cast<std::uint32_t>(to_.size());
    weights_.assign((to_.size() + core_to_.size() / 2 + 1) * 2,
                    kInfinite); // never empty: kernels start at &[1]
}

void Contraction::customise(const Weights& weights) {
    SL_CHECK(weights.size() == link_weight_.size());
    std::fill(weights_.begin(), weights_.end(), kInfinite);
    for (std::size_t link = 0; link < weights.size(); ++link) {
        if (link_weight_[link] != kNone) {
            std::uint32_t& weight = weights_[link_weight_[link]];
            weight = std::min(weight, weights[link]);
        }
    }
    join_pairs(routers_, joined_.data() + joined_.size(), weights_.data());
    for (std::size_t arc = 0; arc < core_to_.size(); ++arc) {
        core_in_[arc] = weights_[core_edge_[arc]];
        core_out_[arc] = weights_[core_edge_[arc] ^ 1U];
    }
}

std::size_t Contraction::memory() const {
    const std::size_t numbers = place_of_.capacity() + to_.capacity() * 2 + weights_.capacity() +
                                joined_.capacity() + link_weight_.capacity() + core_.capacity() +
                                core_first_.capacity() + core_to_.capacity() * 4;
    return numbers * sizeof(std::uint32_t) + routers_.capacity() * sizeof(ContractedRouter);
}

} // namespace suanlu::paths
