// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "controller/paths/query/label_search.hpp"

namespace suanlu::paths {

namespace {

// Juettner, Szviatovszki, Mecs, Rajko: Lagrange Relaxation Based Method for the QoS Routing Problem (INFOCOM
// 2001). Both ends of the hull are kept: `cheap` breaks the limit, `kept` keeps it. The multiplier that makes
// them equally dear is (kept.cost - cheap.cost) / (cheap.sum - kept.sum); as a fraction of integers below
// 2^31 it leaves prices below 2^63. Each round moves one end along the hull, so it ends.
struct Hull {
    Route cheap, kept;
    std::uint32_t floor = 0; // no path within the limit costs less
};

std::optional<Quantity> the_limited(const SumLimits& limits) {
    for (std::size_t quantity = 1; quantity < kQuantities; ++quantity) {
        if (limits.count() == 1 && limits.most[quantity]) {
            return static_cast<Quantity>(quantity);
        }
    }
    return std::nullopt;
}

SearchEnd priced(LabelSearch& search, const Pricing& pricing) {
    SearchStart start;
    start.keeps_limits = false;
    start.pricing = pricing;
    return search.run(start);
}

void close_in(const StateSpace& space, LabelSearch& search, Quantity limited, Hull& hull) {
    const std::uint64_t most = *space.limits().most[static_cast<std::size_t>(limited)];
    while (hull.cheap.cost < hull.kept.cost) {
        const std::uint64_t over = sum_of(space, hull.cheap.arcs, limited);
        const std::uint64_t scale = over - sum_of(space, hull.kept.arcs, limited);
        const std::uint64_t factor = hull.kept.cost - hull.cheap.cost;
        if (over >= kInfinite) {
            return;
        }
        const SearchEnd end = priced(search, {scale, factor, limited, {}});
        if (!end.route) {
            return;
        }
        const std::uint64_t floor_price = end.route->price - std::min(end.route->price, factor * most);
        const auto floor = static_cast<std::uint32_t>((floor_price + scale - 1) / scale);
        hull.floor = std::max(hull.floor, std::min(floor, hull.kept.cost));
        if (end.route->price >= scale * hull.cheap.cost + factor * over) {
            return;
        }
        const bool is_within = sum_of(space, end.route->arcs, limited) <= most;
        (is_within ? hull.kept : hull.cheap) = *end.route;
    }
}

// The path with the least of one limited quantity, then of cost: a likely path within the limits.
std::optional<Route> least_of(const StateSpace& space, LabelSearch& search) {
    std::optional<Route> best;
    for (std::size_t quantity = 1; quantity < kQuantities; ++quantity) {
        if (!space.limits().most[quantity]) {
            continue;
        }
        const auto kind = static_cast<Quantity>(quantity);
        auto end = priced(search, {1, std::uint64_t{1} << 31, kind, {}});
        if (end.route && keeps_limits(space, end.route->arcs) && (!best || end.route->cost < best->cost)) {
            best = std::move(end.route);
        }
    }
    return best;
}

} // namespace

Cheapest cheapest_within(const StateSpace& space, LabelSearch& search) {
    auto cheap = priced(search, {});
    if (!cheap.route) {
        return {std::nullopt, !cheap.hit_limit, static_cast<std::uint32_t>(cheap.at_least)};
    }
    if (keeps_limits(space, cheap.route->arcs)) {
        const std::uint32_t cost = cheap.route->cost;
        return {std::move(cheap.route), true, cost};
    }
    std::uint32_t floor = cheap.route->cost;
    std::optional<Route> kept = least_of(space, search);
    if (const auto limited = the_limited(space.limits()); limited && kept) {
        Hull hull{std::move(*cheap.route), std::move(*kept), floor};
        close_in(space, search, *limited, hull);
        floor = hull.floor;
        kept = std::move(hull.kept);
        if (kept->cost == floor) {
            return {std::move(kept), true, floor};
        }
    }
    auto end = search.run({});
    if (end.route) {
        const std::uint32_t cost = end.route->cost;
        return {std::move(end.route), true, cost};
    }
    return {std::move(kept), !end.hit_limit,
            end.hit_limit ? std::max(floor, static_cast<std::uint32_t>(end.at_least)) : floor};
}

} // namespace suanlu::paths
