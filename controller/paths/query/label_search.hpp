// SPDX-License-Identifier: Apache-2.0
// The one search under all queries: labels of partial paths, best first by cost plus what must remain (A*),
// those dropped that cannot keep a limit or that another label at the same state beats in everything. Without
// limits of sums there is one label per state and it is Dijkstra with a potential. Exact up to its limit of
// labels. Pure.
#pragma once

#include "controller/paths/query/state_space.hpp"

namespace suanlu::paths {

/// A path through a state space.
struct Route {
    std::vector<std::uint32_t> arcs;
    std::uint64_t price = 0; ///< as the search was told to price
    std::uint32_t cost = 0;  ///< in the view's metric
};

/// What is minimised: scale x cost + factor x quantity, or (shared << 32) + cost.
struct Pricing {
    std::uint64_t scale = 1;
    std::uint64_t factor = 0;
    Quantity quantity = Quantity::kDelay;
    /// By link, counted before any cost; empty = not.
    std::span<const std::uint32_t> shared;
};

/// Where a search begins and what it must keep off. The labels' sums go on from those of `prefix`.
struct SearchStart {
    std::span<const std::uint32_t> prefix;            ///< arcs from the start on; their states are closed
    std::span<const std::uint32_t> blocked_arcs;      ///< at the state where the search begins
    const std::vector<bool>* blocked_links = nullptr; ///< by link
    bool keeps_limits = true;
    Pricing pricing;
};

struct SearchEnd {
    /// Without the prefix's arcs but with its price.
    std::optional<Route> route;
    bool hit_limit = false;
    std::uint64_t at_least = 0; ///< price of any path that was not looked at, when the limit was hit
};

/// Owns the memory of searches over one space; not for two threads at once.
class LabelSearch {
public:
    LabelSearch(const StateSpace& space, std::uint32_t max_labels);
    SearchEnd run(const SearchStart& start);

private:
    struct Label {
        std::uint64_t price;
        std::array<std::uint32_t, kQuantities> sums;
        Survival survival;
        std::uint32_t state, parent, arc;
        std::uint32_t next; // settled before at this state
    };
    struct Open {
        std::uint64_t price;
        std::uint32_t hops, label;
        bool operator>(const Open& b) const {
            return price != b.price ? price > b.price : hops != b.hops ? hops > b.hops : label > b.label;
        }
    };
    void open_first(const SearchStart& start);
    void extend(const SearchStart& start, std::uint32_t label);
    [[nodiscard]] Label over(const Label& label, std::uint32_t arc, const Pricing& pricing) const;
    [[nodiscard]] bool can_arrive(const Label& label, bool keeps_limits) const;
    [[nodiscard]] bool is_beaten(const Label& label, bool keeps_limits) const;
    [[nodiscard]] std::uint64_t promise(const Label& label, const Pricing& pricing) const;
    [[nodiscard]] Route route_to(std::uint32_t label) const;
    void push(const Label& label, const Pricing& pricing);

    const StateSpace& space_;
    std::uint32_t max_labels_;
    std::vector<Label> labels_;
    std::vector<Open> open_;
    std::vector<std::uint32_t> settled_; // by state: newest settled label
    std::vector<std::uint64_t> best_;    // by state: smallest price seen, for searches without limits
    std::vector<bool> closed_;           // by state: on the prefix
    std::vector<std::uint32_t> touched_;
};

/// What arcs add up to.
std::uint64_t sum_of(const StateSpace& space, std::span<const std::uint32_t> arcs, Quantity quantity);
bool keeps_limits(const StateSpace& space, std::span<const std::uint32_t> arcs);

struct Cheapest {
    std::optional<Route> route;
    bool is_exact = true;
    std::uint32_t cost_at_least = 0;
};
/// Cheapest route from start to goal within the limits. LARAC first where one sum is limited: Lagrange
/// multipliers in exact fractions give the cheapest path of the convex hull and a lower limit of the cost;
/// the labels decide what is left between the two.
Cheapest cheapest_within(const StateSpace& space, LabelSearch& search);

} // namespace suanlu::paths
