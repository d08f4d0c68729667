// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/ranking.hpp"

#include <algorithm>

namespace suanlu::paths {

void PathRanking::deviate(const Candidate& from) {
    for (std::size_t at = from.left_parent_at; at < from.arcs.size(); ++at) {
        SearchStart start;
        start.prefix = std::span(from.arcs).first(at);
        std::vector<std::uint32_t> taken;
        for (const Candidate& other : given_) {
            if (other.arcs.size() > at &&
                std::equal(start.prefix.begin(), start.prefix.end(), other.arcs.begin())) {
                taken.push_back(other.arcs[at]);
            }
        }
        start.blocked_arcs = taken;
        SearchEnd end = search_.run(start);
        if (end.hit_limit) {
            unresolved_ = std::min(unresolved_, static_cast<std::uint32_t>(end.at_least));
        }
        if (end.route) {
            Candidate found{end.route->cost, {start.prefix.begin(), start.prefix.end()}, at};
            found.arcs.insert(found.arcs.end(), end.route->arcs.begin(), end.route->arcs.end());
            open_.insert(std::move(found));
        }
    }
}

std::optional<Ranked> PathRanking::next() {
    if (given_.empty()) {
        Cheapest first = cheapest_within(space_, search_);
        if (!first.is_exact) {
            unresolved_ = first.cost_at_least;
        }
        if (!first.route) {
            return std::nullopt;
        }
        given_.push_back({first.route->cost, std::move(first.route->arcs), 0});
    } else {
        deviate(Candidate(given_.back()));
        if (open_.empty()) {
            return std::nullopt;
        }
        given_.push_back(std::move(open_.extract(open_.begin()).value()));
    }
    const Candidate& last = given_.back();
    return Ranked{{last.arcs, last.cost, last.cost}, std::min(last.cost, unresolved_)};
}

} // namespace suanlu::paths
